from absl.testing import absltest
from absl.testing import parameterized

from kp2part.training.monitoring import durations


class DurationsTest(parameterized.TestCase):
    @parameterized.parameters(
        (0.0, "0:00"),
        (59.6, "1:00"),
        (250, "4:10"),
        (3599.6, "1:00:00"),
        (3753, "1:02:33"),
        (86399, "23:59:59"),
        (97200, "1d03h"),
    )
    def test_clock(self, seconds, text):
        self.assertEqual(durations.clock(seconds), text)

    @parameterized.parameters(
        (0.04, "0.0 s"),
        (0.44, "0.4 s"),
        (1.2, "1 s"),
        (59.6, "1 min 0 s"),
        (250, "4 min 10 s"),
        (3753, "1 h 2 min"),
    )
    def test_words(self, seconds, text):
        self.assertEqual(durations.words(seconds), text)


if __name__ == "__main__":
    absltest.main()
