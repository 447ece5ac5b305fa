"""Files of all photos of the page: written, read again, built into records."""

import importlib.util
import json
import subprocess
import sys
import zipfile

from absl.testing import absltest
import cv2
import numpy as np

from tests.annotator import page_case

HORSE = "herd/a/horse.jpg"
CATS = "herd/b/cats.jpg"


def sample(name):
    return (page_case.PAGE / "samples" / name).read_bytes()


def sample_file(scored=False):
    """Returns the samples' annotations with the names of the herd."""
    path = page_case.PAGE / "samples" / "samples.json"
    contents = json.loads(path.read_text())
    names = {"galloping_horse.jpg": "a/horse.jpg", "two_cats.jpg": "b/cats.jpg"}
    for image in contents["images"]:
        image["file_name"] = names.get(image["file_name"], "other.jpg")
    for annotation in contents["annotations"] if scored else ():
        annotation["score"] = 0.5
    return json.dumps(contents).encode()


class BrowserExportTest(page_case.PageCase):
    def open_herd(self):
        self.choose_folder(
            {
                HORSE: sample("galloping_horse.jpg"),
                CATS: sample("two_cats.jpg"),
                "herd/c.jpg": sample("grazing_horse.jpg"),
            }
        )
        self.in_front(HORSE)

    def in_front(self, name):
        self.page.wait_for_selector(f"#stage[aria-label='Photo {name}']")

    def read_samples(self, **how):
        self.drop(("all.json", "application/json", sample_file(**how)))

    def test_all_photos_in_one_file_and_back(self):
        self.open_herd()
        self.read_samples()
        self.says("Read 3 from all.json, in 2 photos.")
        self.page.wait_for_selector("#photos-count:has-text('2 done')")
        coco = self.download("all-coco")
        self.says("Saved herd_coco.json: 2 photos. Not in it, for lack of")
        contents = json.loads(coco.read_text())
        self.assertEqual(
            [image["file_name"] for image in contents["images"]], [HORSE, CATS]
        )
        whole = [a for a in contents["annotations"] if "obj_ann_id" not in a]
        self.assertEqual([a["image_id"] for a in whole], [1, 2, 2])
        self.assertEqual(
            [a["id"] for a in contents["annotations"]],
            list(range(1, len(contents["annotations"]) + 1)),
        )
        # Read again: nobody's work is replaced unasked.
        self.page.keyboard.press("s")
        self.drop(("herd_coco.json", "", coco.read_bytes()))
        question = self.page.locator("#question")
        question.locator("button[value=keep]").wait_for()
        self.assertIn(HORSE, question.inner_text())
        self.page.keyboard.press("Escape")
        self.says("herd_coco.json: Nothing was read.")
        self.drop(("herd_coco.json", "", coco.read_bytes()))
        question.locator("button[value=replace]").click()
        self.says("Read 3 from herd_coco.json, in 2 photos.")
        again = json.loads(self.download("all-coco").read_text())
        for one, other in zip(
            contents["annotations"], again["annotations"], strict=True
        ):
            self.assertEqual(one, other)

    def test_masks_in_a_zip(self):
        self.open_herd()
        self.read_samples()
        self.says("Read 3")
        path = self.download("all-masks")
        self.assertEqual(path.name, "herd_masks.zip")
        with zipfile.ZipFile(path) as file:
            self.assertIsNone(file.testzip())
            self.assertEqual(
                sorted(file.namelist()),
                [
                    "objects/herd/a/horse.png", "objects/herd/b/cats.png",
                    "parts/herd/a/horse.png", "parts/herd/b/cats.png",
                ],
            )  # fmt: skip
            parts, objects = (
                cv2.imdecode(
                    np.frombuffer(file.read(f"{n}/herd/b/cats.png"), np.uint8),
                    cv2.IMREAD_UNCHANGED,
                )
                for n in ("parts", "objects")
            )
        self.page.keyboard.press(">")
        self.in_front(CATS)
        self.wait_for_parts(2)
        alone = cv2.imread(str(self.download("mask")), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(parts, alone)
        np.testing.assert_array_equal(parts > 0, objects > 0)
        self.assertEqual({*np.unique(objects)}, {0, 1, 2})

    def test_a_class_is_asked_for_wherever_it_is_missing(self):
        self.open_herd()
        self.page.keyboard.press(">")
        self.in_front(CATS)
        self.page.keyboard.press("b")
        for x in 200, 300:
            self.page.mouse.click(*self.place(x, 200))
        self.has_said(2)
        self.page.keyboard.press("<")
        self.in_front(HORSE)
        self.page.locator("#download").click()
        self.page.locator("#download-all-coco").click()
        self.says(f"Choose the kind of quadruped 1 in {CATS} first.")
        self.in_front(CATS)

    def test_without_a_server_it_asks(self):
        self.open_herd()
        self.read_samples()
        self.says("Read 3")
        self.page.route(page_case.PREDICT, lambda route: route.abort())
        self.page.locator("#download").click()
        self.page.locator("#download-all-coco").click()
        question = self.page.locator("#question")
        with self.page.expect_download() as download:
            question.locator("button[value=save]").click()
        contents = json.loads(download.value.path().read_text())
        self.assertLen(contents["annotations"], 3)

    def test_keypoints_of_a_model_are_suggestions(self):
        self.open_herd()
        self.read_samples(scored=True)
        self.says("A model's keypoints are suggestions until you accept them.")
        self.has_said(0)
        number = self.page.locator("#marks .point.suggested").count()
        self.assertEqual(number, 17)
        self.page.wait_for_selector("[data-predictions='0']")
        self.page.keyboard.press("a")
        self.page.wait_for_selector("[data-phase=points]")
        self.page.keyboard.press("s")  # No left eye was suggested.
        self.page.keyboard.press("a")
        self.has_said(2)
        self.page.locator("#accept-all").click()
        self.has_said(18)
        self.wait_for_parts()
        self.assertEqual(
            self.page.locator("#marks .point.suggested").count(), 0
        )
        self.assertEqual(self.page.locator("#kind").input_value(), "")

    def test_build_takes_the_file(self):
        if importlib.util.find_spec("kp2part.formats.coco.parts") is None:
            self.skipTest("tfrecords_tools.build reads no parts of COCO yet")
        self.open_herd()
        self.read_samples()
        self.says("Read 3")
        coco = self.download("all-coco")
        for name in HORSE, CATS:
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
        (self.directory / HORSE).write_bytes(sample("galloping_horse.jpg"))
        (self.directory / CATS).write_bytes(sample("two_cats.jpg"))
        done = subprocess.run(
            [
                sys.executable, "-m", "tfrecords_tools.build",
                "--category=quadruped", "--image_size=64",
                f"--images={self.directory / 'herd'}",
                f"--annotations={coco}", f"--keypoints={coco}",
                f"--output={self.directory / 'out'}",
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"all +total +3 +3")


if __name__ == "__main__":
    absltest.main()
