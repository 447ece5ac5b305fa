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
flags.DEFINE_string("output", None, "Where to.")
flags.DEFINE_list("names", (), "Names.")
flags.DEFINE_float("rate", 1.0, "How fast.")
flags.DEFINE_bool("fast", False, "Whether.")


def main(_):
    if _BY.value == 1:
        raise ValueError("`by` must not be 1.\\nReceived: by=1")
    if _BY.value == 2:
        open("/nowhere/at/all")
    if _BY.value == 4:
        raise ModuleNotFoundError("No module", name="waitress.server")
    if _BY.value == 5:
        raise ModuleNotFoundError("No module", name="divide.by")
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
        ("--by=2", "error: .Errno 2. No such file"),
        ("", "--by must have a value"),
        ("stray", "--by must have a value"),
        ("--by=3 stray", "Every argument must be a flag. Received: stray"),
        ("--by=x", "flag --by=x"),
        ("--by=4", 'error: .*"kp2part\\[serve\\]"'),
        ("--by=3 --output=", "--output must not be empty"),
        ("--by=3 --rate=inf", "--rate must be finite. Received: rate=inf"),
        ("--by=3 --rate=nan", "--rate must be finite. Received: rate=nan"),
        ("--by=1e999", "flag --by=1e999"),
        ("--by=9999999999", "--by must be in .-2147483647, 2147483647.*99999"),
        ("--by=3 --rate=1 --by=1", "--by must be given once. Received: 3, th"),
        ("--by 3 --by=1", "--by must be given once. Received: 3, then 1"),
        ("--by=3 --fast --nofast", "--fast must be given once"),
    )
    def test_message(self, args, message):
        result = self.run_program(*args.split())
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr + result.stdout, message)
        self.assertNotIn("Traceback", result.stderr)

    @parameterized.parameters(
        "--by=3 --by=3", "--flagfile={file} --by=3", "--by=3 --names="
    )
    def test_what_comes_after_a_flagfile_counts(self, args):
        file = self.create_tempfile("one.flags", "--by=1\n--by=1").full_path
        result = self.run_program(*args.format(file=file).split())
        self.assertEqual((result.returncode, result.stdout), (0, "2\n"))

    @parameterized.parameters("--by=1 --debug", "--by=0", "--by=5")
    def test_traceback(self, args):
        result = self.run_program(*args.split())
        self.assertEqual(result.returncode, 1)
        self.assertIn("Traceback", result.stderr)

    def test_help(self):
        self.assertIn("python divide.py", self.run_program("--help").stdout)


if __name__ == "__main__":
    absltest.main()
