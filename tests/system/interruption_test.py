import contextlib
import os
import pathlib
import signal
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.system import interruption

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = """
import hashlib, pathlib, signal, sys, threading
from absl import flags
from kp2part.system import cli, interruption

_WAYS = ["wait", "compute", "own", "defer"]
_HOW = flags.DEFINE_enum("how", None, _WAYS, "How.")
interruption._GRACE_SECONDS = 0.2
# Whatever started the tests may have it ignored, as shells do with "&".
signal.signal(signal.SIGINT, signal.default_int_handler)


def main(_):
    event = threading.Event()
    if _HOW.value == "own":
        signal.signal(signal.SIGTERM, lambda *_: event.set())
    try:
        if _HOW.value == "defer":
            with interruption.deferral() as deferral:
                deferral.is_on = True
                print("ready", flush=True)
                while deferral.waiting is None:
                    event.wait(0.01)
                print("saved", flush=True)
                deferral.raise_waiting()
        print("ready", flush=True)
        if _HOW.value == "compute":
            # One instruction of Python: it raises nothing meanwhile.
            hashlib.pbkdf2_hmac("sha256", b"", b"", 10**8)
        event.wait()
        if _HOW.value == "own":
            threading.Event().wait(0.5)  # Longer than the grace.
    finally:
        print("in order", flush=True)


if __name__ == "__main__":
    cli.run(main)
"""


class InterruptionTest(parameterized.TestCase):
    def end(self, how, number):
        """Starts a program and sends it a signal: its status and output."""
        path = self.create_tempfile("program.py", PROGRAM).full_path
        child = subprocess.Popen(
            [sys.executable, path, f"--how={how}"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            self.assertEqual(child.stdout.readline(), "ready\n")
            child.send_signal(number)
            output, errors = child.communicate(timeout=60)
        finally:
            child.kill()
            child.wait()
        return child.returncode, output, errors

    @parameterized.parameters((signal.SIGINT, 130), (signal.SIGTERM, 143))
    def test_ends_in_order(self, number, status):
        self.assertEqual(
            self.end("wait", number), (status, "in order\n", "interrupted\n")
        )

    @parameterized.parameters((signal.SIGINT, 130), (signal.SIGTERM, 143))
    def test_waits_for_a_good_moment(self, number, status):
        self.assertEqual(
            self.end("defer", number),
            (status, "saved\nin order\n", "interrupted\n"),
        )

    def test_what_is_swallowed_is_raised_again(self):
        deferral = interruption.Deferral()
        with contextlib.suppress(KeyboardInterrupt):  # As Keras does at times.
            deferral(signal.SIGTERM, None)
        with self.assertRaises(interruption.Terminated):
            deferral.raise_waiting()

    @parameterized.parameters((signal.SIGINT, 130), (signal.SIGTERM, 143))
    def test_ends_although_python_waits_for_a_long_computation(
        self, number, status
    ):
        self.assertEqual(self.end("compute", number)[0], status)

    def test_a_program_with_a_way_of_its_own_has_the_time_it_takes(self):
        status, output, _ = self.end("own", signal.SIGTERM)
        self.assertEqual((status, output), (0, "in order\n"))


if __name__ == "__main__":
    absltest.main()
