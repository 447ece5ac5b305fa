from absl.testing import absltest
import jax

from kp2part.distribution import processes


class ErrorsTest(absltest.TestCase):
    def test_which_may_be_due_to_another_process(self):
        for error, expected in (
            (ValueError("UNKNOWN: Gloo AllGather failed: reset by peer"), True),
            (jax.errors.JaxRuntimeError("INTERNAL: lost"), True),
            (ValueError("The loss must be finite."), False),
            (KeyboardInterrupt(), False),
        ):
            self.assertEqual(processes._is_of_others(error), expected)


if __name__ == "__main__":
    absltest.main()
