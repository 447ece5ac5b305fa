from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data import records
from kp2part.schema import keys
from tests import tiny


class RecordsTest(absltest.TestCase):
    def test_decode_returns_what_was_encoded(self):
        example = tiny.example(3, size=31)
        parsed = records.parse(records.encode(example), 3)
        decoded = records.decode_images(parsed)
        np.testing.assert_array_equal(
            decoded[keys.PART_MASK], example.part_mask
        )
        np.testing.assert_array_equal(
            decoded[keys.KEYPOINTS], example.keypoints
        )
        error = decoded[keys.IMAGE].numpy().astype(int) - example.image
        self.assertLess(np.abs(error).mean(), 12)  # JPEG on noise.
        self.assertEqual(decoded[keys.CLASS_NAME], b"dog")
        self.assertEqual(decoded[keys.IMAGE_ID], b"photo1")
        self.assertEqual(decoded[keys.OBJECT_INDEX], 1)
        np.testing.assert_array_equal(decoded[keys.BOX], [1, 2, 32, 33])
        np.testing.assert_array_equal(decoded[keys.SOURCE_SIZE], [70, 90])

    def test_equal_examples_give_equal_bytes(self):
        once, twice = (records.encode(tiny.example(2)) for _ in range(2))
        self.assertEqual(once, twice)

    def test_wrong_number_of_keypoints(self):
        record = records.encode(tiny.example(0))
        with self.assertRaisesRegex(
            tf.errors.InvalidArgumentError, "keypoints"
        ):
            records.parse(record, 4)


if __name__ == "__main__":
    absltest.main()
