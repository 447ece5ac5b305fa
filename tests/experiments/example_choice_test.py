import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.experiments import example_choice
from kp2part.experiments import protocols
from kp2part.system import settings
from kp2part.system import settings_flags
from tests import run_config
from tests import tiny


def many(**counts):
    """Returns classes of examples: many(cat=2) has cat0 and cat1."""
    return {
        (f"{name}{i}", 0): name for name, n in counts.items() for i in range(n)
    }


class ExampleChoiceTest(parameterized.TestCase):
    @parameterized.parameters(
        # Middles of halves of 8, and of the whole of 3.
        ({"dog": 3, "cat": 8}, 3, "cat2 cat6 dog1"),
        ({"dog": 9, "cat": 9}, 4, "cat2 cat6 dog2 dog6"),
        # One class has too few: the other fills up.
        ({"dog": 1, "cat": 3}, 4, "cat0 cat1 cat2 dog0"),
        ({"dog": 1, "cat": 3}, 9, "cat0 cat1 cat2 dog0"),
        ({"sheep": 3, "dog": 3, "cat": 3}, 2, "cat1 dog1"),
        ({}, 2, ""),
    )
    def test_spread_over_the_classes_and_over_each(
        self, counts, count, expected
    ):
        keys = example_choice.choose(many(**counts), count)
        self.assertEqual(" ".join(name for name, _ in keys), expected)

    def test_shared_are_those_that_all_have(self):
        first, second = many(cat=3), many(cat=2, dog=1)
        first[("cat1", 7)] = "cat"  # Another object of a photo they share.
        shared = example_choice.shared([first, second])
        self.assertEqual(list(shared), [("cat0", 0), ("cat1", 0)])

    def test_first_repeat_that_all_systems_have(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        runs = protocols.split(["one", "two", "none"], [0, 1, 2])
        self.assertEqual(example_choice.shared_runs(base, runs), [])
        for name in "one/seed0", "two/seed1", "one/seed2", "two/seed2":
            path = base / "all" / name
            path.mkdir(parents=True)
            (path / "metrics.json").write_text("{}")
            if name == "two/seed1":
                self.assertEqual(example_choice.shared_runs(base, runs), [])
        shared = example_choice.shared_runs(base, runs)
        self.assertEqual(
            [run.name for run in shared], ["all/one/seed2", "all/two/seed2"]
        )

    def test_what_a_run_is_judged_by(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(base / "data"), {"train": 4, "val": 5})
        config = run_config.make(base / "data", classes=("cat",))
        text = settings_flags.to_flagfile(config)
        (base / "train.flags").write_text(text)
        found = example_choice.classes(example_choice.validation(base))
        # Cats are the first of each photo.
        self.assertEqual(found, {(f"photo{i}", 0): "cat" for i in (2, 3, 4)})
        config = settings.replace(config, classes=(), fold=1, num_folds=2)
        text = settings_flags.to_flagfile(config)
        (base / "train.flags").write_text(text)
        found = example_choice.classes(example_choice.validation(base))
        self.assertNotEmpty(found)
        self.assertLess(len(found), 9)


if __name__ == "__main__":
    absltest.main()
