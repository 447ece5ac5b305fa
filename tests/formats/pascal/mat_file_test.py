"""Against SciPy, and on files that crash it or take its memory."""

import io
import struct
import tracemalloc
from unittest import mock
import zlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import scipy.io

from kp2part.formats.pascal import mat_file
from kp2part.formats.pascal import mat_stream
from tests import mat_writer


def element(kind: int, data: bytes) -> bytes:
    padding = b"\0" * (-len(data) % 8)
    return struct.pack("<II", kind, len(data)) + data + padding


def array(
    kind: int, shape: tuple[int, ...], *members: bytes, name: bytes = b"x"
) -> bytes:
    parts = [
        element(6, struct.pack("<II", kind, 0)),
        element(5, struct.pack(f"<{len(shape)}i", *shape)),
        element(1, name),
        *members,
    ]
    return element(14, b"".join(parts))


def file(*variables: bytes) -> bytes:
    return b"\0" * 124 + b"\x00\x01IM" + b"".join(variables)


def compressed(data: bytes) -> bytes:
    packed = zlib.compress(data)
    return struct.pack("<II", 15, len(packed)) + packed


class MatFileTest(parameterized.TestCase):
    @parameterized.product(
        value=[
            np.arange(6, dtype=np.uint8).reshape(2, 3),
            np.array([[True, False, True]]),
            np.array([[1.5, -2]]),
            np.arange(24, dtype=np.int16).reshape(2, 3, 4),
            np.zeros((0, 0)),
            "any text",
            "caf\u00e9",
        ],
        do_compression=[True, False],
    )
    def test_values(self, value, do_compression):
        contents = io.BytesIO()
        scipy.io.savemat(contents, {"x": value}, do_compression=do_compression)
        found = mat_file.variables(contents.getvalue())
        self.assertEqual(list(found), ["x"])
        if isinstance(value, str):
            self.assertEqual(found["x"], value)
        else:
            np.testing.assert_array_equal(found["x"], value)

    @parameterized.parameters(True, False)
    def test_structs(self, compressed):
        found = mat_file.variables(mat_writer.file("p1", compressed))
        (anno,) = found["anno"]
        self.assertEqual(anno["imname"], "p1")
        (dog,) = anno["objects"]
        self.assertEqual(dog["class_ind"], 12)
        np.testing.assert_array_equal(dog["mask"], mat_writer.MASK)
        self.assertEqual([p["part_name"] for p in dog["parts"]], ["head"])

    def test_what_is_not_read(self):
        contents = io.BytesIO()
        cell = np.empty((1, 2), object)
        cell[0] = "a", 3
        values = {"a": cell, "b": np.eye(2) * 1j, "c": 7}
        scipy.io.savemat(contents, values)
        found = mat_file.variables(contents.getvalue())
        self.assertIsInstance(found["a"], mat_file.Unknown)
        self.assertIsInstance(found["b"], mat_file.Unknown)
        self.assertEqual(found["c"], 7)

    def test_big_endian(self):
        contents = (
            b"\0" * 124
            + b"\x01\x00MI"
            + struct.pack(">II", 14, 56)
            + struct.pack(">IIII", 6, 8, 11, 0)
            + struct.pack(">IIii", 5, 8, 1, 2)
            + struct.pack(">HH4s", 1, 1, b"x\0\0\0")
            + struct.pack(">IIHHI", 4, 4, 258, 3, 0)
        )
        found = mat_file.variables(contents)
        np.testing.assert_array_equal(found["x"], [[258, 3]])

    @parameterized.parameters(True, False)
    def test_size_is_checked_before_memory_is_taken(self, packed):
        huge = array(9, (40_000, 40_000), element(2, b"\0" * 16_000_000))
        contents = file(compressed(huge) if packed else huge)
        tracemalloc.start()
        with self.assertRaisesRegex(
            mat_stream.BrokenMat, "at most 40000000 .*: 40000 x 40000"
        ):
            mat_file.variables(contents)
        self.assertLess(tracemalloc.get_traced_memory()[1], 40_000_000)
        tracemalloc.stop()

    def test_many_arrays_are_bounded_as_well(self):
        mask = array(9, (1, 16_000_000), element(2, b"\0" * 16_000_000))
        masks = [
            compressed(mask.replace(b"x", b"%c" % (97 + i), 1))
            for i in range(3)
        ]
        with mock.patch.object(mat_stream, "MAX_BYTES", 40_000_000):
            with self.assertRaisesRegex(mat_stream.BrokenMat, "holds more"):
                mat_file.variables(file(*masks))

    @parameterized.parameters(
        (b"", "must have the header of MATLAB 5"),
        (b"MATLAB 7.3" + b"\0" * 200, "This is version 7.3"),
        (file(element(9, b"")), "has an element of type 9"),
        (file(array(9, (1, -2))), r"the shape \(1, -2\)"),
        (file(array(9, (3,))), r"the shape \(3,\)"),
        (file(array(9, (1, 2), element(2, b"abc"))), "3 bytes for 2 numbers"),
        (file(array(9, (1, 2), element(2, b"ab"), b"\0" * 8)), "as long as"),
        (file(array(9, (1, 1), element(99, b"a"))), "have type 99"),
        (file(array(4, (1, 2), element(4, b"a\0"))), "text is not as long"),
        (file(array(4, (1, 1), element(2, b"\xff"))), "is no Unicode"),
        (file(array(9, (1, 1), element(2, b"a")))[:-9], "ends after"),
        (file(compressed(array(9, (1, 1)))[:-3] + b"abc"), "compressed data"),
        (
            file(*[array(9, (1, 1), element(2, b"a"))] * 2),
            "has two variables 'x'",
        ),
        (
            file(
                array(2, (1, 1), element(5, b"\2\0\0\0"), element(1, b"a\0b"))
            ),
            "no names of fields",
        ),
    )
    def test_broken(self, contents, message):
        with self.assertRaisesRegex(mat_stream.BrokenMat, message):
            mat_file.variables(contents)

    def test_levels(self):
        names = element(5, b"\2\0\0\0") + element(1, b"a\0")
        inner = array(9, (1, 1), element(2, b"a"), name=b"")
        for _ in range(30):
            inner = array(2, (1, 1), names, inner)
        with self.assertRaisesRegex(mat_stream.BrokenMat, "levels"):
            mat_file.variables(file(inner))


if __name__ == "__main__":
    absltest.main()
