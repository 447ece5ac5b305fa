import dataclasses

from absl.testing import absltest

from kp2part.experiments import paper
from kp2part.schema import category
from kp2part.system import settings
from tests import run_config

CONFIG = run_config.make("x")
QUADRUPED = category.load("quadruped")


class PaperTest(absltest.TestCase):
    def test_figures_of_the_text(self):
        found = paper.figures(CONFIG, QUADRUPED)
        self.assertEqual(
            {name: of["full model"] for name, of in found.items()},
            {"sheep": 49.83, "horse": 60.16, "cow": 51.48, "dog": 59.5,
             "cat": 58.84, "all": 63.69},
        )  # fmt: skip
        self.assertEqual(found["all"]["TernausNet"], 60.0)
        self.assertEqual(found["all"]["RefineNet"], 17.27)
        self.assertEqual(list(found["dog"]), ["full model"])

    def test_one_animal_pooled_is_not_the_quadruped(self):
        self.assertEqual(
            paper.figures(CONFIG, category.load("horse")),
            {"horse": {"full model": 60.16}},
        )
        cats = settings.replace(CONFIG, classes=("cat",))
        self.assertNotIn("all", paper.figures(cats, QUADRUPED))

    def test_none_for_another_question(self):
        for changes in (
            {"num_folds": 10},
            {"train_fraction": 0.5},
            {"holdout_class": "cat"},
        ):
            config = settings.replace(CONFIG, **changes)
            self.assertEqual(paper.figures(config, QUADRUPED), {})
        parts = {k: v for k, v in QUADRUPED.parts.items() if k != "tail"}
        other = dataclasses.replace(
            QUADRUPED, parts=parts, palette=QUADRUPED.palette[:4], pieces=()
        )
        self.assertEqual(paper.figures(CONFIG, other), {})


if __name__ == "__main__":
    absltest.main()
