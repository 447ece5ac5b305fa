"""Photos without TensorFlow are those of the graphs."""

import importlib.util
import sys
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np

from kp2part.data import records
from kp2part.data.arrays import orientation
from kp2part.data.arrays import photos
from tests import photo_files

PIXELS = photo_files.picture()
JPEG, PNG = photo_files.jpeg(PIXELS), photo_files.png(PIXELS)
SIX = photo_files.segment(0xE1, b"Exif\0\0" + photo_files.exif(6, False))
XMP = photo_files.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<tiff/>")
HAS_SIMPLEJPEG = importlib.util.find_spec("simplejpeg") is not None


def tagged_files():
    """Yields files with tags as cameras write them, and with none."""
    for file in JPEG, PNG:
        for value in range(10):
            for little in True, False:
                block = photo_files.exif(value, little, num_before=value)
                yield photo_files.tagged(file, block)
        for change in {"kind": 4}, {"count": 2}, {"kind": 1}:
            block = photo_files.exif(6, **change)
            yield photo_files.tagged(file, block)
        whole = photo_files.exif(6, num_before=1)
        for end in range(len(whole)):
            yield photo_files.tagged(file, whole[:end])
        for offset in 0, 2**31, 2**32 - 1:
            broken = bytearray(whole)
            broken[4:8] = offset.to_bytes(4, "little")
            yield photo_files.tagged(file, bytes(broken))


def jpegs_with_segments():
    fill, stray = b"\xff" * 300, b"stray\xff\0"
    long = photo_files.segment(0xE2, b"x" * 65_000)
    eight = photo_files.segment(0xE1, b"Exif\0\0" + photo_files.exif(8))
    for segments in (
        *([XMP], [XMP, SIX], [long, long, SIX], [fill, SIX]),
        *([XMP, stray, SIX], [eight, SIX], [b"\xff\xfe\0\2" * 2000, SIX]),
    ):
        yield photo_files.with_segments(JPEG, *segments)


class OrientationTest(absltest.TestCase):
    def test_is_that_of_the_graph(self):
        found = set()
        for file in (*tagged_files(), *jpegs_with_segments()):
            expected = int(records.read_header(file)[1])
            self.assertEqual(orientation.read(file), expected)
            found.add(expected)
        self.assertLen(found, 8)

    def test_of_any_bytes(self):
        rng = np.random.default_rng(0)
        for file in JPEG, PNG:
            tagged = photo_files.tagged(file, photo_files.exif(6, False))
            for _ in range(100):
                broken = bytearray(tagged)
                for at in rng.integers(0, 120, 4):
                    broken[at] = rng.integers(256)
                self.assertEqual(
                    orientation.read(bytes(broken)),
                    int(records.read_header(bytes(broken))[1]),
                )


class DecodeTest(parameterized.TestCase):
    @parameterized.parameters(range(1, 9))
    def test_photo_comes_upright(self, value):
        stored = photo_files.stored(PIXELS, value)
        tag = photo_files.exif(value)
        png = photo_files.tagged(photo_files.png(stored), tag)
        for decode in photos.decode, photos.decode_to_show:
            found = decode(png, "p.png")
            np.testing.assert_array_equal(found[..., ::-1], PIXELS)
        jpeg = photo_files.tagged(photo_files.jpeg(stored), tag)
        self.check_jpeg(jpeg)

    def check_jpeg(self, file, tolerance=0):
        expected = records.decode_photo(file).numpy()
        shown = photos.decode_to_show(file, "p.jpg")
        self.assertEqual(shown.shape, expected.shape)
        self.assertLess(np.abs(shown.astype(int) - expected).mean(), 2)
        if HAS_SIMPLEJPEG:
            found = photos.decode(file, "p.jpg")
            error = np.abs(found.astype(int) - expected)
            self.assertLessEqual(error.max(), tolerance)

    @parameterized.parameters(False, True)
    def test_jpeg_that_lacks_its_end_is_whole(self, is_progressive):
        file = photo_files.jpeg(PIXELS, is_progressive)
        for missing in 1, 2:
            self.check_jpeg(file[:-missing])
        self.check_jpeg(file + b"more")

    def test_kinds_of_pixels(self):
        gray = PIXELS[..., 0]
        for pixels in gray, gray.astype(np.uint16) * 250, PIXELS[:1, :1]:
            file = cv2.imencode(".png", pixels)[1].tobytes()
            np.testing.assert_array_equal(
                photos.decode(file, "p.png"), records.decode_photo(file)
            )
        self.check_jpeg(cv2.imencode(".jpg", gray)[1].tobytes())
        # The four inks are mixed with other roundings.
        self.check_jpeg(photo_files.cmyk_jpeg(PIXELS), tolerance=1)

    @parameterized.parameters(
        (b"no photo", "p.jpg: not a JPEG or PNG image"),
        (PNG[: len(PNG) // 2], "p.jpg: must be a whole .* it lacks its end"),
        (JPEG[: len(JPEG) // 2], r"p.jpg: must be a whole .* \d+ bytes: Corr"),
        (JPEG[:-8], r"p.jpg: must be a whole .* \d+ bytes: Corrupt"),
    )
    def test_what_is_no_photo(self, file, message):
        if file.startswith(JPEG[:3]) and not HAS_SIMPLEJPEG:
            self.skipTest("needs simplejpeg")
        with self.assertRaisesRegex(ValueError, message):
            photos.decode(file, "p.jpg")

    def test_without_simplejpeg(self):
        with mock.patch.dict(sys.modules, {"simplejpeg": None}):
            photos.decode(PNG, "p.png")
            with self.assertRaisesRegex(ModuleNotFoundError, "simplejpeg"):
                photos.decode(JPEG, "p.jpg")


if __name__ == "__main__":
    absltest.main()
