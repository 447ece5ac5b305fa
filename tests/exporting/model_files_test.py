"""Each file, run by its own runtime, predicts what the SavedModel does.

Needs the packages of kp2part[export]: `make test-export`.
"""

import importlib.util
import json
import pathlib
import tempfile
import unittest
from unittest import mock
import zipfile

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part import presets
from kp2part.data import crops
from kp2part.exporting import file_check
from kp2part.exporting import int8_crops
from kp2part.exporting import model_files
from kp2part.exporting import sample_requests
from kp2part.exporting import saved_model
from kp2part.exporting import serving_network
from kp2part.models import architecture
from kp2part.models import mirrored
from kp2part.models import model_file
from kp2part.models import networks
from kp2part.schema import task as task_lib
from kp2part.system import extras
from kp2part.system import published
from tests import tiny

MISSING = [
    name
    for name in extras.MODULES["export"]
    if importlib.util.find_spec(name) is None
]
DATA = (
    pathlib.Path(__file__).resolve().parents[3]
    / "shared/data/pascal_part_true_more"
)
SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
SUFFIXES = {"onnx": ".onnx", "openvino": ".xml", "litert": ".tflite"}
# As docs/how-to/export.md has it.
TOLERANCE = 1e-4


def saved_model_of(path):
    """Returns what runs the signature `crops` of a SavedModel."""
    model = tf.saved_model.load(str(path))

    def predict(inputs):
        box = tf.zeros([len(inputs["image"]), 4], tf.int32)
        tensors = {name: tf.constant(x) for name, x in inputs.items()}
        found = model.signatures["crops"](box=box, **tensors)
        return found["probabilities"].numpy()

    predict.model = model  # Which its signatures do not keep.
    return predict


def real_crops(task):
    """Yields crops of photos as inputs."""
    path = DATA / "keypoints" / "animal_pose.json"
    fields = json.loads(path.read_text())
    for item in fields["annotations"]:
        name = fields["images"][str(item["image_id"])]
        photo = tf.io.decode_jpeg((DATA / "JPEGImages" / name).read_bytes())
        size = tf.constant(photo.shape[:2])
        box = crops.whole_pixels(tf.constant(item["bbox"]), size, task.context)
        how = box, task.image_size, task.aspect
        keypoints = np.array(item["keypoints"], np.float32)
        image = crops.cut_image(photo, *how)
        yield {
            "image": tf.cast(image, tf.float32)[tf.newaxis].numpy(),
            "keypoints": crops.move_keypoints(keypoints, *how)[
                tf.newaxis
            ].numpy(),
        }


