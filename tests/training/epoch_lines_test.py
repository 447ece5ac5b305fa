from types import SimpleNamespace

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.training import epoch_lines

PARTS = ("head", "torso", "legs", "tail")
LOGS = {
    "loss": 1.2443,
    "mean_iou": 0.9,
    "val_parts_mean_iou": 0.5894,
    "val_pseudo_parts_mean_iou": 0.1,
    "iou/head": 0.9,
    "val_iou/head": 0.646,
    "val_iou/torso": 0.685,
    "val_iou/legs": 0.617,
}


def pace(step_seconds, wait_share):
    return SimpleNamespace(step_seconds=step_seconds, wait_share=wait_share)


class TableTest(parameterized.TestCase):
    def test_what_it_says(self):
        table = epoch_lines.Table(PARTS, 30)
        self.assertEqual(
            table.head(),
            "epoch    loss   IoU  head torso  legs  tail    rate     time     "
            "left",
        )
        self.assertEqual(
            table.row(3, LOGS, 7.5e-4, 250, 3753),
            " 3/30  1.2443 0.589 0.646 0.685 0.617     - 7.5e-04     4:10  "
            "1:02:33",
        )

    def test_what_is_not_known(self):
        row = epoch_lines.Table(PARTS, 30).row(3, {"loss": 2.0}, 1.0, 9, None)
        self.assertEqual(
            row.split(),
            ["3/30", "2.0000", *"-----", "1.0e+00", "0:09", "-"],
        )

    @parameterized.parameters(
        (("head", "torso"), 100_000),
        (PARTS + ("left_leg", "right_leg"), 1_000_000),
        (tuple(f"part{i}" for i in range(100)), 30),
    )
    def test_fits(self, parts, epochs):
        table = epoch_lines.Table(parts, epochs)
        row = table.row(epochs, {"loss": 123456.0}, 1e-10, 86399, 9e6)
        self.assertLessEqual(len(row), 80)
        self.assertEqual(len(row), len(table.head()))

    def test_parts_that_do_not_fit_are_left_out(self):
        for count, shown in (5, True), (9, False):
            parts = [f"part{i}" for i in range(count)]
            head = epoch_lines.Table(parts, 30).head()
            self.assertEqual("part0" in head, shown)


class ProgressTest(parameterized.TestCase):
    def test_the_bar_fills_the_line(self):
        half = epoch_lines.progress("epoch 3/17", 5, 10, "loss 1.0", 50)
        self.assertEqual(
            half, "epoch 3/17 [##########           ]  5/10  loss 1.0"
        )

    @parameterized.product(width=(20, 40, 79), done=(0, 99, 100))
    def test_width(self, width, done):
        rest = "loss 1.234  50.0 images/s  1:02:33 left"
        line = epoch_lines.progress("epoch 3/17", done, 100, rest, width)
        self.assertLen(line, width)
        self.assertEqual("[" in line, width == 79)


class EstimateTest(parameterized.TestCase):
    @parameterized.parameters(
        (0.02, "Input waits for the network (98% busy)."),
        (0.62, "The network waits for input 62% of it."),
    )
    def test_who_waits(self, share, text):
        self.assertEqual(
            epoch_lines.estimate(pace(5.0, share), 50),
            f"An epoch trains for about 4 min 10 s. {text}",
        )

    @parameterized.parameters(0.0, 1.0)
    def test_fits(self, share):
        self.assertLessEqual(
            len(epoch_lines.estimate(pace(59 * 60.0 + 59, share), 1)), 80
        )


if __name__ == "__main__":
    absltest.main()
