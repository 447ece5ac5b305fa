from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import json_inputs


def inputs(**dtypes):
    return {
        name: meta_graph_pb2.TensorInfo(dtype=dtype.as_datatype_enum)
        for name, dtype in dtypes.items()
    }


X = inputs(x=tf.int32)
PHOTO = inputs(image_bytes=tf.string, keypoints=tf.float32)
ROW = {"image_bytes": "a", "keypoints": [[1, 2, 3], [4, 5, 6]]}


class RowsTest(parameterized.TestCase):
    def test_named(self):
        tensors = json_inputs.decode_rows(
            [ROW, {**ROW, "image_bytes": {"b64": "Yg=="}}], PHOTO
        )
        self.assertEqual(tensors["image_bytes"].tolist(), [b"a", b"b"])
        np.testing.assert_array_equal(
            tensors["keypoints"], [ROW["keypoints"]] * 2
        )
        self.assertEqual(tensors["keypoints"].dtype, np.float32)

    @parameterized.parameters(([1, 2],), ([{"x": 1}, {"x": 2}],))
    def test_one_input(self, instances):
        tensors = json_inputs.decode_rows(instances, X)
        np.testing.assert_array_equal(tensors["x"], [1, 2])

    def test_bare_base64_is_a_value_not_a_name(self):
        tensors = json_inputs.decode_rows(
            [{"b64": "YQ=="}, "b"], inputs(x=tf.string)
        )
        self.assertEqual(tensors["x"].tolist(), [b"a", b"b"])

    @parameterized.parameters(
        (X, [1, {"x": 2}], "Expecting value/list but got object at item 1 of "
         "input list"),
        (PHOTO, [ROW, 3], "Expecting object but got list at item 1 of input "
         "list"),
        (PHOTO, [3, ROW], "instances is a plain list, but expecting list of "
         "objects as multiple input tensors required as per tensorinfo_map"),
        (X, [[1, 2], [3, 4], [5]], "Failed to process element: 2 of "
         "'instances' list. Error: INVALID_ARGUMENT: Expecting tensor size: 2 "
         "but got: 1"),
        (X, [[1, 2], [[5, 6]]], "Failed to process element: 1 of 'instances' "
         "list. Error: INVALID_ARGUMENT: Expecting shape [2] but got: [1,2]"),
        (X, [{"x": 1}, {"x": "a"}], "Failed to process element: 1 key: x of "
         "'instances' list. Error: INVALID_ARGUMENT: JSON Value: \"a\" Type: "
         "String is not of expected type: int32"),
        (X, [{"x": 1, "y": 2}], "Failed to process element: 0 key: y of "
         "'instances' list. Error: INVALID_ARGUMENT: JSON object: does not "
         "have named input: y"),
        (X, [{}], "Failed to process element: 0 of 'instances' list. JSON "
         "object: {} keys must be equal to: x"),
        (PHOTO, [ROW, {"keypoints": [[1, 2, 3], [4, 5, 6]]}], "Failed to "
         "process element: 1 of 'instances' list. JSON object: {\n"
         '    "keypoints": [[1, 2, 3], [4, 5, 6]]\n} keys must be equal to: '
         "image_bytes,keypoints"),
        (inputs(x=tf.float16), [1.0], "Failed to process element: 0 of "
         "'instances' list. Error: UNIMPLEMENTED: Conversion of JSON Value: "
         "1.0 to type: half"),
    )  # fmt: skip
    def test_error(self, signature, instances, message):
        with self.assertRaises(errors.ServingError) as caught:
            json_inputs.decode_rows(instances, signature)
        self.assertEqual(caught.exception.message, message)
        self.assertEqual(caught.exception.code.name, "INVALID_ARGUMENT")


class ColumnsTest(parameterized.TestCase):
    @parameterized.parameters(
        ([[1], [2]],), ({"x": [[1], [2]]},), ({"x": [[1], [2]], "y": 3},)
    )
    def test_one_input(self, value):
        tensors = json_inputs.decode_columns(value, X)
        np.testing.assert_array_equal(tensors["x"], [[1], [2]])

    def test_bare_base64_is_a_value_not_a_name(self):
        tensors = json_inputs.decode_columns(
            {"b64": "YQ=="}, inputs(x=tf.string)
        )
        self.assertEqual(tensors["x"].shape, ())
        self.assertEqual(tensors["x"].item(), b"a")

    def test_batches_may_differ(self):
        tensors = json_inputs.decode_columns(
            {"image_bytes": ["a", "b"], "keypoints": [[[1, 2, 3]]]}, PHOTO
        )
        self.assertEqual(tensors["image_bytes"].shape, (2,))
        self.assertEqual(tensors["keypoints"].shape, (1, 1, 3))

    @parameterized.parameters(
        (PHOTO, {"keypoints": []}, "Missing named input: image_bytes in "
         "'inputs' object."),
        (PHOTO, [1], "inputs is a plain value/list, but expecting an object as "
         "multiple input tensors required as per tensorinfo_map"),
        (X, {}, "Missing named input: x in 'inputs' object."),
        (X, [[1, 2], [3]], "Encountered list at unexpected size: 1 at level: 1 "
         "expected size: 2"),
    )  # fmt: skip
    def test_error(self, signature, value, message):
        with self.assertRaises(errors.ServingError) as caught:
            json_inputs.decode_columns(value, signature)
        self.assertEqual(caught.exception.message, message)


if __name__ == "__main__":
    absltest.main()
