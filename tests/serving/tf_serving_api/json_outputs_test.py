import json

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import json_outputs


def strings(*values):
    return np.array(values, object)


class EncodeTest(parameterized.TestCase):
    def test_rows_of_one_output(self):
        self.assertEqual(
            json_outputs.encode_rows({"y": np.array([[1, 2], [3, 4]])}),
            b'{\n    "predictions": [[1, 2], [3, 4]]\n}',
        )

    def test_rows_of_several_outputs(self):
        response = json_outputs.encode_rows(
            {
                "y": np.array([[True], [False]]),
                'm"_bytes': strings(b"\xff\x00", b""),
                "s": strings(b'"\n', "é".encode()),
                "f": np.array([[[0.5]], [[2]]], np.float32),
            }
        )
        self.assertEqual(
            json.loads(response)["predictions"],
            [
                {"y": [True], 'm"_bytes': {"b64": "/wA="}, "s": '"\n',
                 "f": [[0.5]]},
                {"y": [False], 'm"_bytes': {"b64": ""}, "s": "é",
                 "f": [[2.0]]},
            ],
        )  # fmt: skip

    def test_columns(self):
        response = json_outputs.encode_columns(
            {"a": np.array(3), "b": np.zeros((2, 0, 3), np.float32)}
        )
        self.assertEqual(
            response, b'{\n    "outputs": {"a": 3, "b": [[], []]}\n}'
        )
        response = json_outputs.encode_columns({"a": strings(b"x", b"y")})
        self.assertEqual(response, b'{\n    "outputs": ["x", "y"]\n}')

    def test_bytes_come_out_as_they_are(self):
        response = json_outputs.encode_rows({"s": strings(b"\xff\xd8\\")})
        self.assertIn(b'["\xff\xd8\\\\"]', response)

    @parameterized.parameters(
        # Six digits where they are enough.
        (0.1, "0.1"),
        (2.05, "2.05"),
        (3.0, "3.0"),
        (-0.0, "-0.0"),
        (9e6, "9e+06"),
        (999999.0, "999999.0"),
        (8388610.0, "8.38861e+06"),
        (1e-20, "1e-20"),
        (3.4e38, "3.4e+38"),
        # Nine digits elsewhere.
        (2 / 3, "0.666666687"),
        (717887168.0, "717887168.0"),
        (555557.5, "555557.5"),
        (0.000300049782, "0.000300049782"),
        (3.0040741e-05, "3.0040741e-05"),
        (np.nan, "NaN"),
        (np.inf, "Infinity"),
        (-np.inf, "-Infinity"),
    )
    def test_float32(self, value, text):
        response = json_outputs.encode_rows(
            {"y": np.array([value], np.float32)}
        )
        self.assertEqual(
            response, f'{{\n    "predictions": [{text}]\n}}'.encode()
        )

    def test_all_kinds_of_float32_are_read_back_as_they_were(self):
        bits = np.random.default_rng(0).integers(0, 2**32, 20_000, np.uint32)
        values = bits.view(np.float32)
        values = values[np.isfinite(values)]
        response = json_outputs.encode_rows({"y": values})
        texts = response.decode().split("[")[1].split("]")[0].split(", ")
        np.testing.assert_array_equal(np.float32(texts), values)
        for text, value in zip(texts, values.tolist(), strict=True):
            six = f"{value:.6g}"
            if np.float32(six) == np.float32(value):
                self.assertEqual(float(text), float(six))
            else:
                self.assertEqual(float(text), float(f"{value:.9g}"))

    def test_float64(self):
        response = json_outputs.encode_rows(
            {"y": np.array([0.1, 1e22, 123456789.123, 3, np.nan])}
        )
        self.assertIn(b"[0.1, 1e+22, 123456789.123, 3.0, NaN]", response)

    @parameterized.parameters(
        ({"a": np.zeros(2), "b": np.zeros(4)},
         "Tensor name: b has inconsistent batch size: 4 expecting: 2"),
        ({"a": np.zeros(())}, "Tensor name: a has no shape information "),
        ({"a": np.zeros(1, np.float16)},
         "Failed to write JSON value for tensor type: half"),
        ({"a": np.zeros(1, np.complex64)},
         "Failed to write JSON value for tensor type: complex64"),
    )  # fmt: skip
    def test_error(self, outputs, message):
        with self.assertRaises(errors.ServingError) as caught:
            json_outputs.encode_rows(outputs)
        self.assertEqual(caught.exception.message, message)


if __name__ == "__main__":
    absltest.main()
