import dataclasses

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import metadata
from kp2part.models import mirrored
from kp2part.models import networks
from kp2part.models import palette
from kp2part.models import visual_evidence
from kp2part.models.encoders import applications
from kp2part.models.encoders import backbones
from kp2part.models.encoders import weights
from kp2part.schema import category
from kp2part.schema import task as task_lib
from tests import tiny

TASK = task_lib.Task(tiny.CATEGORY, 32, 2.0, 0.1, "pad")
SMALL = architecture.Architecture("squeezenet", 2, (3, 4, 5, 6, 7), "group")
OUTPUTS = {
    "early_fusion": ["parts"],
    "kp2part": ["parts", "pseudo_parts"],
    "nearest_neighbor": ["parts"],
    "pose_to_part": ["parts"],
    "refinenet": ["parts"],
    "ternausnet": ["parts"],
}
INPUTS = {
    "early_fusion": ["heatmaps", "image"],
    "kp2part": ["heatmaps", "image"],
    "nearest_neighbor": ["prior"],
    "pose_to_part": ["heatmaps"],
    "refinenet": ["image", "prior"],
    "ternausnet": ["image"],
}


def inputs_of(model, seed=0):
    rng = np.random.default_rng(seed)
    return {
        name: rng.uniform(0, 255 if name == "image" else 1, (2, *x.shape[1:]))
        .astype(np.float32)
        for name, x in model.input.items()
    }  # fmt: skip


