from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np
import tensorflow as tf

from kp2part.data import photo_header
from kp2part.data import records
from tests import photo_files

PIXELS = photo_files.picture()
JPEG, PNG = photo_files.jpeg(PIXELS), photo_files.png(PIXELS)
XMP = photo_files.segment(
    0xE1, b"http://ns.adobe.com/xap/1.0/\0<tiff:Orientation>3</>"
)
LONG = photo_files.segment(0xE2, b"x" * 65_000)
SIX = photo_files.segment(0xE1, b"Exif\0\0" + photo_files.exif(6, False))


@tf.function(input_signature=[tf.TensorSpec([], tf.string)], autograph=False)
def read(contents):
    header = photo_header.read(contents)
    return header.size, header.orientation, header.upright_size


def orientation(contents):
    return int(read(contents)[1])


def decode(contents):
    """Returns the decoded pixels, BGR."""
    return records.decode_photo(contents).numpy()[..., ::-1]


class HeaderTest(parameterized.TestCase):
    @parameterized.parameters(range(10))
    def test_orientation(self, value):
        expected = value if 1 <= value <= 8 else 1
        for file in JPEG, PNG:
            for little in True, False:
                block = photo_files.exif(value, little, num_before=value)
                tagged = photo_files.tagged(file, block)
                size, found, upright = (
                    x.numpy().tolist() for x in read(tagged)
                )
                self.assertEqual(found, expected)
                self.assertEqual(size, [70, 90])
                turned = [90, 70] if expected >= 5 else [70, 90]
                self.assertEqual(upright, turned)

    @parameterized.named_parameters(
        ("none", [], 1),
        ("not_exif", [XMP], 1),
        ("after_others", [XMP, SIX], 6),
        ("beyond_64_kb", [LONG, LONG, SIX], 6),
        ("after_fill_bytes", [b"\xff" * 300, SIX], 6),
        ("after_stray_bytes", [XMP, b"stray\xff\0", SIX], 6),
        ("the_first_counts", [photo_files.segment(
            0xE1, b"Exif\0\0" + photo_files.exif(8)), SIX], 8),
    )  # fmt: skip
    def test_segments(self, segments, expected):
        file = photo_files.with_segments(JPEG, *segments)
        self.assertEqual(orientation(file), expected)

    def test_tag_of_another_type_or_count_is_none(self):
        for change in {"kind": 4}, {"count": 2}, {"kind": 1}:
            for little in True, False:
                block = photo_files.exif(6, little, **change)
                file = photo_files.tagged(JPEG, block)
                self.assertEqual(orientation(file), 1, change)

    def test_cut_block_is_read_as_far_as_it_goes(self):
        block = photo_files.exif(6, num_before=1)
        for file in JPEG, PNG:
            found = [
                orientation(photo_files.tagged(file, block[:n]))
                for n in range(len(block) + 1)
            ]
            self.assertEqual(found, [1] * len(block) + [6])

    def test_block_that_points_outside(self):
        block = bytearray(photo_files.exif(6))
        for offset in 0, 2**31, 2**32 - 1:
            block[4:8] = offset.to_bytes(4, "little")
            file = photo_files.tagged(JPEG, bytes(block))
            self.assertEqual(orientation(file), 1)

    def test_file_that_ends_before_its_pixels_has_no_size(self):
        for file in JPEG, PNG:
            start = read(file[:40])[0].numpy().tolist()
            self.assertEqual(start, [0, 0])
        for other in b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF":
            self.assertEqual(read(other)[0].numpy().tolist(), [0, 0])

    def test_any_number_of_segments_takes_a_bounded_time(self):
        file = photo_files.with_segments(JPEG, b"\xff\xfe\0\2" * 100_000)
        self.assertEqual(read(file)[0].numpy().tolist(), [0, 0])

    def test_any_bytes_have_a_header(self):
        rng = np.random.default_rng(0)
        for file in JPEG, PNG:
            tagged = photo_files.tagged(file, photo_files.exif(6, False))
            for _ in range(100):
                broken = bytearray(tagged)
                for at in rng.integers(0, 120, 4):
                    broken[at] = rng.integers(256)
                self.assertBetween(orientation(bytes(broken)), 1, 8)


class DecodeTest(parameterized.TestCase):
    @parameterized.parameters(range(1, 9))
    def test_photo_comes_upright(self, value):
        stored = photo_files.stored(PIXELS, value)
        tag = photo_files.exif(value)
        png = photo_files.tagged(photo_files.png(stored), tag)
        np.testing.assert_array_equal(decode(png), PIXELS)
        jpeg = photo_files.tagged(photo_files.jpeg(stored), tag)
        error = decode(jpeg).astype(int) - PIXELS
        self.assertLess(np.abs(error).mean(), 6)
        shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        self.assertEqual(shown.shape, PIXELS.shape)

    @parameterized.parameters(False, True)
    def test_jpeg_that_lacks_its_end_is_whole(self, is_progressive):
        file = photo_files.jpeg(PIXELS, is_progressive)
        for missing in 1, 2:
            found = decode(file[:-missing])
            np.testing.assert_array_equal(found, decode(file))

    @parameterized.parameters(False, True)
    def test_jpeg_that_lacks_more_is_refused(self, is_progressive):
        file = photo_files.jpeg(PIXELS, is_progressive)
        for missing in 8, 50, len(file) // 3:
            with self.assertRaisesRegex(
                tf.errors.InvalidArgumentError, r"JPEG file is cut after \d+ b"
            ):
                decode(file[:-missing])

    def test_png_that_is_cut_is_refused(self):
        for missing in 1, 12, len(PNG) // 2:
            with self.assertRaisesRegex(
                tf.errors.InvalidArgumentError,
                f"PNG file is cut after {len(PNG) - missing} bytes",
            ):
                decode(PNG[:-missing])

    def test_bytes_after_the_end_do_no_harm(self):
        for file in JPEG, PNG:
            np.testing.assert_array_equal(decode(file + b"more"), decode(file))

    def test_kinds_of_pixels(self):
        gray = PIXELS[..., 0]
        for pixels in gray, gray.astype(np.uint16) * 257:
            found = decode(cv2.imencode(".png", pixels)[1].tobytes())
            np.testing.assert_array_equal(found, np.stack([gray] * 3, -1))
        error = decode(photo_files.cmyk_jpeg(PIXELS)).astype(int) - PIXELS
        self.assertLess(np.abs(error).mean(), 6)
        for shape in (1, 1, 3), (1, 5000, 3):
            narrow = np.full(shape, 7, np.uint8)
            np.testing.assert_array_equal(
                decode(photo_files.png(narrow)), narrow
            )


if __name__ == "__main__":
    absltest.main()
