import os
import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.system import flagfile


class FlagfileTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "my.flags"

    def expand(self, text, encoding="utf-8"):
        self.path.write_bytes(text.encode(encoding))
        return flagfile.expand(["prog", f"--flagfile={self.path}"])[1:]

    @parameterized.parameters(
        ("--a=1", "--a=1"),
        ("--a=rec   # mine", "--a=rec"),
        ("--a=rec#1", "--a=rec#1"),
        ('--a="my rec # 1"', "--a=my rec # 1"),
        ("--a='x' # note", "--a=x"),
        ('--a=say "x"', '--a=say "x"'),
        ("--a=my rec", "--a=my rec"),
        ("--a=", "--a="),
        ('--a=""', "--a="),
        ("  -a=1  ", "-a=1"),
        ("--debug", "--debug"),
        ("--debug  # note", "--debug"),
        ("--a=~/x", f"--a={os.path.expanduser('~/x')}"),
        ("--a=~x", "--a=~x"),
        ("--a=b=c", "--a=b=c"),
    )
    def test_line(self, line, flag):
        self.assertEqual(self.expand(line), [flag])

    @parameterized.parameters("utf-8-sig", "utf-16")
    def test_windows(self, encoding):
        text = "--a=\u00e9\r\n\r\n# note\r\n// note\r\n--b=2\r\n"
        self.assertEqual(self.expand(text, encoding), ["--a=\u00e9", "--b=2"])

    @parameterized.parameters(
        ("--a=1\nrec", "my.flags:2: must be a flag.*'rec'"),
        ("--a 1", "my.flags:1: must be a flag.*'--a 1'"),
        ('--a="x" y', 'my.flags:1: nothing must follow.*"x" y'),
        ("--flagfile={}", "must not name itself"),
        ("--flagfile=nowhere", "nowhere: no such file"),
    )
    def test_bad_line(self, text, message):
        with self.assertRaisesRegex(ValueError, message):
            self.expand(text.format(self.path))

    def test_place_and_nesting(self):
        inner = pathlib.Path(self.create_tempfile("inner", "--c=3\n"))
        self.path.write_text(f"--b=2\n--flagfile={inner}")
        argv = ["prog", "--a=1", "--flagfile", str(self.path), "--d", "~/x"]
        home = os.path.expanduser("~/x")
        self.assertEqual(
            flagfile.expand(argv),
            ["prog", "--a=1", "--b=2", "--c=3", "--d", home],
        )
        rest = ["prog", "--", "--flagfile=nowhere", "~"]
        self.assertEqual(flagfile.expand(rest), rest)

    def test_no_name(self):
        with self.assertRaisesRegex(ValueError, "`flagfile` must be"):
            flagfile.expand(["prog", "--flagfile"])


if __name__ == "__main__":
    absltest.main()
