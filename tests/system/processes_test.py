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
POOL = """
from concurrent import futures
import multiprocessing, os
from kp2part.system import processes

spawn = multiprocessing.get_context("spawn")
with futures.ProcessPoolExecutor(1, spawn, processes.end_with_pool) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    input()
"""


class ParentsDeathTest(absltest.TestCase):
    def start(self, *command):
        parent = subprocess.Popen(
            [sys.executable, "-c", *command],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(parent.kill)
        return parent

    def kill(self, parent, child):
        """Kills a parent; returns what its children write until they end."""
        parent.kill()
        # The end of the output: nobody is left who could write.
        try:
            output, _ = parent.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.kill(child, signal.SIGKILL)
            raise
        return output

    def test_a_child_ends_in_order(self):
        parent = self.start(PARENT, CHILD)
        self.assertEqual(parent.stdout.readline(), "grandchild\n")
        output = self.kill(parent, int(parent.stdout.readline()))
        self.assertEqual(output, "in order\ninterrupted\n")

    def test_a_worker_that_waits_ends(self):
        parent = self.start(POOL)
        self.assertEqual(self.kill(parent, int(parent.stdout.readline())), "")


if __name__ == "__main__":
    absltest.main()
