import json
import pathlib
import tempfile

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np
import tensorflow as tf

from kp2part import client
from kp2part.client import in_process
from kp2part.client import part_client
from kp2part.data import crops
from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import heatmaps
from kp2part.data import input_pipeline
from kp2part.evaluation import inference
from kp2part.exporting import saved_model
from kp2part.models import architecture
from kp2part.models import exported_network
from kp2part.models import metadata
from kp2part.models import mirrored
from kp2part.models import model_file
from kp2part.models import networks
from kp2part.models import small_parts
from kp2part.pose_priors import pose_library
from kp2part.pose_priors import priors
from kp2part.schema import keys as keys_lib
from kp2part.schema import task as task_lib
from kp2part.system import published
from tests import photo_files
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
SIGNATURES = {
    "serving_default": (
        {"image_bytes", "keypoints"},
        {"mask_bytes", "box", "area", "confidence"},
    ),
    "masks_of_boxes": (
        {"image_bytes", "keypoints", "box"},
        {"mask_bytes", "box", "area", "confidence"},
    ),
    "probabilities": (
        {"image_bytes", "keypoints", "box"}, {"probabilities", "box"},
    ),
    "crops": ({"image", "keypoints", "box"}, {"probabilities"}),
    "tensors": ({"image", "heatmaps"}, {"pseudo_parts", "parts"}),
    "metadata": ({"key"}, {"json_bytes"}),
}  # fmt: skip
KEYPOINTS = np.array([[20, 18, 2], [0, 0, 0], [60, 40, 1]], np.float32)


def photo(height=70, width=90, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3))
    return cv2.imencode(".png", pixels.astype(np.uint8))[1].tobytes()


def randomize_head(model):
    # Random logits are nearly equal, and so would be all labels.
    head, rng = model.get_layer("parts"), np.random.default_rng(0)
    kernel, bias = head.weights
    head.set_weights([rng.normal(size=kernel.shape), np.zeros(bias.shape)])


class SavedModelTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.task = task_lib.Task(tiny.CATEGORY, 32, 2.0, 0.1, "pad")
        cls.model = networks.build("kp2part", cls.task, SMALL)
        randomize_head(cls.model)
        temporary = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.base = pathlib.Path(temporary)
        cls.path = saved_model.export(cls.model, str(cls.base / "toy"))
        cls.predictor = in_process.Predictor(str(cls.base / "toy"))
        cls.ask = part_client.PartClient(cls.predictor)

    def predict(self, image, keypoints, box=None):
        boxes = None if box is None else box[np.newaxis]
        return self.ask([image], keypoints[np.newaxis], boxes)[0]

    def check_network_of(self, path, network):
        loaded, task = model_file.load(str(path))
        self.assertEqual(task, metadata.task_of(network))
        # Not assertEqual: a message would be a megabyte long.
        layers = exported_network.to_json(network)
        self.assertTrue(exported_network.to_json(loaded) == layers)
        for a, b in zip(network.weights, loaded.weights, strict=True):
            self.assertEqual(a.path, b.path)
            np.testing.assert_array_equal(a, b)

    def test_signatures_have_these_names(self):
        signatures = self.predictor.signatures
        self.assertEqual(set(signatures), set(SIGNATURES))
        for name, (inputs, outputs) in SIGNATURES.items():
            self.assertEqual(
                set(signatures[name].structured_input_signature[1]), inputs
            )
            self.assertEqual(set(signatures[name].structured_outputs), outputs)

    def test_versions_count_up_and_are_not_overwritten(self):
        base = self.base / "versions"
        (base / "9").mkdir(parents=True)
        with self.assertRaisesRegex(ValueError, "versions/9: exists"):
            saved_model.export(self.model, str(base), 9)
        self.assertEqual(saved_model.export(self.model, str(base)).name, "10")
        self.assertEqual(published.newest(base).name, "10")
        self.assertCountEqual([p.name for p in base.iterdir()], ["9", "10"])

    def test_weights_are_written_once(self):
        (data,) = (self.path / "variables").glob("*.data-*")
        expected = 4 * self.model.count_params()
        self.assertBetween(data.stat().st_size, expected, 1.2 * expected)

    def test_metadata(self):
        fields = json.loads((self.path / saved_model.METADATA).read_text())
        self.assertEqual(task_lib.Task.from_json(fields["task"]), self.task)
        self.assertEqual(fields["network"], "kp2part")
        self.assertIn("keras", fields["versions"])

    def test_metadata_tells_of_other_weights(self):
        def weights():
            return saved_model.metadata(self.model)["weights"]

        before = weights()
        self.assertEqual(before, weights())
        bias = self.model.weights[-1]
        value = bias.numpy()
        self.addCleanup(bias.assign, value)
        bias.assign(value + 1e-3)
        self.assertNotEqual(before, weights())

    @parameterized.parameters("kp2part", "mirrored", "large_parts", "refinenet")
    def test_record_and_its_bytes_get_the_same_mask(self, name):
        directory = self.create_tempdir().full_path
        manifest = tiny.write_records(
            directory, {"train": 6, "val": 4}, size=32
        )
        network = "refinenet" if name == "refinenet" else "kp2part"
        model = networks.build(network, task_lib.Task(tiny.CATEGORY, 32), SMALL)
        randomize_head(model)
        if name == "mirrored":
            model = mirrored.average(model)
        if name == "large_parts":
            model = small_parts.leave_out(model, 0.4)
        if name == "refinenet":
            known = example_set.Examples(manifest, ("train",))
            library = pose_library.collect(known, strict=False)
            metadata.known_poses(model).library = library.to_bytes()
        path = saved_model.export(model, f"{directory}/export")
        served = client.connect(str(path))
        examples = example_set.Examples(manifest, ("val",))
        task = served.task
        examples = priors.attach(model, examples)
        batch = next(
            input_pipeline.eval_batches(examples, task, 4).as_numpy_iterator()
        )
        trained = inference.predict(model, batch)[keys_lib.PARTS].argmax(-1)
        self.assertGreater(len(np.unique(trained)), 1)
        self.check_network_of(path, metadata.network_of(model))
        box = np.array([0, 0, 32, 32], np.float32)
        for record, mask in zip(
            example_stream.read(examples).as_numpy_iterator(),
            trained,
            strict=True,
        ):
            (prediction,) = served(
                [record[keys_lib.IMAGE]],
                record[keys_lib.KEYPOINTS][np.newaxis],
                box[np.newaxis],
            )
            np.testing.assert_array_equal(prediction.mask, mask)

    def test_prediction_equals_the_networks_step_by_step(self):
        box = tf.constant([10, 5, 71, 60])
        pixels = tf.io.decode_image(photo(), channels=3)
        how = (box, 32, "pad")
        keypoints = crops.move_keypoints(KEYPOINTS, *how)[tf.newaxis]
        logits = self.model.predict_on_batch(
            {
                "image": crops.cut_image(pixels, *how)[tf.newaxis],
                "heatmaps": heatmaps.draw_points(keypoints, 32, 2.0),
            }
        )["parts"]
        expected = crops.paste_labels(
            tf.nn.softmax(logits[0]), box, tf.constant([70, 90]), "pad"
        )
        # Context 0.1 of 50 x 45 px adds 5 and 4.5 px on each side.
        prediction = self.predict(
            photo(), KEYPOINTS, np.array([15.5, 9.9, 65.8, 55.1], np.float32)
        ).mask
        self.assertEqual(prediction.shape, (70, 90))
        self.assertGreater((prediction == expected.numpy()).mean(), 0.999)

    def test_probabilities_are_some(self):
        signature = self.predictor.signatures["probabilities"]
        prediction = signature(
            image_bytes=tf.constant([photo()]),
            keypoints=tf.constant([KEYPOINTS]),
            box=tf.constant([[15.5, 9.9, 65.8, 55.1]]),
        )
        self.assertEqual(prediction["probabilities"].shape, (1, 32, 32, 3))
        self.assertGreaterEqual(prediction["probabilities"].numpy().min(), 0)
        totals = prediction["probabilities"].numpy().sum(-1)
        np.testing.assert_allclose(totals, 1, atol=1e-5)
        np.testing.assert_array_equal(prediction["box"], [[10, 5, 71, 60]])

    def test_photos_of_different_sizes_in_one_request(self):
        signature = self.predictor.signatures["serving_default"]
        prediction = signature(
            image_bytes=tf.constant([photo(70, 90), photo(100, 80, 1)]),
            keypoints=tf.constant([KEYPOINTS, KEYPOINTS]),
        )
        sizes = [
            tf.io.decode_png(mask).shape for mask in prediction["mask_bytes"]
        ]
        self.assertEqual(sizes, [(70, 90, 1), (100, 80, 1)])
        alone = self.predict(photo(100, 80, 1), KEYPOINTS).mask
        np.testing.assert_array_equal(
            tf.io.decode_png(prediction["mask_bytes"][1])[..., 0], alone
        )

    def test_box_of_keypoints_by_hand(self):
        # Pixels 20..60 and 18..40: 41 x 23 px.
        margin = crops.BOX_MARGIN * 41
        np.testing.assert_allclose(
            crops.around_keypoints(tf.constant(KEYPOINTS)),
            [20 - margin, 18 - margin, 61 + margin, 41 + margin],
            rtol=1e-6,
        )

    @parameterized.named_parameters(
        ("no_image", dict(image=b"GIF89a"), "a JPEG or PNG.* a GIF file."),
        ("empty", dict(image=b""), "must be a JPEG or PNG.* no bytes"),
        ("cut_png", dict(image=photo()[:18]), "before its pixels.*18"),
        ("cut_pixels", dict(image=photo()[:500]), "PNG .*cut after 500 bytes"),
        (
            "bomb",
            dict(image=photo()[:16] + b"\0\0\x4e\x20" * 2 + photo()[24:]),
            "at most 40000000 pixels.*20000 20000",
        ),
        (
            "nan",
            dict(keypoints=KEYPOINTS * [[np.nan, 1, 1]]),
            "`keypoints` must be finite",
        ),
        (
            "wrong_v",
            dict(keypoints=KEYPOINTS + [[0, 0, 7]]),
            "v of .* must be 0",
        ),
        (
            "wrong_k",
            dict(keypoints=KEYPOINTS[:2]),
            r"`keypoints` must have shape \[N, 3, 3\].* \[1 2 3\] \[1\]",
        ),
        (
            "pairs",
            dict(keypoints=KEYPOINTS[:, :2]),
            r"`keypoints` must have shape \[N, 3, 3\].* \[1 3 2\] \[1\]",
        ),
        (
            "flat",
            dict(keypoints=KEYPOINTS.ravel()),
            r"`keypoints` must have shape \[N, 3, 3\].* \[1 9\] \[1\]",
        ),
        (
            "box_of_3",
            dict(box=np.ones(3)),
            r"`box` must have shape \[N, 4\].* \[1 3\] \[1\]",
        ),
        ("no_pose", dict(keypoints=KEYPOINTS * 0), "at least 2 with v > 0"),
        (
            "box_outside",
            dict(box=np.array([200, 200, 300, 300])),
            "`box` must overlap",
        ),
        ("box_nan", dict(box=np.full(4, np.nan)), "`box` must be finite"),
    )
    def test_bad_input(self, change, message):
        inputs = {"image": photo(), "keypoints": KEYPOINTS, "box": None}
        with self.assertRaisesRegex(ValueError, message):
            self.predict(**{**inputs, **change})

    def test_refusals_name_the_row_and_the_kind_of_file(self):
        for file, kind in (
            (b"RIFF\xff\xff\xff\xffWEBPVP8 \xff", "a WebP file"),
            (b"BM\xff\xff", "a BMP file"),
            (b"\0\0\0\x1cftypheic\xff", "a HEIC file"),
            (b"", "no bytes"),
            (b"\xff\xfe\x01", "that begins with the bytes ff fe 01"),
        ):
            inputs = {
                "image_bytes": np.array([photo(), file], object),
                "keypoints": np.stack([KEYPOINTS] * 2),
            }
            with self.assertRaisesRegex(ValueError, f"^Row 1: .*{kind}.$"):
                self.predictor.run("serving_default", inputs, ["box"])

    def test_requests_are_bounded(self):
        def ask(files):
            self.predictor.run(
                "serving_default",
                {
                    "image_bytes": np.array(files, object),
                    "keypoints": np.stack([KEYPOINTS] * len(files)),
                },
                ["box"],
            )

        # As its header says: 36 million pixels, of which it has none.
        large = photo()[:16] + b"\0\0\x17\x70" * 2 + photo()[24:]
        with self.assertRaisesRegex(
            ValueError, "80000000 pixels together.*108000000. .3."
        ):
            ask([large] * 3)
        with self.assertRaisesRegex(ValueError, "at most 64 rows.*65"):
            ask([photo()] * 65)
        with self.assertRaisesRegex(ValueError, "at most 64 rows.*65"):
            inputs = {"key": np.array([b"task"] * 65, object)}
            self.predictor.run("metadata", inputs, ["json_bytes"])

    def test_key_that_is_no_text_is_shown_as_some(self):
        inputs = {"key": np.array([b"\xff" * 1000], object)}
        with self.assertRaisesRegex(
            ValueError, "must be one of.*\ufffd{80}\\]"
        ):
            self.predictor.run("metadata", inputs, ["json_bytes"])

    @parameterized.parameters(range(2, 9))
    def test_photo_is_turned_as_its_tag_says(self, orientation):
        upright = photo_files.picture()
        stored = photo_files.png(photo_files.stored(upright, orientation))
        tag = photo_files.exif(orientation, little=False)
        expected = self.predict(photo_files.png(upright), KEYPOINTS)
        found = self.predict(photo_files.tagged(stored, tag), KEYPOINTS)
        self.assertGreater(len(np.unique(expected.mask)), 1)
        np.testing.assert_array_equal(found.mask, expected.mask)
        np.testing.assert_array_equal(found.box, expected.box)

    def test_jpeg_without_its_end(self):
        file = photo_files.jpeg(photo_files.picture())
        np.testing.assert_array_equal(
            self.predict(file[:-2], KEYPOINTS).mask,
            self.predict(file, KEYPOINTS).mask,
        )

    @parameterized.named_parameters(
        ("scalar", photo(), r"must have shape \[N\].*: \[\]"),
        ("matrix", [[photo()]], r"must have shape \[N\].*: \[1 1\]"),
        ("empty", np.zeros([0], object), r"N at least 1.*: \[0\]"),
        ("more_rows", [photo(), photo()], r"the same N.* \[1 3 3\] \[2\]"),
    )
    def test_bad_shape_of_image_bytes(self, image_bytes, message):
        inputs = {
            "image_bytes": np.array(image_bytes, object),
            "keypoints": KEYPOINTS[np.newaxis],
        }
        with self.assertRaisesRegex(ValueError, message):
            self.predictor.run("serving_default", inputs, ["box"])

    @parameterized.named_parameters(
        ("rows", {"heatmaps": np.zeros([2, 32, 32, 3])}, "the same N"),
        ("size", {"image": np.zeros([1, 30, 32, 3])}, r"\[N, 32, 32, 3\]"),
        ("nan", {"heatmaps": np.full([1, 32, 32, 3], np.nan)}, "finite"),
    )
    def test_bad_tensors(self, change, message):
        inputs = {
            "image": np.zeros([1, 32, 32, 3]),
            "heatmaps": np.zeros([1, 32, 32, 3]),
            **change,
        }
        with self.assertRaisesRegex(ValueError, message):
            self.predictor.run(
                "tensors",
                {name: x.astype(np.float32) for name, x in inputs.items()},
                ["parts"],
            )

    def test_area_and_confidence(self):
        box = np.array([15.5, 9.9, 65.8, 55.1], np.float32)
        prediction = self.predict(photo(), KEYPOINTS, box)
        np.testing.assert_array_equal(
            prediction.area, np.bincount(prediction.mask.ravel(), minlength=3)
        )
        inputs = {
            "image_bytes": np.array([photo()], object),
            "keypoints": KEYPOINTS[np.newaxis],
            "box": box[np.newaxis],
        }
        (crop,) = self.predictor.run(
            "probabilities", inputs, ["probabilities"]
        )["probabilities"]
        # The box of 61 x 50 px, as the test above has it.
        maps = crops.paste(crop, tf.constant([10, 5, 71, 60]), "pad").numpy()
        labels = maps.argmax(-1)
        expected = [
            maps[labels == i].max(-1).mean() if (labels == i).any() else 0
            for i in range(3)
        ]
        self.assertGreater(max(expected), 1 / 3)
        np.testing.assert_allclose(prediction.confidence, expected, rtol=1e-5)

    def test_part_without_pixels_has_confidence_0(self):
        model = networks.build("kp2part", self.task, SMALL)
        head = model.get_layer("parts")
        head.set_weights(
            [np.zeros(head.kernel.shape), np.array([5.0, 0.0, 0.0])]
        )
        path = saved_model.export(model, str(self.base / "background"))
        (prediction,) = client.connect(str(path))(
            [photo()], KEYPOINTS[np.newaxis]
        )
        np.testing.assert_array_equal(prediction.area, [70 * 90, 0, 0])
        sure = np.exp(5) / (np.exp(5) + 2)
        np.testing.assert_allclose(
            prediction.confidence, [sure, 0, 0], rtol=1e-5
        )

    def test_metadata_by_key(self):
        keys = np.array([b"network", b"task"], object)
        found = self.predictor.run("metadata", {"key": keys}, ["json_bytes"])
        network, task = map(json.loads, found["json_bytes"])
        self.assertEqual(network, "kp2part")
        self.assertEqual(task_lib.Task.from_json(task), self.task)
        with self.assertRaisesRegex(ValueError, "one of network, task.*nope"):
            self.predictor.run(
                "metadata", {"key": np.array([b"nope"], object)}, ["json_bytes"]
            )

    def test_only_the_outputs_asked_for(self):
        inputs = {"key": np.array([b"network"], object)}
        found = self.predictor.run("metadata", inputs, [])
        self.assertEmpty(found)

    def test_a_failing_check_leaves_nothing(self):
        def refuse(path, server):
            self.assertTrue((path / "saved_model.pb").is_file())
            self.assertIs(server.model, self.model)
            raise ValueError("not good")

        base = self.base / "refused"
        with self.assertRaisesRegex(ValueError, "not good"):
            saved_model.export(self.model, str(base), check=refuse)
        self.assertEmpty(list(base.iterdir()))

    def test_broken_exports(self):
        empty = self.create_tempdir().full_path
        with self.assertRaisesRegex(
            ValueError, f"{empty}: neither a SavedModel"
        ):
            in_process.Predictor(empty)
        bare = pathlib.Path(empty, "1")
        bare.mkdir()
        (bare / "saved_model.pb").write_bytes(b"x")
        with self.assertRaisesRegex(ValueError, "1: not a complete model"):
            in_process.Predictor(empty)


if __name__ == "__main__":
    absltest.main()