class NetworksTest(parameterized.TestCase):
    @parameterized.parameters(*networks.BUILDERS)
    def test_names_shapes_and_saving(self, name):
        model = networks.build(name, TASK, SMALL)
        self.assertEqual(sorted(model.input), INPUTS[name])
        self.assertEqual(sorted(model.output), OUTPUTS[name])
        path = self.create_tempfile("m.keras").full_path
        model.save(path)
        again = keras.saving.load_model(path)
        self.assertEqual(metadata.task_of(again), TASK)
        before = model.predict_on_batch(inputs_of(model))
        after = again.predict_on_batch(inputs_of(model))
        for output in OUTPUTS[name]:
            self.assertEqual(before[output].shape, (2, 32, 32, 3))
            np.testing.assert_array_equal(before[output], after[output])

    @parameterized.parameters(*OUTPUTS)
    def test_no_convolution_that_corrupts_memory(self, name):
        # See `blocks.residual_block`.
        for layer in networks.build(name, TASK, SMALL).layers:
            if isinstance(layer, keras.layers.Conv2D):
                shape = layer.kernel_size + layer.strides
                self.assertNotEqual(shape, (1, 1, 2, 2), layer.name)

    @parameterized.parameters("mixed_float16", "mixed_bfloat16")
    def test_logits_are_float32_whatever_the_policy(self, policy):
        keras.config.set_dtype_policy(policy)
        self.addCleanup(keras.config.set_dtype_policy, "float32")
        model = networks.build("kp2part", TASK, SMALL)
        for logits in model.predict_on_batch(inputs_of(model)).values():
            self.assertEqual(logits.dtype, np.float32)
            self.assertTrue(np.isfinite(logits).all())

    @parameterized.named_parameters(
        # As counted in the UNet16 of robot-surgery-segmentation.
        ("ternausnet", "ternausnet", 32_202_469),
        ("kp2part", "kp2part", 68_349_226),
        ("pose_to_part", "pose_to_part", 35_707_557),
    )
    def test_number_of_parameters_in_the_paper(self, name, expected):
        model = networks.build(name, task_lib.Task(category.load("quadruped")))
        self.assertEqual(model.count_params(), expected)

    @parameterized.parameters("kp2part", "early_fusion")
    def test_image_and_pose_both_reach_the_prediction(self, name):
        model = networks.build(name, TASK, SMALL)
        inputs = inputs_of(model)
        prediction = model.predict_on_batch(inputs)
        for name in inputs:
            changed = {**inputs, name: inputs_of(model, seed=1)[name]}
            other = model.predict_on_batch(changed)
            self.assertGreater(
                np.abs(other["parts"] - prediction["parts"]).max(), 1e-4
            )

    @parameterized.product(
        name=("kp2part", "pose_to_part", "ternausnet"), stride=(2, 4)
    )
    def test_output_stride_omits_the_finest_blocks(self, name, stride):
        coarse = dataclasses.replace(SMALL, output_stride=stride)
        model = networks.build(name, TASK, coarse)
        for logits in model.output.values():
            self.assertEqual(logits.shape, (None, 32, 32, 3))
        full = networks.build(name, TASK, SMALL)
        self.assertLess(model.count_params(), full.count_params())
        sides = [
            x.output.shape[1] for x in model.layers if "decoder0" in x.name
        ]
        self.assertTrue(all(side == 32 // stride for side in sides), sides)

    def test_guidance_at_each_scale_is_its_mean(self):
        fine, coarse = (
            np.random.rand(1, 64, 64, 2),
            np.random.rand(1, 32, 32, 1),
        )
        scales = visual_evidence.pyramid([fine, coarse], 64, 2)
        self.assertEqual(sorted(scales), [2, 4, 8, 16, 32])
        blocks = fine.reshape(1, 4, 16, 4, 16, 2).mean((2, 4))
        np.testing.assert_allclose(scales[16][..., :2], blocks, rtol=1e-4)
        blocks = coarse.reshape(1, 4, 8, 4, 8, 1).mean((2, 4))
        np.testing.assert_allclose(scales[16][..., 2:], blocks, rtol=1e-4)
        self.assertEqual(visual_evidence.pyramid([], 64, 2), {})

    def test_refinenet_is_pix2pixs_generator(self):
        task = task_lib.Task(category.load("quadruped"))
        model = networks.build("refinenet", task)
        down = [x for x in model.layers if x.name.startswith("down")]
        self.assertEqual(
            [x.filters for x in down], [64, 128, 256, 512, 512, 512, 512, 512]
        )
        self.assertEqual(down[-1].output.shape[1:3], (1, 1))
        rates = [x for x in model.layers if isinstance(x, keras.layers.Dropout)]
        self.assertEqual([x.rate for x in rates], [0.5] * 3)

    def test_fidelity_predicts_the_nearest_gray_level(self):
        logits = palette.PaletteLogits(3)(
            np.array([-1.0, -0.9, 35 / 127.5 - 1, 0.9]).reshape(1, 1, 4, 1)
        )
        np.testing.assert_array_equal(np.argmax(logits[0, 0], -1), [0, 0, 1, 2])
        colors = palette.PaletteColors()(np.eye(5)[None, None])
        np.testing.assert_allclose(
            (np.array(colors[0, 0]) + 1) * 127.5,
            [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128]],
            atol=1e-4,
        )

    def test_nearest_neighbor_is_its_prior(self):
        model = networks.build("nearest_neighbor", TASK)
        prior = np.random.default_rng(0).dirichlet([1] * 3, (1, 32, 32))
        logits = model.predict_on_batch({"prior": prior.astype(np.float32)})
        odds = np.exp(logits["parts"])
        np.testing.assert_allclose(odds, np.maximum(prior, 1e-3), rtol=1e-4)

    @parameterized.parameters("kp2part", "refinenet")
    def test_averaged_predictions_are_mirrored_with_their_input(self, name):
        task = dataclasses.replace(TASK, bones=True)
        model = mirrored.average(networks.build(name, task, SMALL))
        self.assertEqual(metadata.task_of(model), task)
        inputs = inputs_of(model)
        swaps = {
            "image": (0, 1, 2),
            # Left ear, right ear, nose; the bones left ear to nose, right ear
            # to nose.
            "heatmaps": (1, 0, 2, 4, 3),
            "prior": (0, 2, 1),
        }
        flipped = {
            name: np.ascontiguousarray(x[:, :, ::-1, list(swaps[name])])
            for name, x in inputs.items()
        }
        prediction = model.predict_on_batch(inputs)["parts"]
        other = model.predict_on_batch(flipped)["parts"]
        np.testing.assert_allclose(
            prediction, other[:, :, ::-1, [0, 2, 1]], rtol=1e-3, atol=1e-3
        )
        self.assertGreater(
            np.abs(prediction - prediction[:, :, ::-1]).max(), 1e-3
        )

    @parameterized.parameters(*applications.CONSTRUCTORS)
    def test_encoders_of_keras_learn_all_layers(self, name):
        for network in "kp2part", "early_fusion":
            small = dataclasses.replace(SMALL, encoder=name)
            model = networks.build(network, TASK, small)
            self.assertTrue(weights.has_encoder(model))
            self.assertEqual(model.output["parts"].shape, (None, 32, 32, 3))
        image = keras.Input((64, 64, 3))
        skips = applications.encode(name, image)
        for stride, features in skips.items():
            self.assertEqual(features.shape[1:3], (64 // stride, 64 // stride))
        self.assertEqual(sorted(skips), [1, 2, 4, 8, 16, 32])

    def test_weights_of_keras_encoders(self):
        name = "mobilenetv3_large"
        source = applications.construct(name, input_shape=(32, 32, 3))
        path = self.create_tempfile("notop.weights.h5").full_path
        source.save_weights(path)
        small = dataclasses.replace(SMALL, encoder=name)
        model = networks.build("ternausnet", TASK, small)
        count = weights.load_into(model, name, path)
        self.assertGreater(count, 50)
        encoder = model.get_layer("encoder")
        for layer in source.layers:
            if layer.weights:
                for ours, theirs in zip(
                    encoder.get_layer(layer.name).get_weights(),
                    layer.get_weights(),
                    strict=True,
                ):
                    np.testing.assert_array_equal(ours, theirs)
        self.assertFalse(encoder.get_layer("conv_bn").trainable)
        model.compile("sgd", "mse")
        loss = model.train_on_batch(
            inputs_of(model), {"parts": np.ones((2, 32, 32, 3), np.float32)}
        )
        self.assertTrue(np.isfinite(loss))
        with self.assertRaisesRegex(ValueError, "mobilenetv3.*nowhere.h5"):
            weights.load_into(model, name, "nowhere.h5")

    def test_preprocessing_is_caffes(self):
        image = np.array([10.0, 20, 30], np.float32).reshape(1, 1, 1, 3)
        blue_green_red = backbones.caffe_preprocessing(image)
        np.testing.assert_allclose(
            np.ravel(blue_green_red),
            [30 - 103.939, 20 - 116.779, 10 - 123.68],
            rtol=1e-6,
        )

    def test_efficientnet_lite0_is_b0_without_squeezing(self):
        image = keras.Input((64, 64, 3))
        skips = backbones.ENCODERS["efficientnet_lite0"](image)
        self.assertEqual(
            {stride: x.shape[1:] for stride, x in skips.items()},
            {
                1: (64, 64, 3),
                2: (32, 32, 16),
                4: (16, 16, 24),
                8: (8, 8, 40),
                16: (4, 4, 112),
                32: (2, 2, 320),
            },
        )
        ours = keras.Model(image, skips[32])
        keras_b0 = keras.applications.EfficientNetB0(
            include_top=False, weights=None
        )
        # Only in B0: squeeze-and-excitation, its own normalization of
        # the image, and the head.
        others = sum(
            layer.count_params()
            for layer in keras_b0.layers
            if "_se_" in layer.name
            or layer.name.startswith(("normalization", "top_"))
        )
        self.assertEqual(ours.count_params(), keras_b0.count_params() - others)
        self.assertEqual(ours.count_params(), 2_998_304)

    @parameterized.parameters(
        # The repeats of the first and of the last stage are Lite0's.
        ("efficientnet_lite1", (16, 24, 40, 112, 320), 21, 3_774_624),
        ("efficientnet_lite2", (16, 24, 48, 120, 352), 21, 4_413_488),
    )
    def test_larger_efficientnet_lite(self, name, channels, blocks, size):
        image = keras.Input((64, 64, 3))
        skips = backbones.ENCODERS[name](image)
        self.assertEqual(
            [skips[2**i].shape[-1] for i in range(1, 6)], list(channels)
        )
        encoder = keras.Model(image, skips[32])
        self.assertEqual(encoder.count_params(), size)
        found = [x for x in encoder.layers if x.name.endswith("_depthwise")]
        self.assertLen(found, blocks)

    @parameterized.product(
        encoder=["squeezenet", "efficientnet_lite0", "mobilenetv3_large"],
        case=[
            ("batch", keras.layers.BatchNormalization),
            ("group", keras.layers.GroupNormalization),
            ("none", keras.layers.Rescaling),
        ],
    )
    def test_skips_follow_the_normalization(self, encoder, case):
        normalization, kind = case
        small = dataclasses.replace(
            SMALL, encoder=encoder, normalization=normalization
        )
        model = networks.build("ternausnet", TASK, small)
        names = [x.name for x in model.layers if isinstance(x, kind)]
        self.assertTrue(any(n.startswith("skip") for n in names), names)

    def test_pose_to_part_does_not_use_the_image(self):
        model = networks.build("kp2part", TASK, SMALL)
        inputs = inputs_of(model)
        prediction = model.predict_on_batch(inputs)
        blind = model.predict_on_batch({**inputs, "image": inputs["image"] * 0})
        np.testing.assert_array_equal(
            blind["pseudo_parts"], prediction["pseudo_parts"]
        )

    def test_loss_of_parts_has_gradients_in_pose_to_part(self):
        model = networks.build("kp2part", TASK, SMALL)
        model.compile("sgd", {"parts": "mse"})
        layer = model.get_layer("pose_down1_conv1")
        before = layer.get_weights()[0]
        model.train_on_batch(
            inputs_of(model), {"parts": np.ones((2, 32, 32, 3), np.float32)}
        )
        self.assertGreater(np.abs(layer.get_weights()[0] - before).max(), 0)

    def test_errors(self):
        with self.assertRaisesRegex(ValueError, "'kp2part'.*network='unet'"):
            networks.build("unet", TASK)
        with self.assertRaisesRegex(ValueError, "squeezenet.*encoder=resnet"):
            networks.build(
                "ternausnet", TASK, architecture.Architecture("resnet")
            )
        with self.assertRaisesRegex(ValueError, "output_stride=3"):
            architecture.Architecture(output_stride=3)
        with self.assertRaisesRegex(ValueError, "5 numbers.*pose_widths=4,4"):
            architecture.Architecture(pose_widths=(4, 4))
        with self.assertRaisesRegex(ValueError, "normalization=layer"):
            networks.build(
                "pose_to_part",
                TASK,
                architecture.Architecture(normalization="layer"),
            )
        inputs = keras.Input((3,))
        stranger = keras.Model(inputs, inputs, name="mine")
        with self.assertRaisesRegex(
            ValueError, "'mine' does not contain its task"
        ):
            metadata.task_of(stranger)


if __name__ == "__main__":
    absltest.main()
