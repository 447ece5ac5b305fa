import importlib.util
import unittest

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from tests import tiny

WIDTHS = (4, 6, 8, 8, 8)
TASK = task_lib.Task(tiny.CATEGORY, 64, 2.0, bones=True)


def network(encoder, stride):
    """Returns a network none of whose numbers is 0 or 1."""
    sizes = architecture.Architecture(encoder, 2, WIDTHS, output_stride=stride)
    model = networks.build("kp2part", TASK, sizes)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # Not so that ReLU would make all of them 0.
            ranges = ((0.5, 1.5), (0, 0.5), (-0.5, 0), (0.5, 1.5))
            arrays = [
                rng.uniform(*ends, x.shape)
                for ends, x in zip(ranges, layer.weights, strict=True)
            ]
            layer.set_weights(arrays)
    return model


@unittest.skipUnless(
    importlib.util.find_spec("torch"),
    "PyTorch is not installed, see requirements-bench.txt.",
)
class TorchNetworkTest(parameterized.TestCase):
    @parameterized.parameters(
        ("efficientnet_lite0", "torch_encoder", 4), ("vgg16", "torch_vgg", 1)
    )
    def test_same_outputs(self, encoder, module, stride):
        import torch

        from benchmarks.peers import torch_network
        from benchmarks.peers import torch_weights

        module = importlib.import_module(f"benchmarks.peers.{module}")
        model = network(encoder, stride)
        rng = np.random.default_rng(1)
        inputs = {
            name: rng.uniform(0, 1, (2, *x.shape[1:])).astype(np.float32)
            for name, x in model.input.items()
        }
        inputs[keys.IMAGE] *= 255
        ours = model(inputs, training=False)
        peer = torch_network.PartNetwork(
            module.Encoder(), stride,
            TASK.num_heatmaps, TASK.num_parts, 2, WIDTHS,
        ).eval()  # fmt: skip
        torch_weights.copy(peer, model.layers)
        with torch.no_grad():
            found = peer(
                *(
                    torch.from_numpy(inputs[x]).permute(0, 3, 1, 2)
                    for x in (keys.IMAGE, keys.HEATMAPS)
                )
            )
        for name, logits in zip(
            (keys.PSEUDO_PARTS, keys.PARTS), found, strict=True
        ):
            expected = np.asarray(ours[name])
            np.testing.assert_allclose(
                logits.permute(0, 2, 3, 1).numpy(),
                expected,
                atol=1e-4 * np.abs(expected).max(),
            )

    def test_other_layers(self):
        from benchmarks.peers import torch_encoder
        from benchmarks.peers import torch_network
        from benchmarks.peers import torch_weights

        peer = torch_network.PartNetwork(
            torch_encoder.Encoder(), 4, 5, 3, 2, WIDTHS
        )
        with self.assertRaisesRegex(ValueError, "same layers.*lite_stem"):
            torch_weights.copy(peer, [])


if __name__ == "__main__":
    absltest.main()
