from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import tensor_protos

DTYPES = (
    "float16", "bfloat16", "float32", "float64", "uint8", "uint16", "int8",
    "int16", "int32", "int64", "uint32", "uint64", "bool", "complex64",
    "complex128",
)  # fmt: skip


class TensorProtosTest(parameterized.TestCase):
    @parameterized.parameters(*DTYPES)
    def test_values_come_back_as_tensorflow_reads_them(self, name):
        dtype = tf.as_dtype(name).as_numpy_dtype
        for array in (
            np.array([[0, 1, 2], [100, 3, 7]]).astype(dtype),
            np.array(5).astype(dtype),
            np.zeros((0, 3), dtype),
        ):
            proto = tensor_protos.encode(array)
            self.assertEmpty(proto.tensor_content)
            for back in (
                tf.make_ndarray(proto),
                tensor_protos.decode("x", proto),
            ):
                self.assertEqual(back.dtype, array.dtype)
                np.testing.assert_array_equal(back, array)

    def test_extremes(self):
        for array in (
            np.array([-128, 127], np.int8),
            np.array([2**64 - 1], np.uint64),
            np.array([np.nan, -np.inf, 65504], np.float16),
            np.array([1 - 2j], np.complex64),
        ):
            back = tensor_protos.decode("x", tensor_protos.encode(array))
            np.testing.assert_array_equal(back, array)

    def test_strings_are_object_arrays_of_bytes(self):
        for array in (
            np.array([[b"a\x00", b"\xff"]], object),
            np.array(b"one", object),
            np.array([], object),
        ):
            back = tensor_protos.decode("x", tensor_protos.encode(array))
            self.assertEqual((back.dtype, back.shape), (object, array.shape))
            np.testing.assert_array_equal(back, array)

    def test_tensor_content_is_read(self):
        array = np.array([[1, 2]], np.float32)
        proto = tf.make_tensor_proto(array)
        self.assertNotEmpty(proto.tensor_content)
        np.testing.assert_array_equal(tensor_protos.decode("x", proto), array)

    def test_error_names_input_and_limit(self):
        proto = tensor_protos.encode(np.zeros(1, np.uint8))
        proto.tensor_shape.dim[0].size = tensor_protos.MAX_ELEMENTS + 1
        with self.assertRaisesRegex(
            errors.ServingError, "tensor parsing error: photo .* 67108865 .*64"
        ):
            tensor_protos.decode("photo", proto)


if __name__ == "__main__":
    absltest.main()
