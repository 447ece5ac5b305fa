from absl.testing import absltest
from absl.testing import parameterized
import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import json_tensor


def info(dtype):
    return meta_graph_pb2.TensorInfo(dtype=dtype.as_datatype_enum)


class DecodeTest(parameterized.TestCase):
    @parameterized.parameters(
        (tf.float32, [[1, 2.5, -0.0]], np.float32),
        (tf.float64, [0.1, 1e300], np.float64),
        (tf.int32, [[[1]], [[-(2**31)]]], np.int32),
        (tf.int64, [2**63 - 1, -(2**63)], np.int64),
        (tf.uint32, [2**32 - 1, 0], np.uint32),
        (tf.uint64, [2**64 - 1, 0], np.uint64),
        (tf.bool, [[True], [False]], np.bool_),
        (tf.float32, 3, np.float32),
        (tf.float32, [[], []], np.float32),
    )
    def test_numbers(self, dtype, value, expected):
        tensor = json_tensor.decode(value, info(dtype))
        wanted = np.array(value, expected)
        self.assertEqual(tensor.dtype, wanted.dtype)
        self.assertEqual(tensor.shape, wanted.shape)
        np.testing.assert_array_equal(tensor, wanted)

    @parameterized.parameters(
        (tf.uint8, [256, 300, -1], [0, 44, 255]),
        (tf.int8, [128, -129], [-128, 127]),
        (tf.int16, [32768], [-32768]),
        (tf.float32, [1e39, -1e39], [np.inf, -np.inf]),
    )
    def test_out_of_range_as_tensorflow_serving_has_it(
        self, dtype, value, expected
    ):
        tensor = json_tensor.decode(value, info(dtype))
        np.testing.assert_array_equal(tensor, expected)
        self.assertEqual(tensor.dtype, dtype.as_numpy_dtype)

    def test_strings(self):
        tensor = json_tensor.decode(
            [["é"], [{"b64": "/9j/4A=="}], [{"b64": " /9\nj/4A"}], [""]],
            info(tf.string),
        )
        self.assertEqual(tensor.dtype, object)
        jpeg = b"\xff\xd8\xff\xe0"
        self.assertEqual(
            tensor.tolist(), [["é".encode()], [jpeg], [jpeg], [b""]]
        )

    @parameterized.parameters(
        (tf.float32, True, "JSON Value: true Type: True is not of expected "
         "type: float"),
        (tf.float32, [1, None], "JSON Value: null Type: Null is not of "
         "expected type: float"),
        (tf.float64, "1", 'JSON Value: "1" Type: String is not of expected '
         "type: double"),
        (tf.int32, [1, 1.0], "JSON Value: 1.0 Type: Number is not of expected "
         "type: int32"),
        (tf.uint8, [2**31], "JSON Value: 2147483648 Type: Number is not of "
         "expected type: uint8"),
        (tf.uint32, [[0], [-1]], "JSON Value: -1 Type: Number is not of "
         "expected type: uint32"),
        (tf.int64, [2**63], "JSON Value: 9223372036854775808 Type: Number is "
         "not of expected type: int64"),
        (tf.bool, [1], "JSON Value: 1 Type: Number is not of expected type: "
         "bool"),
        (tf.string, [5], "JSON Value: 5 Type: Number is not of expected type: "
         "string"),
        (tf.string, {"b64": 5}, 'JSON Value: {\n    "b64": 5\n} not formatted '
         "correctly for base64 data"),
        (tf.string, {"b64": "-_-_"}, "Unable to base64 decode"),
        (tf.string, {"b64": "aGVsb"}, "Unable to base64 decode"),
        (tf.string, {"b64": "é"}, "Unable to base64 decode"),
        (tf.int32, [[1, 2], [3]], "Encountered list at unexpected size: 1 at "
         "level: 1 expected size: 2"),
        (tf.int32, [1, [2]], "Encountered list at unexpected level: 1 expected "
         "< 1"),
        (tf.int32, [[1], 2], "JSON Value: 2 found at incorrect level: 2 in the "
         "JSON DOM. Expected at level: 2"),
    )  # fmt: skip
    def test_error(self, dtype, value, message):
        with self.assertRaises(errors.ServingError) as caught:
            json_tensor.decode(value, info(dtype))
        self.assertEqual(caught.exception.message, message)
        self.assertEqual(
            caught.exception.code, grpc.StatusCode.INVALID_ARGUMENT
        )

    def test_too_many_dimensions(self):
        value = 1
        for _ in range(65):
            value = [value]
        with self.assertRaisesRegex(errors.ServingError, "nested 65 deep"):
            json_tensor.decode(value, info(tf.int32))
        self.assertEqual(json_tensor.decode(value[0], info(tf.int32)).ndim, 64)

    @parameterized.parameters((tf.float16, "half"), (tf.complex64, "complex64"))
    def test_dtype_without_json(self, dtype, name):
        with self.assertRaises(errors.ServingError) as caught:
            json_tensor.decode([1.0], info(dtype))
        self.assertEqual(
            caught.exception.message,
            f"Conversion of JSON Value: 1.0 to type: {name}",
        )
        self.assertEqual(caught.exception.code, grpc.StatusCode.UNIMPLEMENTED)


if __name__ == "__main__":
    absltest.main()
