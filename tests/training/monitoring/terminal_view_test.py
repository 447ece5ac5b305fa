import io
import os
from unittest import mock

from absl.testing import absltest
import keras
import numpy as np

from kp2part.models import metadata
from kp2part.schema import task
from kp2part.training.monitoring import pace as pace_lib
from kp2part.training.monitoring import terminal_view
from tests import tiny

TASK = task.Task(tiny.CATEGORY, 32, 2.0)
X, Y = np.ones((24, 3), np.float32), np.ones((24, 1), np.float32)


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Rows(keras.utils.PyDataset):
    """Batches of two, without end."""

    num_batches = None

    def __getitem__(self, index):
        return X[:2], Y[:2]


def screen(text):
    """The lines that a terminal shows in the end, and all it ever showed."""
    shown, ever = [], []
    for line in text.split("\n"):
        cells = []
        for written in line.split("\r"):
            ever.append(written)
            cells[: len(written)] = written
        shown.append("".join(cells).rstrip())
    return shown, ever


class TerminalViewTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        # Each step may be shown.
        self.enter_context(
            mock.patch.object(terminal_view, "_EVERY_SECONDS", 0.0)
        )
        self.enter_context(mock.patch.dict(os.environ, {"COLUMNS": "100"}))

    def write(self, stream, steps=12, taken=0, first=0, epochs=3):
        inputs = keras.Input((3,))
        known = metadata.TaskLabel(TASK, name="task")(inputs)
        model = keras.Model(inputs, keras.layers.Dense(1)(known))
        model.compile("sgd", "mse")
        pace = pace_lib.Pace(2)
        view = terminal_view.TerminalView(stream, pace, epochs, steps)
        model.fit(
            pace.watch(Rows()),
            initial_epoch=first,
            epochs=epochs,
            steps_per_epoch=steps - taken,
            validation_data=(X, Y),
            validation_freq=2,
            shuffle=False,
            verbose=0,
            callbacks=[pace, view],
        )
        return stream.getvalue()

    def test_a_file_gets_a_line_for_each_epoch(self):
        text = self.write(io.StringIO())
        self.assertNotIn("\r", text)
        estimate, head, *rows = text.splitlines()
        self.assertStartsWith(estimate, "An epoch trains for about 0.")
        self.assertEqual(
            head.split(),
            "epoch loss IoU left_leg right_leg rate time left".split(),
        )
        self.assertEqual(
            [row.split()[0] for row in rows], ["1/3", "2/3", "3/3"]
        )
        self.assertEqual(rows[-1].split()[-1], "0:00")
        self.assertIn(" 1.0e-02 ", rows[0])
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80)

    def test_a_terminal_shows_how_far_the_epoch_is(self):
        shown, ever = screen(self.write(Terminal()))
        # What is left in the end is what a file gets.
        self.assertLen(shown, 6)
        self.assertStartsWith(shown[2].lstrip(), "1/3")
        self.assertEqual(shown[-1], "")
        for line in ever:
            self.assertLess(len(line), 80)
        steps = [x for x in ever if x.startswith("epoch 2/3 [")]
        self.assertIn("]  1/12  loss ", steps[0])
        self.assertRegex(
            steps[9], r"\[#+ +\] 10/12  loss .* images/s +0:00 left"
        )
        self.assertIn("12/12  validating: batch 1", steps[12])

    def test_a_narrow_terminal(self):
        with mock.patch.dict(os.environ, {"COLUMNS": "40"}):
            _, ever = screen(self.write(Terminal()))
        for line in ever:
            if line.startswith("epoch 2/3 "):
                self.assertLess(len(line), 40)

    def test_the_estimate_comes_soon(self):
        text = self.write(Terminal(), steps=30, epochs=1)
        before, _ = text.split("An epoch trains", 1)
        # The first step compiles, ten are measured.
        self.assertIn(" 10/30 ", before)
        self.assertNotIn(" 12/30 ", before)
        self.assertNotIn("An epoch", text.split("An epoch trains", 1)[1])

    def test_the_rest_of_an_epoch_tells_not_how_long_the_run_takes(self):
        text = self.write(io.StringIO(), taken=4, first=1, epochs=2)
        row = text.splitlines()[-1].split()
        self.assertEqual((row[0], row[-1]), ("2/2", "-"))

    def test_steps_of_an_epoch_that_was_begun(self):
        _, ever = screen(self.write(Terminal(), taken=4, first=1, epochs=2))
        steps = [x for x in ever if x.startswith("epoch 2/2 [")]
        self.assertIn("]  5/12  loss ", steps[0])


if __name__ == "__main__":
    absltest.main()
