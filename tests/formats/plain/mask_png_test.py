import pathlib
import struct
import zlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats.plain import mask_png
from tests import photo_files

GRAY, RGB, PALETTE, GRAY_ALPHA = 0, 2, 3, 4  # Types of PNG.


def png(rows: list[bytes], width: int, depth: int, kind: int) -> bytes:
    """Returns a PNG file of packed rows."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, kind, 0, 0, 0)
    chunks = photo_files.chunk(b"IHDR", header)
    if kind == PALETTE:
        chunks += photo_files.chunk(b"PLTE", bytes(3 * 2**depth))
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks += photo_files.chunk(b"IDAT", data)
    return b"\x89PNG\r\n\x1a\n" + chunks + photo_files.chunk(b"IEND", b"")


class MaskPngTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "m.png"

    @parameterized.parameters(
        # 0 1 / 1 0, packed from the left.
        (1, b"\x40", b"\x80", [[0, 1], [1, 0]]),
        (2, b"\x30", b"\x90", [[0, 3], [2, 1]]),
        (4, b"\x0f", b"\x7a", [[0, 15], [7, 10]]),
        (8, b"\x00\xff", b"\x11\x07", [[0, 255], [17, 7]]),
    )
    def test_numbers_are_those_of_the_file(self, depth, first, second, values):
        for kind in GRAY, PALETTE:
            self.path.write_bytes(png([first, second], 2, depth, kind))
            found = mask_png.read(self.path)
            self.assertEqual(found.dtype, np.uint8)
            np.testing.assert_array_equal(found, values)

    def test_sixteen_bits(self):
        rows = [struct.pack(">HH", 0, 300), struct.pack(">HH", 65535, 1)]
        self.path.write_bytes(png(rows, 2, 16, GRAY))
        found = mask_png.read(self.path)
        self.assertEqual(found.dtype, np.uint16)
        np.testing.assert_array_equal(found, [[0, 300], [65535, 1]])

    @parameterized.parameters(
        (png([b"\1\2\3"], 1, 8, RGB), "as palette or gray.*image of RGB"),
        (png([b"\1\2"], 1, 8, GRAY_ALPHA), "as palette or gray.*of LA"),
        (b"GIF89a", "not a PNG image. It begins with b'GIF89a'"),
        (png([b"\1"], 1, 8, GRAY)[:44], "not a whole PNG image"),
        (png([b"\1"], 2, 8, GRAY), "not a whole PNG image"),
        (png([b"\1"], 1, 5, GRAY), "not a whole PNG image"),
    )
    def test_errors(self, contents, message):
        self.path.write_bytes(contents)
        with self.assertRaisesRegex(ValueError, f"m.png: .*{message}"):
            mask_png.read(self.path)

    def test_too_large(self):
        contents = png([b"\1"], 1, 8, GRAY)
        sides = struct.pack(">II", 20000, 20000)
        self.path.write_bytes(contents[:16] + sides + contents[24:])
        with self.assertRaisesRegex(ValueError, "at most 40000000 pixels"):
            mask_png.read(self.path)

    def test_missing(self):
        with self.assertRaisesRegex(ValueError, "m.png: no such file"):
            mask_png.read(self.path)


if __name__ == "__main__":
    absltest.main()
