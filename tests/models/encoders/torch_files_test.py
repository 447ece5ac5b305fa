import io
import os
import pickle

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.models.encoders import torch_files
from tests import torch_writer

MATRIX = np.arange(6, dtype=np.float32).reshape(2, 3)
STATE = {
    "kernel": MATRIX,
    "transposed": MATRIX.T,
    "steps": np.array(7, np.int64),
}


def written(state=None):
    file = io.BytesIO()
    torch_writer.write(state or STATE, file)
    return file.getvalue()


class Program:
    """A malicious object, which runs code when unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


class TorchFilesTest(parameterized.TestCase):
    def test_reads_arrays(self):
        state = torch_files.read_state_dict(io.BytesIO(written()))
        self.assertEqual(list(state), list(STATE))
        for name, expected in STATE.items():
            self.assertEqual(state[name].dtype, expected.dtype)
            np.testing.assert_array_equal(state[name], expected)

    def test_a_file_cannot_run_code(self):
        path = os.path.join(self.create_tempdir().full_path, "made")
        data = pickle.dumps(Program(path))
        with self.assertRaisesRegex(ValueError, "it contains .*mkdir"):
            torch_files.read_state_dict(io.BytesIO(data))
        self.assertFalse(os.path.exists(path))
        pickle.loads(data)  # It would have.
        self.assertTrue(os.path.exists(path))

    @parameterized.parameters(0, 20, 150, 0.5, -1)
    def test_truncated_file(self, length):
        data = written()
        if isinstance(length, float):
            length = int(length * len(data))
        with self.assertRaisesRegex(ValueError, "not a state_dict of PyTorch"):
            torch_files.read_state_dict(io.BytesIO(data[:length]))

    @parameterized.parameters(
        (b"text", "not a state_dict"),
        (pickle.dumps(3), "before PyTorch 1.6"),
        (b"PK\3\4" + bytes(60), "not a state_dict"),
    )
    def test_other_files(self, data, message):
        with self.assertRaisesRegex(ValueError, message):
            torch_files.read_state_dict(io.BytesIO(data))

    def test_every_flipped_byte_is_an_error_or_arrays(self):
        data = written()
        for position in range(len(data)):
            flipped = bytearray(data)
            flipped[position] ^= 0xFF
            try:
                state = torch_files.read_state_dict(io.BytesIO(flipped))
            except ValueError:
                continue
            self.assertTrue(
                all(isinstance(x, np.ndarray) for x in state.values())
            )


if __name__ == "__main__":
    absltest.main()
