import time
from unittest import mock

from absl.testing import absltest
import tqdm

from kp2part.beam import progress


class ProgressTest(absltest.TestCase):
    def test_what_others_do_is_shown(self):
        left, bars, make = [5], [], tqdm.tqdm

        def note(**values):
            bars.append(make(**values))
            return bars[0]

        with (
            mock.patch.object(progress, "_SECONDS_BETWEEN_LOOKS", 0.001),
            mock.patch.object(tqdm, "tqdm", note),
            progress.of(lambda: left[0], 5, "batch"),
        ):
            left[0] = 2
            deadline = time.monotonic() + 10
            while bars[0].n != 3 and time.monotonic() < deadline:
                time.sleep(0.001)
            self.assertEqual(bars[0].n, 3)
            left[0] = 1
        self.assertEqual((bars[0].n, bars[0].total), (4, 5))

    def test_an_error_goes_on(self):
        with self.assertRaisesRegex(ValueError, "lost"):
            with progress.of(lambda: 3, 5, "batch"):
                raise ValueError("lost")


if __name__ == "__main__":
    absltest.main()
