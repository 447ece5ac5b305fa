from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.client import litert_inputs
from kp2part.schema import task as task_lib
from tests import tiny

TASK = task_lib.Task(tiny.CATEGORY, 32, 2.0)
KEYPOINTS = np.array([[[1, 2, 2], [30, 40, 1], [0, 0, 0]]], np.float32)
BOX = np.array([[5, 5, 20, 20]], np.float32)


def changed(values, index, value):
    values = values.copy()
    values[index] = value
    return values


class CheckTest(parameterized.TestCase):
    def test_good_inputs(self):
        litert_inputs.check([b""], KEYPOINTS, None, TASK)
        litert_inputs.check([b""], KEYPOINTS, BOX, TASK)
        only_box = np.zeros_like(KEYPOINTS)
        litert_inputs.check([b""], only_box, BOX, TASK)

    @parameterized.parameters(
        (KEYPOINTS[0], None, r"`keypoints` must have shape \[N, 3, 3\]"),
        (KEYPOINTS[:, :2], None, r"`keypoints` must have shape \[N, 3, 3\]"),
        (KEYPOINTS, BOX[0], r"`box` must have shape \[N, 4\]"),
        (changed(KEYPOINTS, (0, 1, 0), np.nan), None, "finite.*nan"),
        (changed(KEYPOINTS, (0, 0, 2), 7), None, "must be 0, 1 or 2.*7"),
        (changed(KEYPOINTS, (0, 0, 2), 0), None, "at least 2 .*Received: 1"),
        (KEYPOINTS, changed(BOX, (0, 0), np.inf), "`box` must be finite"),
    )
    def test_bad_inputs(self, keypoints, box, message):
        with self.assertRaisesRegex(ValueError, message):
            litert_inputs.check([b""], keypoints, box, TASK)

    def test_pixels(self):
        found = litert_inputs.pixels(KEYPOINTS[0], BOX[0], (50, 60), TASK)
        self.assertEqual(found.tolist(), [5, 5, 20, 20])
        guessed = litert_inputs.pixels(KEYPOINTS[0], None, (50, 60), TASK)
        self.assertEqual(guessed.tolist(), [0, 0, 43, 50])
        with self.assertRaisesRegex(ValueError, r"overlap.*105.*\(50, 60\)"):
            litert_inputs.pixels(KEYPOINTS[0], BOX[0] + 100, (50, 60), TASK)


if __name__ == "__main__":
    absltest.main()
