"""A LiteRT file labels photos as the SavedModel, without TensorFlow.

Needs the packages of requirements-export.txt: `make test-export`.
"""

import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import keras
import numpy as np

from kp2part import client
from kp2part import presets
from kp2part.client import litert_session
from kp2part.exporting import calibrations
from kp2part.exporting import model_files
from kp2part.exporting import saved_model
from kp2part.exporting import serving_network
from kp2part.formats import pose_matches
from kp2part.formats.names import vocabulary
from kp2part.formats.photos import photo_directory
from kp2part.labeling import jobs as jobs_lib
from kp2part.labeling import labelers
from kp2part.models import mirrored
from kp2part.models import model_file
from kp2part.models import networks
from kp2part.schema import task as task_lib
from tests import photo_files
from tests import programs
from tests import tiny
from tests.labeling import cases

NEEDED = ("ai_edge_litert", "simplejpeg")
MISSING = [x for x in NEEDED if importlib.util.find_spec(x) is None]
DATA = programs.ROOT.parent / "shared/data/pascal_part_true"
# Both sum in other orders: a pixel in between two parts may go to the other.
TOLERANCE = 1e-4
# A mean over some hundred pixels, of which one may differ.
CONFIDENCE_TOLERANCE = 2e-3
SAME_PIXELS = 0.999
# A process in which these cannot be imported.
WITHOUT = """
import importlib.abc, runpy, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError("blocked", name=name)

module, blocked = sys.argv.pop(1), sys.argv.pop(1).split(",")
sys.meta_path.insert(0, Blocked())
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def run_without(blocked, module, *flags):
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, module, blocked, *flags],
        cwd=programs.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def as_png(jpeg):
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return photo_files.png(pixels)


@unittest.skipIf(MISSING, f"needs kp2part[litert]; missing: {MISSING}")
class LiteRtTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = pathlib.Path(
            cls.enterClassContext(tempfile.TemporaryDirectory())
        )
        keras.utils.set_random_seed(0)
        task = task_lib.Task(tiny.CATEGORY, 32, 2.0, 0.1, "pad", bones=True)
        model = networks.build("kp2part", task, cases.SMALL)
        head, rng = model.get_layer("parts"), np.random.default_rng(0)
        kernel, bias = head.weights
        head.set_weights(
            [2 * rng.normal(size=kernel.shape), np.zeros(bias.shape)]
        )
        cls.model = mirrored.average(model)
        directory = saved_model.export(
            cls.model, str(cls.root / "saved"), calibration=cases.CALIBRATION
        )
        cls.file = cls.export()
        cls.expect = client.connect(str(directory), quality=True)
        cls.predict = client.connect(str(cls.file), quality=True)
        cls.photos, cls.keypoints = cases.write(cls.root)

    @classmethod
    def export(cls, name="model", **options):
        path = cls.root / f"{name}.tflite"
        network = serving_network.CropNetwork(cls.model, cases.CALIBRATION)
        model_files.export(network, path, "litert", **options)
        return path

    def check_masks(self, found, expected):
        self.assertEqual(found.shape, expected.shape)
        self.assertGreaterEqual((found == expected).mean(), SAME_PIXELS)

    def check_same(self, found, expected):
        self.check_masks(found.mask, expected.mask)
        np.testing.assert_array_equal(found.box, expected.box)
        counts = np.bincount(found.mask.ravel(), minlength=len(found.area))
        np.testing.assert_array_equal(found.area, counts)
        np.testing.assert_allclose(
            found.confidence,
            expected.confidence,
            rtol=0,
            atol=CONFIDENCE_TOLERANCE,
        )
        self.assertAlmostEqual(found.quality, expected.quality, delta=TOLERANCE)
        self.assertEqual(found.box_is_guessed, expected.box_is_guessed)

    def inputs(self, count=4):
        photos = sorted(self.photos.rglob("*.jpg"))[:count]
        files = [path.read_bytes() for path in photos]
        files[1] = as_png(files[1])
        rows = [cases.keypoints(7 + 9 * i, 12) for i in range(count)]
        boxes = [[3.5 + 8 * i, 2.25, 40 + 9 * i, 55] for i in range(count)]
        keypoints = np.array(rows, np.float32).reshape(count, 3, 3)
        return files, keypoints, np.array(boxes, np.float32)

    @parameterized.parameters(True, False)
    def test_masks_of_the_saved_model(self, with_boxes):
        files, keypoints, boxes = self.inputs()
        given = (files, keypoints, boxes if with_boxes else None)
        found, expected = self.predict(*given), self.expect(*given)
        for one, other in zip(found, expected, strict=True):
            self.check_same(one, other)
        self.assertGreater(len(np.unique(expected[0].mask)), 1)
        self.assertEqual(self.predict.task, self.expect.task)

    def test_a_file_of_several_crops(self):
        file = self.export("three", batch_size=3)
        given = self.inputs(4)
        with client.connect(str(file), quality=True) as predict:
            for one, other in zip(
                predict(*given), self.expect(*given), strict=True
            ):
                self.check_same(one, other)

    @parameterized.parameters(range(2, 9))
    def test_a_photo_that_a_tag_turns(self, value):
        pixels = photo_files.picture(60, 80)
        stored = photo_files.stored(pixels, value)
        tag = photo_files.exif(value)
        _, keypoints, boxes = self.inputs(1 + 1)
        for file in photo_files.jpeg(stored), photo_files.png(stored):
            tagged = photo_files.tagged(file, tag)
            given = ([tagged], keypoints[:1], boxes[:1])
            (found,), (expected,) = self.predict(*given), self.expect(*given)
            self.check_same(found, expected)
            self.assertEqual(found.mask.shape, (60, 80))

    def test_what_is_refused(self):
        files, keypoints, boxes = self.inputs(2)
        bad = keypoints.copy()
        bad[1, 0, 2] = 7
        for given, message in (
            ((files, bad, boxes), "object 1: The v of `keypoints` must be"),
            ((files, keypoints, boxes + 500), "object 0: `box` must overlap"),
            (([files[0], b"GIF89a"], keypoints, boxes), "object 1: .*JPEG or"),
            (([files[0][:-90]], keypoints[:1], None), "must be a whole JPEG"),
            ((files, keypoints[:, :2], None), r"must have shape \[N, 3, 3\]"),
        ):
            for predict in self.predict, self.expect:
                with self.assertRaises(ValueError):
                    predict(*given)
            with self.assertRaisesRegex(ValueError, message):
                self.predict(*given)

    def test_photos_are_labeled_alike(self):
        names = vocabulary.Vocabulary(tiny.CATEGORY)
        photos = photo_directory.photos(self.photos)
        matches = pose_matches.read(self.keypoints, names, photos)
        jobs = jobs_lib.plan(matches, self.photos)
        found, expected = (
            list(labelers.of(predict).label(jobs))
            for predict in (self.predict, self.expect)
        )
        self.assertLen(found, 5)
        for one, other in zip(found, expected, strict=True):
            self.assertIsNone(one.error)
            self.check_masks(one.photo.part_ids(), other.photo.part_ids())
            for a, b in zip(
                one.photo.objects, other.photo.objects, strict=True
            ):
                self.assertAlmostEqual(a.quality, b.quality, delta=TOLERANCE)
                np.testing.assert_allclose(
                    a.confidence, b.confidence, atol=CONFIDENCE_TOLERANCE
                )
        told = labelers.describe(self.predict)
        self.assertNotEqual(told, labelers.describe(self.expect))
        self.assertLen(told["model"], 64)

    def test_programs_without_tensorflow(self):
        photo = next(iter(sorted(self.photos.rglob("*.jpg"))))
        points = self.root / "one.json"
        points.write_text(json.dumps(cases.keypoints(7, 12)))
        output = self.root / "output"
        blocked = "tensorflow,keras,jax"
        done = run_without(
            blocked, "kp2part.predict", f"--saved_model={self.file}",
            f"--image={photo}", f"--keypoints={points}", f"--output={output}",
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        mask = cv2.imread(str(output / "mask.png"), cv2.IMREAD_UNCHANGED)
        keypoints = np.array(cases.keypoints(7, 12), np.float32)
        (expected,) = self.expect(
            [photo.read_bytes()], keypoints.reshape(1, 3, 3)
        )
        self.check_masks(mask, expected.mask)
        done = run_without(
            blocked, "kp2part.transfer", f"--saved_model={self.file}",
            f"--images={self.photos}", f"--keypoints={self.keypoints}",
            f"--output={output}", "--output_formats=coco,png,cvat",
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("5 photos labeled, with 10 objects", done.stderr)
        self.assertTrue((output / "review.html").is_file())

    @parameterized.parameters(*NEEDED)
    def test_a_missing_package_is_one_line(self, name):
        photo = next(iter(sorted(self.photos.rglob("*.jpg"))))
        points = self.root / "one.json"
        points.write_text(json.dumps(cases.keypoints(7, 12)))
        output = self.root / f"without_{name}"
        done = run_without(
            name, "kp2part.predict", f"--saved_model={self.file}",
            f"--image={photo}", f"--keypoints={points}", f"--output={output}",
        )  # fmt: skip
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rf"(?m)^error: .*'{name}'.*\[litert\]")
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse(output.exists())

    def test_what_is_no_such_file(self):
        whole = self.file.read_bytes()
        cut, bare = self.root / "cut.tflite", self.root / "bare.tflite"
        cut.write_bytes(b"1" * 9000 + litert_session.archive({"task": {}}))
        bare.write_bytes(whole[: len(whole) // 2])
        other = self.root / "other.tflite"
        end = whole.index(b"PK\3\4")
        other.write_bytes(whole[:end] + litert_session.archive({"a": 1}))
        for path, message in (
            (self.root / "none.tflite", "none.tflite: no such file"),
            (cut, "cut.tflite: not a whole LiteRT file"),
            (bare, "bare.tflite: must be a LiteRT file of kp2part.export"),
            (other, "other.tflite: must have the task of its network"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                client.connect(str(path))

    def test_unknown_names(self):
        with self.assertRaisesRegex(ValueError, "has no signature 'tensors'"):
            self.predict.backend.run("tensors", {}, [])
        with self.assertRaisesRegex(ValueError, "`key` must be one of.*'nam"):
            key = np.array([b"name"], object)
            self.predict.backend.run("metadata", {"key": key}, [])

    def test_without_a_calibration_there_is_no_quality(self):
        file = self.root / "plain.tflite"
        network = serving_network.CropNetwork(self.model)
        model_files.export(network, file, "litert")
        with client.connect(str(file), quality=True) as predict:
            (found,) = predict(*(x[:1] for x in self.inputs(2)))
        self.assertIsNone(found.quality)

    @unittest.skipUnless(DATA.is_dir(), f"needs ../{DATA.name}")
    def test_photos_of_animals(self):
        directory = str(presets.directory("quadruped_lite"))
        model, task = model_file.load(directory)
        model = mirrored.average(model)
        calibration = calibrations.load(directory, model)
        file = self.root / "animals.tflite"
        network = serving_network.CropNetwork(model, calibration)
        model_files.export(network, file, "litert")
        expect = client.connect(directory, quality=True)
        predict = client.connect(str(file), quality=True)
        fields = json.loads((DATA / "keypoints/animal_pose.json").read_text())
        for item in fields["annotations"]:
            name = fields["images"][str(item["image_id"])]
            photo = (DATA / "JPEGImages" / name).read_bytes()
            keypoints = np.array(item["keypoints"], np.float32)
            keypoints = keypoints.reshape(1, task.num_keypoints, 3)
            (found,) = predict([photo], keypoints)
            (expected,) = expect([photo], keypoints)
            self.check_same(found, expected)
            # Of the photos at hand not one pixel differs.
            np.testing.assert_array_equal(found.mask, expected.mask)

    def test_one_interpreter_is_not_run_twice_at_once(self):
        lock = mock.MagicMock()
        session = litert_session.Session(self.file)
        with mock.patch.object(session, "_lock", lock):
            session(
                {
                    "image": np.zeros([1, 32, 32, 3], np.float32),
                    "keypoints": np.zeros([1, 3, 3], np.float32),
                }
            )
        lock.__enter__.assert_called_once()


if __name__ == "__main__":
    absltest.main()
