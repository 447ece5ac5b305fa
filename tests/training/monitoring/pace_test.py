import time

from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np
import tensorflow as tf

from kp2part.training.monitoring import pace as pace_lib

X, Y = np.ones((4, 3), np.float32), np.ones((4, 1), np.float32)


class Slow(keras.utils.PyDataset):
    """Batches that take some time."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    @property
    def num_batches(self):
        return None

    def __getitem__(self, index):
        time.sleep(self.seconds)
        return X, Y


def stream(seconds):
    def batches():
        while True:
            time.sleep(seconds)
            yield X, Y

    spec = (tf.TensorSpec((4, 3)), tf.TensorSpec((4, 1)))
    return tf.data.Dataset.from_generator(batches, output_signature=spec)


class SlowLayer(keras.layers.Layer):
    def call(self, x):
        # Here: what is slow must be in the graph.
        def wait(value):
            time.sleep(0.05)
            return value

        out = tf.numpy_function(wait, [x], tf.float32)
        return tf.stop_gradient(tf.ensure_shape(out, x.shape)) + 0.0 * x


class Ends(keras.callbacks.Callback):
    def __init__(self, pace):
        super().__init__()
        self.pace, self.seen = pace, []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(
            (self.pace.steps, self.pace.wait_share, self.pace.step_seconds)
        )


def fit(batches, layers=(), steps=12, epochs=2):
    """Trains a tiny network: what its pace was at the end of each epoch."""
    model = keras.Sequential(
        [keras.Input((3,)), *layers, keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    pace = pace_lib.Pace(4)
    ends = Ends(pace)
    model.fit(
        pace.watch(batches),
        steps_per_epoch=steps,
        epochs=epochs,
        validation_data=(X, Y),
        shuffle=False,
        verbose=0,
        callbacks=[pace, ends],
    )
    return pace, ends.seen


class PaceTest(parameterized.TestCase):
    @parameterized.parameters(Slow, stream)
    def test_input_that_is_slow(self, make):
        pace, seen = fit(make(0.05))
        for _, share, seconds in seen:
            self.assertBetween(share, 0.6, 1.0)
            self.assertBetween(seconds, 0.04, 0.2)
        self.assertAlmostEqual(
            pace.images_per_second, 4 / pace.step_seconds, places=5
        )

    @parameterized.parameters(Slow, stream)
    def test_a_network_that_is_slow(self, make):
        _, seen = fit(make(0.001), [SlowLayer()])
        for _, share, seconds in seen:
            self.assertLess(share, 0.2)
            self.assertGreater(seconds, 0.04)

    def test_the_step_that_compiles_is_left_out(self):
        _, seen = fit(stream(0.0), steps=5)
        self.assertEqual([steps for steps, *_ in seen], [4, 5])

    def test_one_step(self):
        pace, seen = fit(stream(0.0), steps=1, epochs=1)
        self.assertEqual(seen, [(0, None, None)])
        self.assertIsNone(pace.images_per_second)


if __name__ == "__main__":
    absltest.main()
