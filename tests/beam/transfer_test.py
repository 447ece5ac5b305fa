"""transfer on Apache Beam, as a user runs it; see `make test-beam`."""

import importlib.util
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.labeling import run
from tests import programs
from tests.labeling import cases

if importlib.util.find_spec("apache_beam") is None:
    raise unittest.SkipTest("apache-beam is not installed: make test-beam")

OK, FAILED, SOME_FAILED = 0, 1, 3
ON_BEAM = "--runner=DirectRunner"
TWO = (
    "--beam_options=--direct_num_workers=2 "
    "--direct_running_mode=multi_processing"
)


class TransferTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.model = cases.export(pathlib.Path(root) / "toy")

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.photos, self.keypoints = cases.write(self.root, 150, 1)

    def flags(self, output, *more):
        return [
            f"--images={self.photos}",
            f"--keypoints={self.keypoints}",
            f"--saved_model={self.model}",
            f"--output={self.root / output}",
            *more,
        ]

    def transfer(self, output, *more):
        """Returns the status and what the program says."""
        flags = self.flags(output, *more)
        status, _, told = programs.run("kp2part.transfer", *flags)
        return status, told

    def files(self, output):
        root = self.root / output
        # The page has the directory's name in its title.
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and path.name != "review.html"
        }

    def lines(self, output):
        return (self.root / output / run.JOURNAL).read_bytes().splitlines()

    @parameterized.parameters([[ON_BEAM]], [[ON_BEAM, TWO]])
    def test_as_without_beam(self, how):
        path = self.photos / "herd/p003.jpg"
        path.write_bytes(b"no photo")
        found = []
        for output, flags in ("local", []), ("beam", how):
            status, told = self.transfer(output, *flags)
            self.assertEqual(status, SOME_FAILED, told)
            self.assertIn("Not labeled: herd/p003.jpg: ", told)
            self.assertIn("149 photos labeled, with 149 objects", told)
            self.assertIn("1 photos not labeled", told)
            found.append(self.files(output))
        local, beam = found
        self.assertEqual(beam.keys(), local.keys())
        self.assertEqual(
            sorted(self.lines("beam")), sorted(self.lines("local"))
        )
        for name in local:
            if name != run.JOURNAL:
                self.assertEqual(beam[name], local[name], name)

    def test_again_does_nothing_twice(self):
        self.assertEqual(self.transfer("labels", ON_BEAM)[0], OK)
        before = self.files("labels")
        status, told = self.transfer("labels", ON_BEAM)
        self.assertEqual(status, OK)
        self.assertIn("150 of 150 photos are done already", told)
        self.assertEqual(self.files("labels"), before)

    @parameterized.parameters([[ON_BEAM]], [[ON_BEAM, TWO]])
    def test_killed_and_started_again(self, how):
        command = [
            *(sys.executable, "-m", "kp2part.transfer"),
            *self.flags("killed", *how),
        ]
        unfinished = self.root / "killed" / "unfinished"
        started = subprocess.Popen(
            command, cwd=programs.ROOT, stderr=subprocess.DEVNULL
        )
        while started.poll() is None:
            if any(unfinished.glob("[!.]*.jsonl")):
                started.send_signal(signal.SIGKILL)
                break
            time.sleep(0.005)
        self.assertEqual(started.wait(), -signal.SIGKILL)
        self.assertFalse((self.root / "killed/coco.json").exists())
        # It may go on where, and how, one likes.
        status, told = self.transfer("killed")
        if status == OK:
            self.assertIn("150 photos labeled", told)
        status, told = self.transfer("killed", *how)
        self.assertEqual(status, OK, told)
        names = [json.loads(x)["photo"] for x in self.lines("killed")[1:]]
        self.assertLen(set(names), 150)
        self.assertLen(names, 150)
        self.assertEqual(self.transfer("at once")[0], OK)
        for name in "coco.json", "masks/herd/p077.png":
            self.assertEqual(
                self.files("killed")[name], self.files("at once")[name]
            )
        self.assertFalse(unfinished.exists())

    def test_refusals_write_nothing(self):
        for flag, words in (
            ("--runner=DirectRuner", "nearest: DirectRunner"),
            ("--beam_options=--direct_num_workers=2", "must be given"),
        ):
            status, told = self.transfer("labels", flag)
            self.assertEqual(status, FAILED)
            self.assertIn(words, told)
            self.assertNotIn("Traceback", told)
            self.assertFalse((self.root / "labels").exists())


if __name__ == "__main__":
    absltest.main()
