import pathlib

from absl.testing import absltest

from kp2part.labeling import journal as journal_lib
from kp2part.labeling import labelers
from kp2part.labeling import run
from tests.labeling import cases


class RunTest(absltest.TestCase):
    def test_another_model_served_meanwhile_is_an_error(self):
        served = cases.Served(weights="ab" * 32)
        path = pathlib.Path(self.create_tempdir(), "journal.jsonl")
        with journal_lib.Journal(path, labelers.describe(served)) as journal:
            run.check_model(served, journal)
            served.metadata["weights"] = "cd" * 32
            with self.assertRaisesRegex(ValueError, "masks of two models"):
                run.check_model(served, journal)


if __name__ == "__main__":
    absltest.main()
