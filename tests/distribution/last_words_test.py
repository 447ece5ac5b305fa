import subprocess
import sys

from absl.testing import absltest

SCRIPT = """
import os, signal, sys
from kp2part.distribution import last_words

with last_words.at_sudden_end("it was killed"):
    exec(sys.argv[1])
"""


def said(code):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, code],
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    return done.stderr


class LastWordsTest(absltest.TestCase):
    def test_of_a_process_that_is_killed_or_aborts(self):
        for number in "SIGKILL", "SIGABRT":
            code = f"os.kill(os.getpid(), signal.{number})"
            self.assertEqual(said(code), "it was killed\n")

    def test_none_of_one_that_ends_in_order(self):
        self.assertEqual(said("pass"), "")
        self.assertEqual(said("last_words.leave(3)"), "")
        self.assertNotIn("was killed", said("raise ValueError"))


if __name__ == "__main__":
    absltest.main()
