from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np
import tensorflow as tf

from kp2part.training.monitoring import gradient_norm

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 5)), RNG.normal(size=(24, 2))


class GradientNormTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(keras.config.set_dtype_policy, "float32")

    def fit(self, optimizer, **how):
        """Trains two epochs: the true norms of the second, and the measured."""
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2)])
        model.compile(optimizer, "mse", **how)
        model.optimizer.build(model.trainable_variables)
        norms, found = [], gradient_norm.GradientNorm()
        for first in range(0, 24, 4):
            x, y = X[first : first + 4], Y[first : first + 4]
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x) - y) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            norms.append(float(tf.linalg.global_norm(gradients)))
            model.fit(
                x, y, batch_size=4, verbose=0,
                callbacks=[found] if first == 20 else [],
            )  # fmt: skip
        return norms[-1], found.value

    @parameterized.parameters("adam", "adamw")
    def test_one_step(self, optimizer):
        norm, found = self.fit(optimizer)
        self.assertAlmostEqual(found, norm, delta=1e-3 * norm)

    def test_mean_square_over_an_epoch(self):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(1e-9), "mse")
        model.layers[0].set_weights([np.ones((1, 1)), np.zeros(1)])
        found = gradient_norm.GradientNorm()
        # The gradient of (x - 0)^2 is (2 x^2, 2 x): norms of 2.83 and 8.94.
        x, y = np.float32([[1], [2]]), np.zeros((2, 1))
        model.fit(
            x, y, batch_size=1, shuffle=False, verbose=0, callbacks=[found]
        )
        self.assertAlmostEqual(found.value, ((8 + 80) / 2) ** 0.5, places=1)

    def test_without_the_scale_of_the_loss(self):
        keras.config.set_dtype_policy("mixed_float16")
        norm, found = self.fit("adam")
        self.assertAlmostEqual(found, norm, delta=0.02 * norm)

    def test_before_clipping(self):
        # What is clipped is not what Adam keeps: it is None rather than wrong.
        _, found = self.fit(keras.optimizers.Adam(global_clipnorm=1e-3))
        self.assertIsNone(found)

    def test_of_an_optimizer_that_keeps_no_squares(self):
        self.assertIsNone(self.fit("sgd")[1])


if __name__ == "__main__":
    absltest.main()
