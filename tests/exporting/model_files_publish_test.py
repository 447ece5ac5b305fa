"""What becomes of files that were there: no package of a format is needed."""

import errno
import os
import pathlib
import shutil
import types
from unittest import mock

from absl.testing import absltest

from kp2part.exporting import model_files
from kp2part.exporting import serving_network
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import task as task_lib
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))


class PublishTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        task = task_lib.Task(tiny.CATEGORY, 32, 2.0)
        self.network = serving_network.CropNetwork(
            networks.build("pose_to_part", task, SMALL)
        )
        self.path = pathlib.Path(self.create_tempdir().full_path, "m.xml")
        self.export("old")

    def export(self, text):
        def write(graph, path, metadata):
            path.write_text(text)
            path.with_suffix(".bin").write_text(text)

        fake = types.SimpleNamespace(write=write)
        with mock.patch.dict(model_files.FORMATS, {"openvino": fake}):
            model_files.export(
                self.network, self.path, "openvino", verify=False
            )

    def files(self):
        return {p.name: p.read_text() for p in self.path.parent.iterdir()}

    def test_a_pair_is_replaced(self):
        self.assertEqual(self.files(), {"m.xml": "old", "m.bin": "old"})
        self.export("new")
        self.assertEqual(self.files(), {"m.xml": "new", "m.bin": "new"})

    def test_ended_between_the_two_there_is_no_pair(self):
        replace = os.replace

        def end(source, target):
            if target.suffix == ".xml":
                raise KeyboardInterrupt
            replace(source, target)

        with mock.patch.object(os, "replace", end):
            with self.assertRaises(KeyboardInterrupt):
                self.export("new")
        self.assertEqual(self.files(), {"m.bin": "new"})

    def test_a_full_disk_harms_nothing(self):
        copy = shutil.copyfile

        def full(source, target):
            if str(target).endswith(".bin"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            copy(source, target)

        with mock.patch.object(shutil, "copyfile", full):
            with self.assertRaisesRegex(OSError, "m.xml: cannot be wri.*No sp"):
                self.export("new")
        self.assertEqual(self.files(), {"m.xml": "old", "m.bin": "old"})


if __name__ == "__main__":
    absltest.main()
