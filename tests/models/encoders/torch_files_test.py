import io
import os
import pickle
import tracemalloc

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

    @parameterized.parameters(
        # Makes room for objects, numbered up to 2**29 here: for 4 GB.
        (b"\x80\x02K\x01r\xff\xff\xff\x1f.", "object 536870911 of 3"),
        (b"\x80\x02K\x01p536870911\n.", "object 536870911 of 3"),
        # A text of 4 GB, of which nothing is there.
        (b"\x80\x04\x8d\0\0\0\0\x01\0\0\0.", "not a state_dict"),
        (b"\x80\x02T\xff\xff\xff\x7f.", "not a state_dict"),
    )
    def test_no_room_is_made_for_what_is_not_there(self, data, message):
        for bomb in data, data.ljust(40, b"\0"):
            path = self.create_tempfile("bomb.pth", bomb).full_path
            tracemalloc.start()
            with open(path, "rb") as file:
                with self.assertRaisesRegex(ValueError, message):
                    torch_files.read_state_dict(file)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            self.assertLess(most, 1 << 20)

    def test_a_storage_that_is_not_there(self):
        data = written()
        start = data.rindex((6).to_bytes(8, "little"))  # Of `transposed`.
        bomb = data[:start] + (1 << 30).to_bytes(8, "little") + data[-60:]
        path = self.create_tempfile("bomb.pth", bomb).full_path
        tracemalloc.start()
        with open(path, "rb") as file:
            with self.assertRaisesRegex(
                ValueError, "4294967296 bytes expected"
            ):
                torch_files.read_state_dict(file)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        self.assertLess(most, 1 << 20)

    def test_a_few_elements_are_not_repeated_to_a_large_tensor(self):
        small = np.zeros(3, np.float32)
        file = io.BytesIO()
        torch_writer.write({"kernel": small}, file)
        data = file.getvalue()
        self.assertIn(b"K\x03\x85", data)  # The shape, (3,).
        with self.assertRaisesRegex(ValueError, r"shape \(90,\) of 12 bytes"):
            torch_files.read_state_dict(
                io.BytesIO(data.replace(b"K\x03\x85", b"KZ\x85", 1))
            )

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
