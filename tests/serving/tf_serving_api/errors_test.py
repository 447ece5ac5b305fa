from absl.testing import absltest
import grpc
import tensorflow as tf

from kp2part.serving.tf_serving_api import errors

PLACE = "Detected at node a/b defined at (most recent call last):\n"
NO_TRACE = "<stack traces unavailable>\n"


class ServingErrorsTest(absltest.TestCase):
    def test_clients_read_the_reason_alone(self):
        for prefix in (
            "",
            f"Graph execution error:\n\n{PLACE}{NO_TRACE}",
            f"Graph execution error:\n\n{PLACE}{NO_TRACE}{PLACE}{NO_TRACE}",
        ):
            error = errors.from_op_error(
                tf.errors.InvalidArgumentError(
                    None,
                    None,
                    prefix + "Bad [x]\n\t [[{{node a/b}}]] [Op:__inference_7]",
                )
            )
            self.assertEqual(error.code, grpc.StatusCode.INVALID_ARGUMENT)
            self.assertEqual(error.message, "Bad [x]\n\t [[{{node a/b}}]]")

    def test_codes_are_those_of_tensorflow(self):
        for kind, code in (
            (tf.errors.DataLossError, grpc.StatusCode.DATA_LOSS),
            (tf.errors.NotFoundError, grpc.StatusCode.NOT_FOUND),
        ):
            self.assertEqual(
                errors.from_op_error(kind(None, None, "x")).code, code
            )


if __name__ == "__main__":
    absltest.main()
