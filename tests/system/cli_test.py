import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

PROGRAM = '''"""Divides.

    python divide.py --by=2
"""
from absl import flags
from kp2part.system import cli

_BY = flags.DEFINE_integer("by", None, "The divisor.")


def main(_):
    if _BY.value == 1:
        raise ValueError("`by` must not be 1.\\nReceived: by=1")
    if _BY.value == 2:
        open("/nowhere/at/all")
    print(6 // _BY.value)


if __name__ == "__main__":
    cli.run(main, required=("by",))
'''


class RunTest(parameterized.TestCase):
    def run_program(self, *args):
        path = pathlib.Path(self.create_tempdir()) / "divide.py"
        path.write_text(PROGRAM)
        root = pathlib.Path(__file__).parents[2]
        return subprocess.run(
            [sys.executable, path, *args],
            env={"PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
        )

    def test_success(self):
        result = self.run_program("--by=3")
        self.assertEqual((result.returncode, result.stdout), (0, "2\n"))

    @parameterized.parameters(
        ("--by=1", "error: `by` must not be 1.\nReceived: by=1\n"),
        ("--by=2", "error: [Errno 2] No such file"),
        ("", "--by must have a value"),
        ("stray", "--by must have a value"),
        ("--by=3 stray", "Every argument must be a flag. Received: stray"),
        ("--by=x", "flag --by=x"),
    )
    def test_message(self, args, message):
        result = self.run_program(*args.split())
        self.assertEqual(result.returncode, 1)
        self.assertIn(message, result.stderr + result.stdout)
        self.assertNotIn("Traceback", result.stderr)

    @parameterized.parameters("--by=1 --debug", "--by=0")
    def test_traceback(self, args):
        result = self.run_program(*args.split())
        self.assertEqual(result.returncode, 1)
        self.assertIn("Traceback", result.stderr)

    def test_help(self):
        self.assertIn("python divide.py", self.run_program("--help").stdout)


if __name__ == "__main__":
    absltest.main()
