import dataclasses
import json
import pathlib
import shutil
import tempfile

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.exporting import saved_model
from kp2part.models import architecture
from kp2part.models import exported_network
from kp2part.models import model_file
from kp2part.models import networks
from kp2part.models.encoders import backbones
from kp2part.schema import task as task_lib
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 2, (2, 3, 4, 5, 6))
WIDTHS = (2, 4, 4, 5, 6)
TASK = task_lib.Task(tiny.CATEGORY, 32, 2.0)


class ExportedNetworkTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = networks.build("pose_to_part", TASK, SMALL)
        temporary = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.base = pathlib.Path(temporary) / "toy"
        cls.version = saved_model.export(cls.model, str(cls.base))

    def copy(self):
        version = pathlib.Path(self.create_tempdir().full_path) / "1"
        shutil.copytree(self.version, version)
        return version

    def test_version_and_directory_of_versions_load(self):
        for path in self.version, self.base:
            loaded, task = model_file.load(str(path))
            self.assertEqual(task, TASK)
            for a, b in zip(self.model.weights, loaded.weights, strict=True):
                np.testing.assert_array_equal(a, b)

    def test_fine_tuning_begins_with_an_export(self):
        model = networks.build("pose_to_part", TASK, SMALL)
        self.assertEmpty(model_file.initialize(model, str(self.base)))
        for a, b in zip(self.model.weights, model.weights, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_a_network_without_weights(self):
        model = networks.build("nearest_neighbor", TASK, SMALL)
        self.assertEmpty(model.weights)
        path = self.create_tempdir().full_path
        version = pathlib.Path(path, "1")
        self.write_without_graphs(model, version)
        loaded, task = model_file.load(path)
        self.assertEqual(task, TASK)
        self.assertEqual(loaded.name, "nearest_neighbor")

    def write_without_graphs(self, model, version):
        # A signature would need a library of poses, which is not the subject.
        archive = keras.export.ExportArchive()
        archive.add_endpoint(
            "double", lambda x: 2 * x, [keras.InputSpec("float32", (None,))]
        )
        archive.write_out(str(version), verbose=False)
        file = version / exported_network.FILE
        file.parent.mkdir(exist_ok=True)
        file.write_text(exported_network.to_json(model))

    def test_an_export_without_layers(self):
        version = self.copy()
        (version / exported_network.FILE).unlink()
        with self.assertRaisesRegex(ValueError, "1: has no .*network.json"):
            model_file.load(str(version))

    @parameterized.named_parameters(
        (
            "other_names",
            ("early_fusion", SMALL),
            r"Missing: \['.*not of the network: \['pose_down1",
        ),
        (
            "other_sizes",
            ("pose_to_part", dataclasses.replace(SMALL, pose_widths=WIDTHS)),
            r"pose_down2_conv1/kernel must have the shape \(3, 3, 2, 4\) of "
            r"assets.extra/network.json. Received: \(3, 3, 2, 3\)",
        ),
    )
    def test_layers_of_another_network(self, other, message):
        name, sizes = other
        version = self.copy()
        (version / exported_network.FILE).write_text(
            exported_network.to_json(networks.build(name, TASK, sizes))
        )
        with self.assertRaisesRegex(ValueError, f"{version}: .*{message}"):
            model_file.load(str(version))

    def test_layers_are_compact_json_without_weights(self):
        text = (self.version / exported_network.FILE).read_text()
        self.assertEqual(
            text.strip(), json.dumps(json.loads(text), separators=(",", ":"))
        )

    @parameterized.parameters(*backbones.NAMES)
    def test_paths_of_weights_are_unique(self, encoder):
        sizes = architecture.Architecture(encoder, 2, (2, 2, 2, 2, 2))
        model = networks.build("kp2part", TASK, sizes)
        paths = [weight.path for weight in model.weights]
        self.assertLen(set(paths), len(paths))


if __name__ == "__main__":
    absltest.main()
