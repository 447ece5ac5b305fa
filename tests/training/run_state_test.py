import pathlib

from absl.testing import absltest
import keras
import numpy as np

from kp2part.training import run_state


def make_model(units=3):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(units),
            keras.layers.Dropout(0.5),
        ]
    )
    model.compile("sgd", "mse", metrics=["mae"])
    model.evaluate(np.ones((2, 4)), np.ones((2, units)), verbose=0)
    return model


class RunStateTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "model.keras"

    def test_what_keras_does_not_save_is_in_the_file(self):
        model = make_model()
        model.fit(np.ones((6, 4)), np.ones((6, 3)), 2, verbose=0)
        state = run_state.capture(model, 12.5)
        model.save(self.path)
        self.assertIsNone(run_state.read(self.path))
        run_state.append(self.path, state)
        found = run_state.read(self.path)
        self.assertEqual(found.seconds, 12.5)
        loaded = keras.saving.load_model(self.path)
        loaded.evaluate(np.ones((2, 4)), np.ones((2, 3)), verbose=0)
        run_state.restore(loaded, found)
        self.assertEqual(
            loaded.get_metrics_result(), model.get_metrics_result()
        )
        drawn = [m(np.ones((2, 4)), training=True) for m in (model, loaded)]
        np.testing.assert_array_equal(*drawn)

    def test_of_another_network(self):
        state = run_state.capture(make_model())
        other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        other.compile("sgd", "mse")
        with self.assertRaisesRegex(ValueError, "must be those of the network"):
            run_state.restore(other, state)


if __name__ == "__main__":
    absltest.main()
