import os
import pathlib
import signal
import subprocess
import sys

from absl.testing import absltest

ROOT = pathlib.Path(__file__).parents[2]
CHILD = """
import os, subprocess, sys, threading
from kp2part.system import cli


def main(_):
    # A child of the child is not one of `Children`: it is left alone.
    subprocess.run([sys.executable, "-c", "from kp2part.system import processes"
        "; processes.end_with_parent(); print('grandchild')"], check=True)
    print(os.getpid(), flush=True)
    try:
        threading.Event().wait()
    finally:
        print("in order", flush=True)


cli.run(main)
"""
PARENT = """
import os, sys
from kp2part.system import processes

command = [sys.executable, "-c", sys.argv[1]]
processes.Children().run(command, os.environ, sys.stdout)
"""


class ChildrenTest(absltest.TestCase):
    def test_a_child_ends_in_order_when_its_parent_is_killed(self):
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, CHILD],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.assertEqual(parent.stdout.readline(), "grandchild\n")
        child = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
        # The end of the output: nobody is left who could write.
        try:
            output, _ = parent.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.kill(child, signal.SIGKILL)
            raise
        self.assertEqual(output, "in order\ninterrupted\n")


if __name__ == "__main__":
    absltest.main()
