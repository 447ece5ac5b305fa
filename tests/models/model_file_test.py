import dataclasses

from absl.testing import absltest
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import metadata
from kp2part.models import mirrored
from kp2part.models import model_file
from kp2part.models import networks
from kp2part.models import trained_photos
from kp2part.schema import category
from kp2part.schema import task as task_lib
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 2, (2, 3, 4, 5, 6))
TASK = task_lib.Task(tiny.CATEGORY, 32, 2.0)
BIG = task_lib.Task(category.load("cow"), 32, 2.0)


class ModelFileTest(absltest.TestCase):
    def test_half_precision_loads_as_float32_with_the_same_weights(self):
        keras.config.set_dtype_policy("mixed_bfloat16")
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        trained = networks.build("kp2part", TASK, SMALL)
        path = self.create_tempfile("m.keras").full_path
        trained.save(path)
        loaded, task = model_file.load(path)
        self.assertEqual(task, TASK)
        self.assertEqual(loaded.name, "kp2part")
        self.assertEqual(list(loaded.output), list(trained.output))
        self.assertEqual(
            {x.compute_dtype for x in loaded.layers if x.weights}, {"float32"}
        )
        for a, b in zip(trained.weights, loaded.weights, strict=True):
            self.assertEqual(a.path, b.path)
            np.testing.assert_array_equal(a, b)
        rng = np.random.default_rng(0)
        inputs = {
            name: rng.uniform(0, 1, (1, *x.shape[1:])).astype(np.float32)
            for name, x in loaded.input.items()
        }
        expected = trained.predict_on_batch(inputs)["parts"]
        prediction = loaded.predict_on_batch(inputs)["parts"]
        np.testing.assert_allclose(
            prediction, expected, atol=0.05 * np.abs(expected).max()
        )

    def test_encoders_of_keras_load_as_float32_too(self):
        keras.config.set_dtype_policy("mixed_bfloat16")
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        small = dataclasses.replace(SMALL, encoder="mobilenetv3_large")
        trained = networks.build("ternausnet", TASK, small)
        path = self.create_tempfile("m.keras").full_path
        trained.save(path)
        loaded, _ = model_file.load(path)
        layers = [x for x in loaded.layers if not hasattr(x, "layers")]
        layers += loaded.get_layer("encoder").layers
        self.assertEqual(
            {x.compute_dtype for x in layers if x.weights}, {"float32"}
        )
        for a, b in zip(trained.weights, loaded.weights, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_fine_tuning_starts_from_the_trained_weights(self):
        trained = networks.build("pose_to_part", TASK, SMALL)
        path = self.create_tempfile("m.keras").full_path
        trained.save(path)
        model = networks.build("pose_to_part", TASK, SMALL)
        self.assertEmpty(model_file.initialize(model, path))
        for a, b in zip(trained.weights, model.weights, strict=True):
            np.testing.assert_array_equal(a, b)
        # Bones add heatmaps: only layers that take them keep random weights.
        other = networks.build(
            "pose_to_part", dataclasses.replace(TASK, bones=True), SMALL
        )
        left = model_file.initialize(other, path)
        self.assertIn("pose_down1_conv1", left)
        self.assertIn("pose_down1_skip", left)
        np.testing.assert_array_equal(
            other.get_layer("pose_down2_conv1").get_weights()[0],
            trained.get_layer("pose_down2_conv1").get_weights()[0],
        )
        wider = architecture.Architecture(pose_widths=(8, 9, 10, 11, 12))
        with self.assertRaisesRegex(ValueError, "m.keras: no layer matches"):
            stranger = networks.build("pose_to_part", BIG, wider)
            model_file.initialize(stranger, path)

    def fine_tune(self, name, **changes):
        """Layers that stay random when names change, and shapes do not."""
        trained = networks.build(name, TASK, SMALL)
        path = self.create_tempfile("m.keras").full_path
        trained.save(path)
        category = dataclasses.replace(TASK.category, **changes)
        task = dataclasses.replace(TASK, category=category)
        left = model_file.initialize(networks.build(name, task, SMALL), path)
        return {x for x in left if not x.endswith("_norm")}

    def test_other_parts_of_the_same_shapes_begin_random(self):
        parts = {"background": (), "right_leg": ("b",), "left_leg": ("a",)}
        self.assertEqual(self.fine_tune("ternausnet", parts=parts), {"parts"})
        # Pose-to-Part's parts are seen at every scale of the decoder.
        self.assertEqual(
            self.fine_tune("kp2part", parts=parts),
            {"parts", "pseudo_parts", *(f"decoder{i}_conv" for i in range(6))},
        )
        left = self.fine_tune("refinenet", parts=parts)
        self.assertEqual(left, {"parts", "down0"})

    def test_other_keypoints_of_the_same_shapes_begin_random(self):
        keypoints = ("right_ear", "left_ear", "nose")
        pose = {"pose_down1_conv1", "pose_down1_skip"}
        left = self.fine_tune("pose_to_part", keypoints=keypoints)
        self.assertContainsSubset(pose, left)
        self.assertNotIn("parts", left)
        self.assertNotIn("pose_down2_conv1", left)
        self.assertEqual(
            self.fine_tune("early_fusion", keypoints=keypoints),
            {"heatmap_stem"},
        )
        self.assertEmpty(self.fine_tune("ternausnet", keypoints=keypoints))

    def test_fine_tuning_inherits_the_photos(self):
        trained = networks.build("pose_to_part", TASK, SMALL)
        path = self.create_tempfile("m.keras").full_path
        for photos, expected in (
            (trained_photos.of("ab"), trained_photos.of("ab")),
            (None, trained_photos.UNKNOWN),
        ):
            metadata.label_of(trained).photos = photos
            trained.save(path)
            model = networks.build("pose_to_part", TASK, SMALL)
            model_file.initialize(model, path)
            self.assertEqual(metadata.label_of(model).photos, expected)

    def test_photos_are_saved_with_the_network(self):
        model = networks.build("pose_to_part", TASK, SMALL)
        metadata.label_of(model).photos = trained_photos.of(["p1", "p2"])
        path = self.create_tempfile("m.keras").full_path
        model.save(path)
        loaded = model_file.load_network(path)
        self.assertEqual(
            metadata.label_of(mirrored.average(loaded)).photos,
            trained_photos.of(["p2", "p1"]),
        )

    def test_fine_tuning_keeps_layers_frozen(self):
        small = dataclasses.replace(SMALL, encoder="mobilenetv3_large")
        trained = networks.build("ternausnet", TASK, small)
        trained.get_layer("encoder").get_layer("conv_bn").trainable = False
        trained.get_layer("decoder0_conv").trainable = False
        path = self.create_tempfile("m.keras").full_path
        trained.save(path)
        model = networks.build("ternausnet", TASK, small)
        model_file.initialize(model, path)
        encoder = model.get_layer("encoder")
        self.assertFalse(encoder.get_layer("conv_bn").trainable)
        self.assertFalse(model.get_layer("decoder0_conv").trainable)
        self.assertTrue(encoder.get_layer("conv").trainable)
        self.assertTrue(model.get_layer("decoder1_conv").trainable)

    def test_errors_name_the_file(self):
        with self.assertRaisesRegex(ValueError, "nowhere.keras: no such file"):
            model_file.load("nowhere.keras")
        path = self.create_tempfile("text.keras", "text").full_path
        with self.assertRaisesRegex(ValueError, "text.keras: not a network"):
            model_file.load(path)
        inputs = keras.Input((3,))
        stranger = self.create_tempfile("stranger.keras").full_path
        keras.Model(inputs, keras.layers.Dense(1)(inputs)).save(stranger)
        with self.assertRaisesRegex(ValueError, "stranger.keras: .*TaskLabel"):
            model_file.load(stranger)


if __name__ == "__main__":
    absltest.main()
