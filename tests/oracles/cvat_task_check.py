"""Holds examples/cvat_task.py to cvat-sdk: see `make test-formats`.

The server is `cvat_server`, not CVAT: no real CVAT was asked.
"""

import os
import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import part_masks
from kp2part.formats import readers
from kp2part.formats.cvat import writer as cvat_writer
from kp2part.formats.labeled import labels
from kp2part.formats.names import vocabulary
from tests.formats import labeled_photos
from tests.oracles import cvat_server

SCRIPT = pathlib.Path(__file__).parents[2] / "examples" / "cvat_task.py"
HEAD, BODY = 1, 2
NEAR, FAR = ((2, 3), (1.25, 1), (0, 0)), ((6, 5), (5, 5), (0, 0))


def labeled_photo(name, *objects):
    """Returns a photo as `transfer` makes it of the shapes on the server."""
    items = []
    for part_id, points in objects:
        (nose_x, nose_y), (ear_x, ear_y), _ = points
        keypoints = [
            [ear_x - 0.5, ear_y - 0.5, 1],
            [0, 0, 0],
            [nose_x - 0.5, nose_y - 0.5, 2],
        ]
        pixels = np.array([[0, part_id], [part_id, part_id]], np.uint8)
        corner = int(nose_x) - 1, int(nose_y) - 1
        keypoints = np.array(keypoints, np.float32)
        items.append(labels.LabeledObject("dog", keypoints, pixels, corner))
    width, height = cvat_server.SIZE
    return labels.LabeledPhoto(name, height, width, tuple(items))


class CvatTaskCheck(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir()) / "task7"
        self.masks = self.folder.parent / "cvat.xml"
        self.cvat = cvat_server.Cvat(
            [
                cvat_server.skeleton(1, 0, *NEAR),
                cvat_server.skeleton(2, 0, *FAR, group=5),
                cvat_server.skeleton(3, 1, *NEAR),
            ]
        )
        self.enterContext(cvat_server.serve(self.cvat))
        self.write(BODY)

    def write(self, part_id, near=NEAR, name="pets/a.png"):
        photos = [
            labeled_photo(name, (HEAD, near), (part_id, FAR)),
            labeled_photo("b.png", (HEAD, NEAR)),
        ]
        cvat_writer.write(photos, labeled_photos.CATEGORY, self.masks)

    def run_script(self, command, path, *options, task="7", **environment):
        done = subprocess.run(
            [sys.executable, str(SCRIPT), command, task, str(path)]
            + [f"--url={self.cvat.url}", *options],
            env={
                **os.environ,
                "CVAT_ACCESS_TOKEN": cvat_server.TOKEN,
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.assertNotIn(cvat_server.TOKEN, done.stdout)
        self.assertNotIn("Traceback", done.stdout)
        self.assertEqual(done.stdout.count("\n"), 1, done.stdout)
        return done.returncode, done.stdout

    def check_fails(self, message, *arguments, **changes):
        before = list(self.cvat.shapes)
        status, said = self.run_script(*arguments, **changes)
        self.assertEqual(status, 1, said)
        self.assertRegex(said, message)
        self.assertEqual(self.cvat.shapes, before)

    def shapes(self, kind="mask"):
        return [x for x in self.cvat.shapes if x["type"] == kind]

    def test_pull(self):
        status, said = self.run_script("pull", self.folder)
        self.assertEqual(status, 0, said)
        self.assertEqual(
            self.cvat.tokens - {None}, {f"Bearer {cvat_server.TOKEN}"}
        )
        for name in cvat_server.PHOTOS:
            self.assertTrue((self.folder / "images" / name).is_file())
        found = readers.read_file(
            self.folder / "annotations.xml",
            vocabulary.Vocabulary(labeled_photos.CATEGORY),
        )
        counts = [len(items) for items in found.annotations.values()]
        self.assertEqual(counts, [2, 1])
        self.assertLen([*self.folder.iterdir()], 2)
        self.check_fails("has images", "pull", self.folder)
        self.cvat.shapes = []
        self.run_script("pull", self.folder, "--without_photos")
        text = (self.folder / "annotations.xml").read_text()
        self.assertNotIn("skeleton", text)

    def test_masks_come_back(self):
        status, said = self.run_script("push", self.masks)
        self.assertEqual(status, 0, said)
        self.assertIn("added 3 masks, removed 0", said)
        self.assertIn("grouped 2 skeletons", said)
        self.assertEqual(self.cvat.changes, [("update", 2), ("create", 3)])
        self.assertLen(self.shapes("skeleton"), 3)
        self.run_script("pull", self.folder)
        read = part_masks.read(
            self.folder / "annotations.xml", None, labeled_photos.CATEGORY
        )
        pets = read.find("pets/a").read(labeled_photos.CATEGORY)
        near, far = sorted(pets, key=lambda item: item.parts[0].name)[::-1]
        for item, name, (x, y) in (near, "head", (1, 2)), (far, "body", (5, 4)):
            (part,) = item.parts
            self.assertEqual(part.name, name)
            self.assertEqual(part.mask.sum(), 3)
            self.assertFalse(part.mask[y, x])
            self.assertTrue(part.mask[y : y + 2, x + 1].all())

    def test_people_keep_their_work(self):
        self.run_script("push", self.masks)
        self.check_fails("3 masks.*--replace replaces", "push", self.masks)
        # Corrected by a person, and drawn by a person.
        corrected, drawn = self.shapes()[0], dict(self.shapes()[1])
        corrected["source"] = "semi-auto"
        drawn |= {"id": 50, "source": "manual", "frame": 1, "group": 0}
        self.cvat.shapes.append(drawn)
        kept = [*self.shapes("skeleton"), corrected, drawn]
        self.write(HEAD)
        status, said = self.run_script("push", self.masks, "--replace")
        self.assertEqual(status, 0, said)
        self.assertIn("added 2 masks, removed 1", said)
        self.assertIn("left out 1 that people", said)
        for shape in kept:
            self.assertIn(shape, self.cvat.shapes)

    def test_a_push_that_fails_leaves_the_earlier_one(self):
        self.run_script("push", self.masks)
        for action in "create", "delete":
            self.cvat.failing = action
            _, said = self.run_script("push", self.masks, "--replace")
            self.assertRegex(said, 'CVAT responded 500 .*"broken"')
            self.assertGreaterEqual(len(self.shapes()), 3)
        self.cvat.failing = None
        self.run_script("push", self.masks, "--replace")
        self.assertLen(self.shapes(), 3)

    def test_what_does_not_fit_changes_nothing(self):
        photos = [labeled_photo("b.png", (3, NEAR))]
        cvat_writer.write(photos, labeled_photos.CATEGORY, self.masks)
        self.check_fails("Add in CVAT: tail", "push", self.masks)
        self.write(BODY, near=((2, 3), (1.5, 1), (0, 0)))
        self.check_fails("0 have them. Pull and tran", "push", self.masks)
        self.write(BODY, name="c.png")
        self.check_fails("'c.png' must be in task 7 once", "push", self.masks)
        self.masks.write_text("<annotations/>")
        self.check_fails("has no masks in groups", "push", self.masks)
        self.masks.write_text("<annotations>")
        self.check_fails("cvat.xml: no element", "push", self.masks)

    def test_no_such_task(self):
        self.check_fails("responded 404", "push", self.masks, task="8")
        self.check_fails(
            "Set CVAT_ACCESS_TOKEN", "push", self.masks, CVAT_ACCESS_TOKEN=""
        )
        self.cvat.mode = "interpolation"
        self.check_fails("is of a video", "pull", self.folder)


if __name__ == "__main__":
    absltest.main()
