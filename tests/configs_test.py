"""Flagfiles that come with the project are read, and say nothing idle."""

import pathlib

from absl import flags
from absl.testing import absltest
from absl.testing import flagsaver
from absl.testing import parameterized

from kp2part.experiments import experiment
from kp2part.system import settings_flags
from kp2part.training import flags as train_flags

CONFIGS = pathlib.Path(__file__).parents[1] / "configs"
NAMES = sorted(str(p.relative_to(CONFIGS)) for p in CONFIGS.rglob("*.flags"))
settings_flags.define(experiment.Experiment, __name__)


class ConfigsTest(parameterized.TestCase):
    @parameterized.parameters(*NAMES)
    def test_a_run_takes_it(self, name):
        self.enter_context(flagsaver.flagsaver())
        arguments = [
            *("train", "--tfrecords=records", "--network=kp2part"),
            f"--flagfile={CONFIGS / name}",
        ]
        flags.FLAGS(arguments)
        self.assertEqual(train_flags.read().selection.tfrecords, "records")
        settings_flags.read(experiment.Experiment)


if __name__ == "__main__":
    absltest.main()