@unittest.skipIf(MISSING, f"needs kp2part[export]; missing: {MISSING}")
class ModelFilesTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        task = task_lib.Task(tiny.CATEGORY, 32, 2.0, bones=True)
        cls.model = networks.build("kp2part", task, SMALL)
        head, rng = cls.model.get_layer("parts"), np.random.default_rng(0)
        kernel, bias = head.weights
        # Random logits are nearly equal, and so would be all labels.
        head.set_weights(
            [3 * rng.normal(size=kernel.shape), np.zeros(bias.shape)]
        )
        temporary = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.base = pathlib.Path(temporary)

    @classmethod
    def written(cls, name):
        """Returns a file without options, written once."""
        path = cls.base / f"plain{SUFFIXES[name]}"
        if not path.exists():
            network = serving_network.CropNetwork(cls.model)
            model_files.export(network, path, name)
        return path

    def export(self, name, network=None, **options):
        path = self.base / f"{self.id()}{SUFFIXES[name]}"
        model = self.model if network is None else network
        model_files.export(
            serving_network.CropNetwork(model), path, name, **options
        )
        return path

    def inputs(self, count):
        """Returns drawn crops: the pose of each is another."""
        photo = tf.io.decode_png(sample_requests.photo(), channels=3)
        photo = tf.image.resize(photo, [32, 32]).numpy()
        rng = np.random.default_rng(0)
        keypoints = rng.uniform(0, 31, (count, 3, 3)).astype(np.float32)
        keypoints[..., 2] = rng.integers(0, 3, (count, 3))
        return {"image": np.stack([photo] * count), "keypoints": keypoints}

    def check_same(self, found, expected):
        probabilities = found["probabilities"]
        np.testing.assert_allclose(
            probabilities, expected, atol=TOLERANCE, rtol=0
        )
        self.assertEqual(found["mask"].dtype, np.uint8)
        np.testing.assert_array_equal(found["mask"], probabilities.argmax(-1))
        alike = found["mask"] == expected.argmax(-1)
        self.assertGreater(alike.mean(), 0.9999)

    @parameterized.product(name=tuple(SUFFIXES), flip=(False, True))
    def test_the_saved_models_masks(self, name, flip):
        model = mirrored.average(self.model) if flip else self.model
        path = self.export(name, model) if flip else self.written(name)
        directory = saved_model.export(model, str(self.base / self.id()))
        predict, _ = model_files.load(path, 1)
        expect = saved_model_of(directory)
        for count in (1,) if name == "litert" else (1, 3):
            inputs = self.inputs(count)
            expected = expect(inputs)
            self.assertGreater(len(np.unique(expected.argmax(-1))), 1)
            self.check_same(predict(inputs), expected)

    @parameterized.parameters(*SUFFIXES)
    def test_a_batch_of_fixed_size(self, name):
        path = self.export(name, batch_size=4)
        predict, metadata = model_files.load(path)
        self.assertEqual(metadata["batch_size"], 4)
        inputs = self.inputs(4)
        box = tf.zeros([4, 4], tf.int32)
        network = serving_network.CropNetwork(self.model)
        expected = network.predict({**inputs, "box": box})
        self.check_same(predict(inputs), expected["probabilities"].numpy())

    @parameterized.parameters(*SUFFIXES)
    def test_metadata_is_in_the_file(self, name):
        path = self.written(name)
        _, fields = model_files.load(path)
        self.assertEqual(fields["keypoints"], ["left_ear", "right_ear", "nose"])
        self.assertEqual(
            fields["parts"], ["background", "left_leg", "right_leg"]
        )
        self.assertEqual(fields["category"], "toy")
        self.assertEqual(fields["image_size"], 32)
        self.assertEqual(
            fields["weights"], saved_model.metadata(self.model)["weights"]
        )
        self.assertEqual(
            task_lib.Task.from_json(fields["task"]).category, tiny.CATEGORY
        )
        files = {file.suffix for file in self.base.glob("plain.*")}
        pair = {".xml", ".bin"} if name == "openvino" else {path.suffix}
        self.assertContainsSubset(pair, files)
        if name == "litert":
            self.assertTrue(zipfile.is_zipfile(path))

    @parameterized.parameters(*SUFFIXES)
    def test_what_differs_does_not_appear(self, name):
        path = self.written(name)
        before = path.read_bytes()
        network = serving_network.CropNetwork(self.model)
        with mock.patch.object(file_check, "TOLERANCE", -1):
            with self.assertRaisesRegex(ValueError, "must predict as the netw"):
                model_files.export(network, path, name)
        self.assertEqual(path.read_bytes(), before)
        self.assertEmpty(list(self.base.glob(".partial*")))

    def test_int8_is_smaller_and_alike(self):
        manifest = tiny.write_records(str(self.base / "records"), {"train": 20})
        task = serving_network.CropNetwork(self.model).task
        found = int8_crops.read(str(manifest.directory), "train", task)
        path = self.export("litert", int8_crops=found)
        float_path = self.written("litert")
        # Of so small a network the names are much of the file.
        self.assertLess(path.stat().st_size, 0.5 * float_path.stat().st_size)
        predict, metadata = model_files.load(path)
        self.assertTrue(metadata["int8"])
        expect, _ = model_files.load(float_path)
        alike = predict(found[1])["mask"] == expect(found[1])["mask"]
        self.assertGreater(alike.mean(), 0.9)
        with self.assertRaisesRegex(ValueError, "needs format='litert'"):
            self.export("onnx", int8_crops=found)

    @unittest.skipUnless(DATA.is_dir(), "needs ../shared/data/pascal_part_true")
    @parameterized.parameters(*SUFFIXES)
    def test_photos(self, name):
        directory = published.newest(presets.directory("quadruped_lite"))
        model, task = model_file.load(str(directory))
        path = self.export(name, mirrored.average(model))
        predict, _ = model_files.load(path)
        expect = saved_model_of(directory)
        for inputs in real_crops(task):
            self.check_same(predict(inputs), expect(inputs))


@unittest.skipIf(MISSING, f"needs kp2part[export]; missing: {MISSING}")
class LoadTest(absltest.TestCase):
    def test_no_such_file(self):
        with self.assertRaisesRegex(ValueError, "none.onnx: no such file"):
            model_files.load("none.onnx")
        file = self.create_tempfile("model.h5").full_path
        with self.assertRaisesRegex(ValueError, r"one of \['.onnx', '.xml'"):
            model_files.load(file)


if __name__ == "__main__":
    absltest.main()
