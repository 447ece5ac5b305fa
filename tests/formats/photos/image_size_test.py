import struct

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.formats.photos import image_size

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 60, 40)
FRAME = b"\0\x0b\x08\0\x28\0\x3c\1"  # 40 rows of 60.
EXIF = b"\xff\xe1\0\x08Exif\xff\xc0"


class ImageSizeTest(parameterized.TestCase):
    @parameterized.parameters(
        PNG,
        b"\xff\xd8\xff\xc0" + FRAME,
        b"\xff\xd8" + EXIF + b"\xff\xc2" + FRAME,
        b"\xff\xd8\xff\xff\xff\xff\xc0" + FRAME,
        b"\xff\xd8\xff\xc4\0\x02\xff\xd0\xff\xc0" + FRAME,
    )
    def test_size(self, contents):
        self.assertEqual(image_size.check(contents, "a.jpg"), (40, 60))

    @parameterized.parameters(
        b"", PNG[:20], b"GIF89a", b"\xff\xd8\xff", b"\xff\xd8\xff\xda\0\x08"
    )
    def test_no_image(self, contents):
        with self.assertRaisesRegex(ValueError, "a.jpg: not a JPEG or PNG im"):
            image_size.check(contents + b"\0" * 3, "a.jpg")

    def test_too_large(self):
        contents = PNG[:16] + struct.pack(">II", 2**32 - 1, 2**32 - 1)
        with self.assertRaisesRegex(ValueError, "at most 40000000 pixels. Re"):
            image_size.check(contents, "a.jpg")
        jpeg = b"\xff\xd8\xff\xc0\0\x0b\x08%s\1"
        for width, height in (65535, 65535), (12000, 12000), (8000, 5001):
            contents = jpeg % struct.pack(">HH", height, width)
            with self.assertRaisesRegex(ValueError, f"{width} x {height}"):
                image_size.check(contents, "a.jpg")
        contents = jpeg % struct.pack(">HH", 5000, 8000)
        self.assertEqual(image_size.check(contents, "a.jpg"), (5000, 8000))


if __name__ == "__main__":
    absltest.main()
