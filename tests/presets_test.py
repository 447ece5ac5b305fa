import pathlib
import subprocess
import sys

from absl.testing import absltest

from kp2part import presets
from kp2part.models import metadata
from kp2part.system import published

ROOT = pathlib.Path(__file__).parents[1]


class PresetsTest(absltest.TestCase):
    def test_each_is_a_network_in_a_directory_of_versions(self):
        for name in presets.NAMES:
            base = presets.directory(name)
            self.assertEqual(base, ROOT / "saved_models" / name)
            self.assertTrue(published.newest(base).is_dir())
            self.assertTrue((base / "README.md").is_file())
            network = presets.load(name)
            self.assertEqual(
                metadata.task_of(network).category.name, "quadruped"
            )

    def test_an_unknown_name(self):
        with self.assertRaisesRegex(ValueError, "quadruped_lite.*name='cat'"):
            presets.directory("cat")

    def test_to_know_where_it_is_takes_no_keras(self):
        script = (
            "import sys; from kp2part import presets; "
            "presets.directory('quadruped_lite'); print('keras' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(done.stdout, "False\n")


if __name__ == "__main__":
    absltest.main()
