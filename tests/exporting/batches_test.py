from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.exporting import batches


class BatchesTest(parameterized.TestCase):
    @parameterized.parameters(0, 1, 3, 4, 5, 8, 11)
    def test_rows_are_computed_a_few_at_a_time_in_order(self, num_rows):
        sizes = []

        def note(size):
            sizes.append(int(size))

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, 2, 3]),
                tf.TensorSpec([None], tf.string),
            ],
            autograph=False,
        )
        def compute(x, names):
            def few(rows):
                size = tf.shape(rows["names"])[0]
                tf.numpy_function(note, [size], [])
                return {
                    "double": 2 * rows["x"],
                    "sum": tf.reduce_sum(rows["x"], 1),
                }

            return batches.in_turn(few, {"x": x, "names": names})

        x = np.arange(6 * num_rows, dtype=np.float32).reshape([-1, 2, 3])
        found = compute(x, [b"a"] * num_rows)
        np.testing.assert_array_equal(found["double"], 2 * x)
        np.testing.assert_array_equal(found["sum"], x.sum(1))
        self.assertLessEqual(max(sizes), batches.MAX_ROWS)
        self.assertEqual(sum(sizes), num_rows)


if __name__ == "__main__":
    absltest.main()
