import sys
from unittest import mock

from absl.testing import absltest
from absl.testing import flagsaver

from kp2part.beam import runner_flags
from kp2part.system import extras

runner_flags.define(__name__)


class RunnerFlagsTest(absltest.TestCase):
    def test_without_beam(self):
        self.assertIsNone(runner_flags.read(images="photos"))
        self.assertNotIn("apache_beam", sys.modules)

    @flagsaver.flagsaver(beam_options="--direct_num_workers=2")
    def test_options_need_a_runner(self):
        with self.assertRaisesRegex(ValueError, "`runner`, .* Received: beam"):
            runner_flags.read()

    @flagsaver.flagsaver(runner="DirectRunner")
    def test_beam_is_not_installed(self):
        missing = dict.fromkeys(("apache_beam", "kp2part.beam.runner"))
        with mock.patch.dict(sys.modules, missing):
            del sys.modules["kp2part.beam.runner"]
            with self.assertRaises(ModuleNotFoundError) as raised:
                runner_flags.read()
        self.assertIn("kp2part[beam]", extras.explain(raised.exception))


if __name__ == "__main__":
    absltest.main()
