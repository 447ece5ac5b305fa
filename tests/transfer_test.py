"""transfer as a user runs it, from photos and keypoints to files."""

import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from absl.testing import absltest
import cv2
import numpy as np
from pycocotools import coco as pycoco

from kp2part.labeling import outputs
from kp2part.labeling import run
from tests import local_server
from tests import programs
from tests import tiny
from tests.labeling import cases
from tests.labeling import videos

OK, FAILED, SOME_FAILED = 0, 1, 3
NOT_OF_PHOTOS = ("array", "video", "sleap")  # The last needs an extra.


class TransferTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.model = cases.export(pathlib.Path(root) / "toy")
        # Without a calibration.
        cls.other = cases.export(pathlib.Path(root) / "other", False)

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.photos, self.keypoints = cases.write(self.root)
        self.output = self.root / "labels"

    def transfer(self, **more):
        """Returns the status and what the program says."""
        values = {
            "images": self.photos,
            "keypoints": self.keypoints,
            "saved_model": self.model,
            "output": self.output,
            **more,
        }
        flags = [
            f"--{name}={','.join(x) if isinstance(x, list) else x}"
            for name, x in values.items()
        ]
        status, _, told = programs.run("kp2part.transfer", *flags)
        return status, told

    def journal(self):
        lines = (self.output / run.JOURNAL).read_text().splitlines()
        return [json.loads(line) for line in lines[1:]]

    def files(self):
        return {
            path.relative_to(self.output).as_posix(): path.read_bytes()
            for path in self.output.rglob("*")
            if path.is_file() and path.name != run.JOURNAL
        }

    def test_all_formats(self):
        formats = [n for n in outputs.NAMES if n not in NOT_OF_PHOTOS]
        status, told = self.transfer(output_formats=formats)
        self.assertEqual(status, OK, told)
        self.assertIn("5 photos labeled, with 10 objects of ", told)
        found = pycoco.COCO(str(self.output / "coco.json"))
        self.assertLen(found.imgs, 5)
        wholes = [a for a in found.anns.values() if "keypoints" in a]
        self.assertLen(wholes, 10)
        for image_id, image in found.imgs.items():
            name = pathlib.PurePosixPath(image["file_name"]).with_suffix(".png")
            mask = cv2.imread(str(self.output / "masks" / name), -1)
            objects = cv2.imread(str(self.output / "instances" / name), -1)
            ours = [a for a in wholes if a["image_id"] == image_id]
            united = sum(found.annToMask(a).astype(int) for a in ours)
            np.testing.assert_array_equal(united, objects > 0)
            self.assertEqual(mask.shape[:2], (cases.HEIGHT, cases.WIDTH))
            self.assertTrue(all(0 < a["score"] < 1 for a in ours))
        for name in ("cvat.xml", "label_studio.json", "review.html"):
            self.assertGreater((self.output / name).stat().st_size, 1000)
        self.assertLen(list(self.output.glob("Annotations_Part/**/*.mat")), 5)
        tasks = json.loads((self.output / "label_studio.json").read_text())
        folder = f"/data/local-files/?d={self.photos.name}/herd/"
        for task in tasks:
            self.assertStartsWith(task["data"]["image"], folder)

    def test_again_does_nothing_twice(self):
        formats = ["coco", "png", "tfrecords"]
        self.assertEqual(self.transfer(output_formats=formats)[0], OK)
        before, lines = self.files(), self.journal()
        status, told = self.transfer(output_formats=formats)
        self.assertEqual(status, OK)
        self.assertIn("5 of 5 photos are done already", told)
        self.assertEqual(self.files(), before)
        self.assertEqual(self.journal(), lines)
        # A mended keypoint: its photo is labeled again, no other.
        fields = json.loads(self.keypoints.read_text())
        fields["annotations"][4]["keypoints"][0] += 3
        self.keypoints.write_text(json.dumps(fields))
        self.assertEqual(self.transfer()[0], OK)
        names = [line["photo"] for line in self.journal()]
        self.assertEqual(names[len(lines) :], ["herd/p002.jpg"])
        self.assertLen(json.loads(self.files()["coco.json"])["images"], 5)

    def test_what_fails_is_listed_and_tried_again(self):
        path = self.photos / "herd/p003.jpg"
        contents = path.read_bytes()
        path.write_bytes(contents[: len(contents) // 2])
        status, told = self.transfer()
        self.assertEqual(status, SOME_FAILED)
        self.assertIn("Not labeled: herd/p003.jpg: ", told)
        self.assertIn("4 photos labeled", told)
        self.assertLen(json.loads(self.files()["coco.json"])["images"], 4)
        path.write_bytes(contents)
        status, told = self.transfer()
        self.assertEqual(status, OK)
        self.assertIn("4 of 5 photos are done already", told)
        self.assertLen(json.loads(self.files()["coco.json"])["images"], 5)

    def test_bounds_of_quality(self):
        self.assertEqual(self.transfer(output_formats=["coco"])[0], OK)
        scores = sorted(
            a["score"]
            for a in json.loads(self.files()["coco.json"])["annotations"]
            if "keypoints" in a
        )
        bound = (scores[3] + scores[4]) / 2
        kept = {}
        for name in "min_quality", "max_quality":
            status, _ = self.transfer(output_formats=["coco"], **{name: bound})
            self.assertEqual(status, OK)
            found = json.loads(self.files()["coco.json"])
            # Four objects are in fewer photos than there are.
            if name == "max_quality":
                self.assertLess(len(found["images"]), 5)
            self.assertEqual(
                {x["id"] for x in found["images"]},
                {x["image_id"] for x in found["annotations"]},
            )
            kept[name] = sum("keypoints" in a for a in found["annotations"])
        self.assertEqual(kept, {"min_quality": 6, "max_quality": 4})

    def test_refusals_write_nothing(self):
        for change, words in (
            ({"output_formats": ["coco", "gif"]}, "`output_formats` must.*gif"),
            ({"min_quality": 0.9, "max_quality": 0.1}, "in this order"),
            ({"category": "horse"}, "must have the network's keypoints"),
            ({"keypoints": "/no/such.json"}, "`keypoints`: .*no/such.json"),
            ({"images": "/no/such"}, "`images`: there is no such path: /no/su"),
        ):
            status, told = self.transfer(**change)
            self.assertEqual(status, FAILED)
            self.assertRegex(told, words)
            self.assertFalse(self.output.exists(), words)

    def test_another_model_is_refused(self):
        self.assertEqual(self.transfer()[0], OK)
        before = self.files()
        status, told = self.transfer(saved_model=str(self.other))
        self.assertEqual(status, FAILED)
        self.assertIn("was labeled with another model", told)
        self.assertEqual(self.files(), before)

    def test_without_quality(self):
        status, told = self.transfer(
            saved_model=str(self.other), min_quality=0.5
        )
        self.assertEqual(status, FAILED)
        self.assertIn("kp2part.calibrate", told)
        self.assertEqual(
            self.transfer(saved_model=str(self.other), min_quality=0.0)[0], OK
        )
        page = self.files()["review.html"].decode()
        self.assertIn("does not tell the quality", page)

    def test_served(self):
        self.assertEqual(self.transfer()[0], OK)
        expected = self.files()
        with local_server.serve(self.model, "toy") as server:
            self.output = self.root / "served"
            url = f"http://127.0.0.1:{server.http_port}/v1/models/toy"
            status, told = self.transfer(url=url)
            self.assertEqual(status, OK, told)
        found = self.files()
        self.assertEqual(set(found), set(expected))
        for name, contents in expected.items():
            if name.endswith(".png"):
                self.assertEqual(found[name], contents, name)

    def test_video(self):
        videos.write_video(self.photos / "yard.avi")
        self.keypoints = self.root / "yardDLC_resnet50.csv"
        names = tiny.CATEGORY.keypoints
        coords = ("x", "y", "likelihood")
        columns = [("DLC_resnet50", n, c) for n in names for c in coords]
        rows = zip(("scorer", "bodyparts", "coords"), *columns, strict=True)
        lines = [",".join(row) for row in rows]
        points = "5,6,0.9,25,8,{},13,28,0.7"
        lines += [f"{i},{points.format(0.9 - 0.1 * i)}" for i in range(5)]
        self.keypoints.write_text("\n".join(lines) + "\n")
        status, told = self.transfer(
            output_formats=["coco", "array", "video"], class_name="dog"
        )
        self.assertEqual(status, OK, told)
        found = self.files()
        self.assertIn("videos/yard.nc", found)
        annotations = json.loads(found["coco.json"])["annotations"]
        seen = [a["num_keypoints"] for a in annotations if "keypoints" in a]
        # From a likelihood of 0.6 on.
        self.assertEqual(seen, [3, 3, 3, 3, 2])
        video = cv2.VideoCapture(str(self.output / "videos/yard.mp4"))
        count = sum(iter(lambda: video.read()[0], False))
        self.assertEqual(count, videos.COUNT)
        video.release()
        status, told = self.transfer(output_formats=["tfrecords"])
        self.assertEqual(status, FAILED)
        self.assertIn("no frames of videos", told)

    def test_draft_of_a_map(self):
        fields = json.loads(self.keypoints.read_text())
        fields["categories"][0]["keypoints"][2] = "noze"
        self.keypoints.write_text(json.dumps(fields))
        path = self.root / "map.json"
        status, _ = self.transfer(write_mapping=str(path))
        self.assertEqual(status, OK)
        drafted = json.loads(path.read_text())
        self.assertEqual(drafted["noze"], "?nose")
        self.assertFalse(self.output.exists())
        drafted["noze"] = "nose"
        path.write_text(json.dumps(drafted))
        status, told = self.transfer(keypoint_map=path)
        self.assertEqual(status, OK, told)

    def test_unknown_class(self):
        status, told = self.transfer(class_name="toy")
        self.assertEqual(status, FAILED)
        self.assertIn("`class_name` must be one of ['cat', 'dog']", told)

    def test_killed_at_any_moment(self):
        # Experiment 32 of the promises, smaller: every photo once, none lost.
        self.photos, self.keypoints = cases.write(self.root / "many", 90, 1)
        rng, kills = random.Random(0), 0
        command = [
            *(sys.executable, "-m", "kp2part.transfer"),
            f"--images={self.photos}",
            f"--keypoints={self.keypoints}",
            f"--saved_model={self.model}",
            f"--output={self.output}",
        ]
        journal = self.output / run.JOURNAL
        while kills < 4:
            started = subprocess.Popen(
                command, cwd=programs.ROOT, stderr=subprocess.DEVNULL
            )
            wanted = self.num_lines(journal) + rng.randrange(1, 12)
            while started.poll() is None and self.num_lines(journal) < wanted:
                time.sleep(0.005)
            started.send_signal(signal.SIGKILL)
            if started.wait() != -signal.SIGKILL:
                break  # It was done.
            kills += 1
            self.assertFalse((self.output / "coco.json").exists())
        self.assertGreater(kills, 2)
        self.assertEqual(self.transfer()[0], OK)
        names = [line["photo"] for line in self.journal()]
        self.assertLen(names, 90)
        self.assertLen(set(names), 90)
        resumed = self.files()
        self.assertFalse([n for n in resumed if ".partial" in n])
        self.output = self.root / "at once"
        self.assertEqual(self.transfer()[0], OK)
        at_once = self.files()
        for name in ("coco.json", "masks/herd/p077.png"):
            self.assertEqual(resumed[name], at_once[name])

    def num_lines(self, path):
        return path.read_bytes().count(b"\n") if path.exists() else 0


if __name__ == "__main__":
    absltest.main()
