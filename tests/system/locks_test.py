import os
import pathlib
import subprocess
import sys

from absl.testing import absltest

from kp2part.system import locks

ROOT = pathlib.Path(__file__).parents[2]
HOLD = """
import pathlib, sys
from kp2part.system import locks
with locks.directory(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


class LocksTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)

    def test_the_second_is_refused_until_the_first_is_killed(self):
        path = self.root / "run"
        with subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as child:
            self.addCleanup(child.kill)
            self.assertEqual(child.stdout.readline(), b"held\n")
            with self.assertRaisesRegex(ValueError, f"{path}: another process"):
                with locks.directory(path):
                    self.fail()
            child.kill()
        with locks.directory(path):
            (path / "a").write_text("")
        self.assertEqual(os.listdir(path), ["a"])

    def test_a_directory_that_was_not_used_is_gone(self):
        with self.assertRaises(KeyError):
            with locks.directory(self.root / "a" / "b"):
                raise KeyError
        self.assertEqual(os.listdir(self.root), [])
        with locks.directory(self.root):
            pass
        self.assertTrue(self.root.is_dir())


if __name__ == "__main__":
    absltest.main()
