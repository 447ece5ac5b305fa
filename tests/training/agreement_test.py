import dataclasses
import pathlib

from absl.testing import absltest

from kp2part.data.in_memory import share
from kp2part.distribution import team as team_lib
from kp2part.training import agreement
from tests import run_config
from tests import tiny


class AgreementTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        for name in "data", "more":
            tiny.write_records(str(self.base / name), {"train": 5, "val": 2})
        self.weights = self.base / "weights.h5"
        self.weights.write_bytes(b"1")
        self.agreed = {}

    def agree(self, what, value):
        """Notes the values of the first process, and compares the others."""
        if self.agreed.setdefault(what, value) != value:
            raise ValueError(what)

    def check(self, count=2):
        config = run_config.make(
            self.base / "data",
            extra_tfrecords=(str(self.base / "more"),),
            encoder_weights=str(self.weights),
        )
        team = team_lib.Team(share=share.Share(0, count, count))
        agreement.check(config, dataclasses.replace(team, agree=self.agree))

    def test_the_same_files(self):
        self.check()
        self.check()
        self.assertEqual(set(self.agreed), {"records", "weights to begin with"})

    def test_further_records_that_differ(self):
        self.check()
        tiny.write_records(str(self.base / "more"), {"train": 6, "val": 2})
        with self.assertRaisesRegex(ValueError, "records"):
            self.check()

    def test_weights_that_differ(self):
        self.check()
        self.weights.write_bytes(b"2")
        with self.assertRaisesRegex(ValueError, "weights"):
            self.check()

    def test_one_process_has_nobody_to_agree_with(self):
        self.check(count=1)
        self.assertEmpty(self.agreed)


if __name__ == "__main__":
    absltest.main()
