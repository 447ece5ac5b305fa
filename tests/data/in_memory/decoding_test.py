from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np
import tensorflow as tf

from kp2part.data import records
from kp2part.data.in_memory import decoding
from kp2part.data.ops import resize
from kp2part.schema import keys
from tests import tiny


def encoded(**changes):
    example = tf.train.Example.FromString(records.encode(tiny.example(1)))
    for name, value in changes.items():
        values = example.features.feature[name].bytes_list.value
        values[:] = [value]
    return example.SerializeToString()


class DecodingTest(parameterized.TestCase):
    @parameterized.parameters(40, 64, 32, 16, 80)
    def test_as_the_stream_decodes_and_resizes(self, size):
        record = encoded()
        example = records.parse(record, 3)
        # The stream decodes fast, which is not accurate to some levels.
        accurate = tf.io.decode_jpeg(
            example[keys.IMAGE], 3, dct_method="INTEGER_ACCURATE"
        )
        example = {**records.decode_images(example), keys.IMAGE: accurate}
        wanted = resize.make(size)(example)
        found = decoding.decode(record, 3, size)
        self.assertEqual([x.dtype for x in found], [np.uint8, np.uint8, "f4"])
        np.testing.assert_allclose(found.image, wanted[keys.IMAGE], atol=0.51)
        np.testing.assert_array_equal(found.part_mask, wanted[keys.PART_MASK])
        np.testing.assert_allclose(
            found.keypoints, wanted[keys.KEYPOINTS], atol=1e-5
        )

    @parameterized.parameters(13, 20, 31, 64)
    def test_resizes_as_tensorflow(self, size):
        example = tiny.example(2)
        crop = decoding.Crop(
            example.image, example.part_mask, example.keypoints
        )
        wanted = resize.make(size)(
            {
                keys.IMAGE: tf.constant(crop.image),
                keys.PART_MASK: tf.constant(crop.part_mask),
                keys.KEYPOINTS: tf.constant(crop.keypoints),
            }
        )
        found = decoding.resize(crop, size)
        np.testing.assert_allclose(found.image, wanted[keys.IMAGE], atol=0.51)
        np.testing.assert_array_equal(found.part_mask, wanted[keys.PART_MASK])
        np.testing.assert_allclose(
            found.keypoints, wanted[keys.KEYPOINTS], atol=1e-5
        )

    def test_colors_are_in_order(self):
        red = np.zeros((40, 40, 3), np.uint8)
        red[..., 0] = 250
        image = tf.io.encode_jpeg(red).numpy()
        found = decoding.decode(encoded(image=image), 3, 40).image
        np.testing.assert_allclose(found[20, 20], [250, 0, 0], atol=3)

    def test_errors(self):
        whole = tf.io.encode_jpeg(tiny.example(1).image).numpy()
        wide = tf.io.encode_jpeg(np.zeros((40, 41, 3), np.uint8)).numpy()
        png = cv2.imencode(".png", np.zeros((20, 20), np.uint8))[1].tobytes()
        for changes, message in (
            ({"image": whole[:-100]}, "`image` must be a whole file"),
            ({"image": b"\xff\xd9"}, "`image` must be an image. Received: 2"),
            ({"part_mask": b""}, "`part_mask` must be a whole file.*: 0 bytes"),
            ({"image": wide}, r"must be squares.*\(40, 41\) and \(40, 40\)"),
            ({"part_mask": png}, r"must be squares.*\(40, 40\) and \(20, 20\)"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                decoding.decode(encoded(**changes), 3, 40)
        with self.assertRaisesRegex(
            ValueError, "`keypoints` must be 4 rows.*Received: 9 numbers"
        ):
            decoding.decode(encoded(), 4, 40)


if __name__ == "__main__":
    absltest.main()
