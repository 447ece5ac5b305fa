import pathlib

from absl import flags
from absl.testing import absltest
from absl.testing import flagsaver
from absl.testing import parameterized

from kp2part.training import flags as flags_lib

CONFIGS = pathlib.Path(__file__).parents[2] / "configs"
PAPER = (0.01, 0.0, False, 0.0, 0.0)
BEST = (0.2, 1.0, True, 0.1, 2.0)


def chosen(*arguments):
    """What the recipe decides, of the configuration that they ask for."""
    flags.FLAGS(["train", "--tfrecords=records", *arguments])
    config = flags_lib.read()
    return (
        config.objective.pseudo_parts_weight,
        config.objective.dice_weight,
        config.inputs.bones,
        config.augmentation.keypoint_dropout,
        config.augmentation.keypoint_jitter,
    )


class RecipeTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.enter_context(flagsaver.flagsaver())

    def test_the_defaults_are_the_papers(self):
        self.assertEqual(chosen(), PAPER)
        self.assertEqual(chosen("--recipe=paper"), PAPER)

    def test_best(self):
        self.assertEqual(chosen("--recipe=best"), BEST)

    def test_the_last_word_counts(self):
        self.assertEqual(
            chosen("--bones", "--recipe=best", "--nobones", "--dice_weight=2"),
            (0.2, 2.0, False, 0.1, 2.0),
        )
        self.assertEqual(
            chosen("--dice_weight=2", "--bones", "--recipe=paper"), PAPER
        )

    def test_a_recipe_in_a_flagfile(self):
        system = CONFIGS / "ablation" / "without_bones.flags"
        self.assertEqual(
            chosen("--keypoint_jitter=7", f"--flagfile={system}"),
            (0.2, 1.0, False, 0.1, 2.0),
        )

    @parameterized.parameters("bones", "dice", "weight", "dropout")
    def test_an_ablation_is_one_piece(self, piece):
        def of(name):
            return chosen(f"--flagfile={CONFIGS}/ablation/{name}.flags")

        pieces = {"weight": {0}, "dice": {1}, "bones": {2}, "dropout": {3, 4}}
        for i, (only, without) in enumerate(
            zip(of(f"only_{piece}"), of(f"without_{piece}"), strict=True)
        ):
            inside = i in pieces[piece]
            self.assertEqual(only, (BEST if inside else PAPER)[i])
            self.assertEqual(without, (PAPER if inside else BEST)[i])

    def test_another_recipe(self):
        with self.assertRaisesRegex(
            flags.IllegalFlagValueError, "recipe=good.*paper.best"
        ):
            chosen("--recipe=good")


if __name__ == "__main__":
    absltest.main()
