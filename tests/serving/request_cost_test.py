from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.serving import request_cost
from tests import photo_files

PIXELS = photo_files.picture(20, 30)
FILES = {
    "png": photo_files.png(PIXELS),
    "jpeg": photo_files.jpeg(PIXELS),
    "progressive": photo_files.jpeg(PIXELS, is_progressive=True),
    "tagged": photo_files.tagged(
        photo_files.jpeg(PIXELS), photo_files.exif(6), b"\xff\xc0" * 40
    ),
    "filled": photo_files.with_segments(photo_files.jpeg(PIXELS), b"\xff" * 99),
}


class RequestCostTest(parameterized.TestCase):
    @parameterized.parameters(*FILES)
    def test_pixels_of_a_header(self, name):
        self.assertEqual(request_cost.num_pixels(FILES[name]), 600)

    def test_other_bytes_have_none(self):
        for contents in (
            b"",
            b"RIFF",
            b"\xff\xd8",
            b"\x89PNG\r\n\x1a\n",
            b"\xff" * 9,
        ):
            self.assertEqual(request_cost.num_pixels(contents), 0)
        rng = np.random.default_rng(0)
        for file in FILES.values():
            for _ in range(200):
                broken = bytearray(file[: rng.integers(len(file))])
                for at in rng.integers(len(broken) or 1, size=3):
                    broken[at : at + 1] = rng.bytes(1)
                request_cost.num_pixels(bytes(broken))

    def test_rows_and_pixels_of_inputs(self):
        files = [FILES["png"], FILES["jpeg"], b"no photo"]
        inputs = {
            "image_bytes": np.array(files, object),
            "box": np.zeros([3, 4], np.float32),
        }
        self.assertEqual(request_cost.of_inputs(inputs), (3, 1200))
        scalar = {"x": np.asarray(FILES["png"], object)}
        self.assertEqual(request_cost.of_inputs(scalar), (1, 600))
        self.assertEqual(request_cost.of_inputs({}), (1, 0))


if __name__ == "__main__":
    absltest.main()
