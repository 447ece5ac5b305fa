import dataclasses

from absl.testing import absltest
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import model_file
from kp2part.models import networks
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
