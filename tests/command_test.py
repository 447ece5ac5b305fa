"""The command `kp2part`, as `python -m kp2part`."""

import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

from kp2part import __main__ as command
from tests import programs

ROOT = pathlib.Path(__file__).parents[1]


class CommandTest(parameterized.TestCase):
    @parameterized.parameters((), ("--help",), ("-h",), ("help",))
    def test_list(self, *arguments):
        status, output, error = programs.run("kp2part", *arguments)
        self.assertEqual((status, error), (0, ""))
        self.assertIn(
            "\n  train        Trains a network on TFRecords.\n", output
        )
        for name in command._MODULES:
            self.assertRegex(output, rf"(?m)^  {name} +[A-Z].*\.$")

    def test_every_program_is_in_the_list(self):
        found = set()
        for package in "kp2part", "tfrecords_tools":
            for path in (ROOT / package).rglob("*.py"):
                if "cli.run(" in path.read_text():
                    name = path.relative_to(ROOT).with_suffix("")
                    parts = [x for x in name.parts if x != "__main__"]
                    found.add(".".join(parts))
        # It only shows how a program starts.
        found.remove("kp2part.system.cli")
        self.assertEqual(found, set(command._MODULES.values()))

    def test_list_imports_no_program(self):
        script = (
            "import sys; from kp2part import __main__ as command; "
            "command.run([]); print(*sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        modules = done.stdout.splitlines()[-1].split()
        tops = {name.split(".")[0] for name in modules}
        self.assertEmpty(tops & {"tensorflow", "keras", "numpy", "absl", "cv2"})
        self.assertLess(len(modules), 150)

    @parameterized.parameters(
        ("evalute", "Did you mean 'evaluate'?"),
        ("xyz", "See kp2part --help."),
    )
    def test_unknown_command(self, name, hint):
        status, output, error = programs.run("kp2part", name, "--help")
        self.assertEqual((status, output), (2, ""))
        self.assertEqual(
            error, f"error: '{name}' is not a command of kp2part. {hint}\n"
        )

    def test_flags_and_status_are_the_programs(self):
        status, _, error = programs.run(
            "kp2part", "verify", "--tfrecords=nowhere"
        )
        self.assertEqual(status, 1)
        self.assertIn("error: nowhere/manifest.json: no such file", error)

    def test_help_of_a_program(self):
        _, alone, _ = programs.run("tfrecords_tools.verify", "--help")
        _, output, _ = programs.run("kp2part", "verify", "--help")
        self.assertEqual(output, alone)
        self.assertIn("--tfrecords", output)


if __name__ == "__main__":
    absltest.main()
