import io
import json
import pathlib
import zipfile

from absl.testing import absltest
from absl.testing import parameterized
import h5py
import numpy as np

from kp2part.models import architecture
from kp2part.models import file_sizes
from kp2part.models import model_file
from kp2part.models import networks
from kp2part.models.encoders import weight_files
from kp2part.schema import task as task_lib
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 2, (2, 2, 2, 2, 2))
ZEROS = 128 << 20  # Of a bomb; it is not decompressed.


class FileSizesTest(parameterized.TestCase):
    def zip(self, name, **members):
        path = self.create_tempfile(name).full_path
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, contents in members.items():
                archive.writestr(member.replace("_", "."), contents)
        return path

    def h5(self, declared):
        """An HDF5 file with an array of which nothing is stored."""
        file = io.BytesIO()
        with h5py.File(file, "w") as h5:
            group = h5.create_group("layers").create_group("conv")
            group.create_dataset("0", (declared // 4,), np.float32)
        return file.getvalue()

    def test_networks_pass(self):
        path = self.create_tempfile("m.keras").full_path
        task = task_lib.Task(tiny.CATEGORY, 32)
        networks.build("kp2part", task, SMALL).save(path)
        file_sizes.check_keras(path)

    @parameterized.parameters(model_file.load, weight_files.read)
    def test_a_keras_file_of_zeros(self, read):
        path = self.zip("m.keras", config_json=bytes(ZEROS))
        with self.assertRaisesRegex(
            ValueError, f"m.keras: not a .*config.json: {ZEROS} bytes are decl"
        ):
            read(path)

    @parameterized.parameters(model_file.load, weight_files.read)
    def test_a_keras_file_whose_arrays_are_not_there(self, read):
        path = self.zip(
            "m.keras", config_json="{}", model_weights_h5=self.h5(ZEROS)
        )
        with self.assertRaisesRegex(
            ValueError, f"m.keras: not a .*arrays: {ZEROS} bytes"
        ):
            read(path)

    @parameterized.parameters(model_file.load, weight_files.read)
    def test_a_keras_file_of_an_absurd_layer(self, read):
        layers = {"layers": [{"config": {"name": "a", "units": 10**9}}]}
        path = self.zip("m.keras", config_json=json.dumps(layers))
        with self.assertRaisesRegex(
            ValueError, "m.keras: not a .*`units` of a layer .*: 1000000000"
        ):
            read(path)

    def test_a_wheel_of_zeros(self):
        path = self.zip("w.whl", model_pth=bytes(ZEROS))
        with self.assertRaisesRegex(ValueError, "w.whl: not .*model.pth: "):
            weight_files.read(path)

    def test_an_h5_file_whose_arrays_are_not_there(self):
        path = self.create_tempfile("w.h5", self.h5(ZEROS)).full_path
        for read in weight_files.read, weight_files.check_sizes:
            with self.assertRaisesRegex(ValueError, f"arrays: {ZEROS} bytes"):
                read(path)

    def test_an_h5_file_that_reads_another(self):
        path = self.create_tempfile("w.h5").full_path
        with h5py.File(path, "w") as file:
            file.create_dataset("a", (4,), "u1", external="/etc/hostname")
        with self.assertRaisesRegex(ValueError, "a: must be in the file"):
            weight_files.read(path)

    def test_settings_of_layers(self):
        file_sizes.check_layers(
            {"units": 32768, "seed": 10**9, "batch_shape": [None, 256, 256, 3]}
        )
        for config in {"batch_shape": [None, 10**6]}, {"padding": [[0, 99999]]}:
            with self.assertRaisesRegex(ValueError, "must be at most 32768"):
                file_sizes.check_layers([{"config": config}])

    def test_variables(self):
        path = self.create_tempfile("v.data-0", bytes(10))
        paths = [pathlib.Path(path.full_path)]
        file_sizes.check_variables([[], [2, 3]], paths)
        with self.assertRaisesRegex(ValueError, "variables: "):
            file_sizes.check_variables([[2**20, 2**10]], paths)


if __name__ == "__main__":
    absltest.main()
