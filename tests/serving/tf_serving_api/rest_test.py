import base64
import gzip
import io
import json
import pathlib
import random
import shutil
import tempfile

from absl.testing import absltest
from absl.testing import parameterized
import cv2
from google.protobuf import json_format
import grpc
import numpy as np
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_pb2

from kp2part.serving import model_store
from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import rest
from tests import serving_models

MODEL = "/v1/models/m"
F32 = b'{"signature_name": "f32", "instances": [1, 2.5]}'


def ask(application, method, target, body=b"", **headers):
    """Returns the status line, the content type and the body."""
    environ = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": target,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body + b"the next request"),
        **headers,
    }
    started = []
    chunks = application(environ, lambda *args: started.append(args))
    ((status, fields),) = started
    return status, dict(fields)["Content-Type"], b"".join(chunks)


def photo_body():
    pixels = np.full((4, 6, 3), 200, np.uint8)
    png = base64.b64encode(cv2.imencode(".png", pixels)[1].tobytes())
    row = {
        "image_bytes": {"b64": png.decode()},
        "keypoints": [[0.5, 1.5, 2]] * serving_models.NUM_KEYPOINTS,
    }
    return json.dumps({"instances": [row, row]}).encode()


class RestTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, base)
        serving_models.write(base / "7")
        store = model_store.ModelStore("m", base, poll_seconds=0.1)
        cls.addClassCleanup(store.close)
        store.wait(60)
        # As an attribute of the class it would receive `self`.
        cls.application = staticmethod(rest.application(store, 1000))

    def ask(self, method, target, body=b"", **headers):
        status, content_type, response = ask(
            self.application, method, target, body, **headers
        )
        self.assertEqual(content_type, "application/json")
        return status, json.loads(response)

    def check_error(self, response, message, status="400 Bad Request"):
        self.assertEqual(response, (status, {"error": message}))

    def test_predict(self):
        for target in f"{MODEL}:predict", f"{MODEL}/versions/7:predict":
            status, response = self.ask("POST", target, F32)
            self.assertEqual(status, "200 OK")
            self.assertEqual(response, {"predictions": [2.0, 5.0]})

    def test_predict_columns(self):
        body = b'{"signature_name": "f32", "inputs": {"x": [1, 2.5]}}'
        _, response = self.ask("POST", f"{MODEL}:predict", body)
        self.assertEqual(response, {"outputs": [2.0, 5.0]})

    def test_default_signature(self):
        _, response = self.ask("POST", f"{MODEL}:predict", photo_body())
        first, second = response["predictions"]
        self.assertEqual(first, second)
        size = serving_models.SIZE
        self.assertEqual(first["mask"], [[3] * size] * size)
        self.assertAlmostEqual(first["score"], 2 * 4 / 3, places=6)

    @parameterized.parameters(
        (b"[]", "JSON Value: [] Is not object"),
        (b"", "JSON Parse error: The document is empty"),
        (b'{"signature_name": "f32"}', "Missing 'inputs' or 'instances' key"),
        (b'{"signature_name": "f32", "instances": []}', 'JSON Value: {\n    '
         '"signature_name": "f32",\n    "instances": []\n} No values in '
         "'instances' array"),
        (b'{"instances": 1}', 'JSON Value: {\n    "instances": 1\n} Expecting '
         "'instances' to be an list/array"),
        (b'{"inputs": 1, "instances": 1}', 'JSON Value: {\n    "inputs": 1,\n  '
         '  "instances": 1\n} Not formatted correctly expecting only one of '
         "'inputs' or 'instances' keys to exist "),
        (b'{"signature_name": 1}', 'JSON Value: {\n    "signature_name": 1\n} '
         "not formatted correctly. 'signature_name' key must be a string "
         "value."),
        (b'{"signature_name": "no"}', 'Serving signature name: "no" not found '
         "in signature def"),
    )  # fmt: skip
    def test_bad_body(self, body, message):
        self.check_error(self.ask("POST", f"{MODEL}:predict", body), message)

    def test_function_of_the_file_that_is_not_for_clients(self):
        body = b'{"signature_name": "__saved_model_init_op", "inputs": {}}'
        status, _ = self.ask("POST", f"{MODEL}:predict", body)
        self.assertEqual(status, "400 Bad Request")

    def test_examples(self):
        target = f"{MODEL}:classify"
        self.check_error(
            self.ask("POST", target, b'{"examples": []}'),
            "Expected one input Tensor.",
        )
        self.check_error(
            self.ask("POST", target, b'{"signature_name": "f32"}'),
            "Expected classification signature method_name to be "
            "tensorflow/serving/classify. Was: tensorflow/serving/predict",
        )

    @parameterized.parameters(
        ("GET", f"{MODEL}:predict"),
        ("POST", MODEL),
        ("PUT", f"{MODEL}:predict"),
        ("POST", f"{MODEL}:PREDICT"),
        ("POST", f"{MODEL}:predict?x=1"),
        ("POST", f"{MODEL}:predict\n"),
        ("GET", f"{MODEL}/versions/\u00b2"),
        ("GET", "/v1/models/../models/m"),
    )
    def test_malformed(self, method, target):
        self.check_error(
            self.ask(method, target, F32),
            f"Malformed request: {method} {target}",
        )

    @parameterized.parameters(
        ("POST", "/v1/models/x:predict", "Servable not found for request: "
         "Latest(x)"),
        ("POST", "/v1/models/%2e%2e%2fm:predict", "Servable not found for "
         "request: Latest(../m)"),
        ("POST", f"{MODEL}/versions/8:predict", "Servable not found for "
         "request: Specific(m, 8)"),
        ("GET", f"{MODEL}?x=1", "Could not find any versions of model m?x=1"),
        ("GET", f"{MODEL}/versions/8", "Could not find version 8 of model m"),
        ("GET", "/v1/models/x/metadata", "Servable not found for request: "
         "Latest(x)"),
    )  # fmt: skip
    def test_not_found(self, method, target, message):
        self.check_error(
            self.ask(method, target, F32), message, "404 Not Found"
        )

    def test_name_is_percent_decoded(self):
        status, _ = self.ask("POST", "/V1/models/%6d:predict", F32)
        self.assertEqual(status, "200 OK")

    @parameterized.parameters(
        ("GET", f"{MODEL}/versions/9223372036854775808", "400 Bad Request"),
        ("HEAD", MODEL, "400 Bad Request"),
    )
    def test_error_without_a_body(self, method, target, expected):
        self.assertEqual(
            ask(self.application, method, target),
            (expected, "application/json", b""),
        )

    @parameterized.parameters(
        ({}, "400 Bad Request"), ({"HTTP_ORIGIN": "http://x"}, "200 OK")
    )
    def test_options(self, headers, expected):
        status, content_type, body = ask(
            self.application, "OPTIONS", f"{MODEL}:predict", **headers
        )
        self.assertEqual((status, body), (expected, b""))
        self.assertStartsWith(content_type, "text/html")

    @parameterized.parameters("", "/versions/7", "/labels/any")
    def test_status(self, rest_of_target):
        _, response = self.ask("GET", f"{MODEL}{rest_of_target}")
        ok = {"error_code": "OK", "error_message": ""}
        self.assertEqual(
            response["model_version_status"],
            [{"version": "7", "state": "AVAILABLE", "status": ok}],
        )
        json_format.ParseDict(
            response, get_model_status_pb2.GetModelStatusResponse()
        )

    def test_metadata(self):
        _, response = self.ask("GET", f"{MODEL}/metadata")
        spec = json_format.ParseDict(
            response["model_spec"], model_pb2.ModelSpec()
        )
        self.assertEqual((spec.name, spec.version.value), ("m", 7))
        signatures = json_format.ParseDict(
            response["metadata"]["signature_def"],
            get_model_metadata_pb2.SignatureDefMap(),
        ).signature_def
        self.assertIn("__saved_model_init_op", signatures)
        keypoints = signatures["serving_default"].inputs["keypoints"]
        sizes = [dim.size for dim in keypoints.tensor_shape.dim]
        self.assertEqual(sizes, [-1, serving_models.NUM_KEYPOINTS, 3])
        # Empty fields are present too.
        x = response["metadata"]["signature_def"]["signature_def"]["f32"][
            "inputs"
        ]["x"]
        self.assertEqual(
            x["tensor_shape"],
            {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False},
        )

    def test_gzip(self):
        headers = {"HTTP_CONTENT_ENCODING": "GZIP"}
        target = f"{MODEL}:predict"
        packed = gzip.compress(F32)
        _, response = self.ask("POST", target, packed, **headers)
        self.assertEqual(response, {"predictions": [2.0, 5.0]})
        spaces = gzip.compress(F32 + b" " * 1000)
        for broken in packed[:-3], F32, b"", spaces:
            self.check_error(
                self.ask("POST", target, broken, **headers),
                "JSON Parse error: The document is empty",
            )

    @parameterized.parameters(
        (grpc.StatusCode.CANCELLED, "499 Client Closed Request"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "429 Too Many Requests"),
        (grpc.StatusCode.UNAVAILABLE, "503 Service Unavailable"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "504 Gateway Timeout"),
        (grpc.StatusCode.UNIMPLEMENTED, "501 Not Implemented"),
        (grpc.StatusCode.INTERNAL, "500 Internal Server Error"),
    )
    def test_http_status(self, code, expected):
        store = absltest.mock.create_autospec(model_store.ModelStore)
        store.servable.side_effect = errors.ServingError(code, "why")
        status, _, body = ask(
            rest.application(store), "POST", f"{MODEL}:predict", F32
        )
        self.assertEqual(status, expected)
        self.assertEqual(json.loads(body), {"error": "why"})

    def test_mutated_requests_are_the_clients_errors(self):
        random_ = random.Random(0)
        echo = (
            b'{"signature_name": "echo", "inputs": ["a\\u00e9", '
            b'{"b64": "aGk="}, [], null, -1.5e3, true, {"x": {}}]}'
        )
        bodies = [F32, echo, echo.replace(b"inputs", b"instances")]
        statuses = []
        for body in 300 * [*bodies, photo_body()]:
            for _ in range(random_.randint(1, 3)):
                body = mutate(random_, body)
            status, _ = self.ask("POST", f"{MODEL}:predict", body)
            statuses.append(status)
        self.assertEqual(set(statuses), {"200 OK", "400 Bad Request"})
        for _ in range(1000):
            target = mutate(random_, b"/v1/models/m/versions/7:predict")
            for method in "GET", "POST":
                status, *_ = ask(
                    self.application, method, target.decode("latin-1"), F32
                )
                self.assertIn(status[:3], {"200", "400", "404"})


def mutate(random_, text):
    """Returns `text` with a byte replaced, bytes dropped, or some repeated."""
    at = random_.randrange(len(text))
    match random_.randrange(3):
        case 0:
            byte = random_.choice(b'{}[]",:\\/\0019eNI-.\xff')
            return text[:at] + bytes([byte]) + text[at + 1 :]
        case 1:
            return text[:at] + text[at + random_.randint(1, 8) :]
        case 2:
            copied = random_.randrange(len(text))
            return text[:at] + text[copied:][:9] + text[at:]


if __name__ == "__main__":
    absltest.main()
