from absl.testing import absltest

from kp2part.serving import limits


class LimitsTest(absltest.TestCase):
    def test_limits_must_be_positive(self):
        with self.assertRaisesRegex(ValueError, "`max_queue` must be at least"):
            limits.Limits(max_queue=0)


if __name__ == "__main__":
    absltest.main()
