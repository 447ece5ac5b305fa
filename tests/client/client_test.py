"""The clients against small test servers that fail on demand."""

import base64
import concurrent.futures
import contextlib
import http.server
import json
import socket
import threading
import time
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kp2part import client
from kp2part.client import over_grpc
from kp2part.client import over_rest
from kp2part.client import part_client
from kp2part.schema import keys
from kp2part.schema import task
from tests import photo_files
from tests import tiny

TASK = task.Task(tiny.CATEGORY, 32)
KEYPOINTS = np.array([[1, 0, 2], [0, 0, 0], [2, 1, 1]], np.float32)
ASSERTION = (
    "assertion failed: [`keypoints` must be finite numbers. Received:] "
    "[[nan 1 2]]\n\t [[{{node Assert}}]]"
)
REASON = "`keypoints` must be finite numbers. Received: [[nan 1 2]]"


def png(value):
    mask = np.full((2, 3), value, np.uint8)
    return cv2.imencode(".png", mask)[1].tobytes()


def masks(files):
    """Returns predictions; a file of n bytes has a mask of part n % 3."""
    if b"bad" in files:
        raise ValueError(ASSERTION)
    count = len(files)
    return {
        "mask_bytes": np.array([png(len(f) % 3) for f in files], object),
        "box": np.full([count, 4], 7, np.float32),
        "area": np.full([count, 3], 2, np.int32),
        "confidence": np.full([count, 3], 0.5, np.float32),
    }


class FakeBackend:
    def __init__(self):
        self.calls = []

    def run(self, signature, inputs, outputs):
        self.calls.append((signature, inputs))
        if signature == "metadata":
            document = json.dumps(TASK.to_json()).encode()
            return {"json_bytes": np.array([document], object)}
        prediction = masks(list(inputs["image_bytes"]))
        return {name: prediction[name] for name in outputs}

    def close(self):
        self.calls.append("closed")


class PartClientTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = FakeBackend()

    def ask(self, images, boxes=None, **limits):
        ask = part_client.PartClient(self.backend, **limits)
        return ask(images, np.stack([KEYPOINTS] * len(images)), boxes)

    def sizes(self):
        return [len(inputs["image_bytes"]) for _, inputs in self.backend.calls]

    def test_prediction(self):
        (prediction,) = self.ask([b"1234"])
        np.testing.assert_array_equal(prediction.mask, np.ones((2, 3)))
        self.assertEqual(prediction.mask.dtype, np.uint8)
        np.testing.assert_array_equal(prediction.box, [7, 7, 7, 7])
        np.testing.assert_array_equal(prediction.area, [2, 2, 2])
        np.testing.assert_array_equal(prediction.confidence, [0.5, 0.5, 0.5])
        self.assertEqual(self.backend.calls[0][0], "serving_default")

    def test_a_guessed_box_is_told(self):
        (guessed,) = self.ask([b"1234"])
        self.assertTrue(guessed.box_is_guessed)
        (given,) = self.ask([b"1234"], np.array([[0, 0, 5, 5]]))
        self.assertFalse(given.box_is_guessed)

    def test_a_mask_that_is_not_a_png_is_an_error(self):
        prediction = masks([b"1234"])
        for contents in b"not a PNG", b"":
            prediction["mask_bytes"] = np.array([contents], object)
            with mock.patch(f"{__name__}.masks", return_value=prediction):
                with self.assertRaisesRegex(ValueError, "PNG.*Received: b'"):
                    self.ask([b"1234"])

    def test_boxes_have_a_signature_of_their_own(self):
        self.ask([b"1", b"2"], np.array([[0, 0, 5, 5], [1, 1, 6, 6]]))
        signature, inputs = self.backend.calls[0]
        self.assertEqual(signature, "masks_of_boxes")
        np.testing.assert_array_equal(inputs["box"][1], [1, 1, 6, 6])
        self.assertEqual(inputs["box"].dtype, np.float32)

    def test_requests_are_bounded_and_in_order(self):
        images = [b"x" * n for n in (1, 2, 3, 4, 5, 50, 6, 7)]
        predictions = self.ask(images, max_objects=3, max_bytes=12)
        # 1 + 2 + 3; 4 + 5; 50 alone; 6; 7 would be 13.
        self.assertEqual(self.sizes(), [3, 2, 1, 1, 1])
        found = [prediction.mask[0, 0] for prediction in predictions]
        self.assertEqual(found, [len(image) % 3 for image in images])
        ask = part_client.PartClient(self.backend)
        self.assertEqual(ask([], np.zeros([0, 3, 3])), [])

    def test_keypoints_of_another_photo_are_refused(self):
        ask = part_client.PartClient(self.backend)
        # The photo is 3 pixels wide and 2 high.
        far = KEYPOINTS + [[20, 0, 0], [0, 0, 0], [0, 0, 0]]
        with self.assertRaisesRegex(
            ValueError, "^object 1: keypoints must lie in the photo, 3 x 2"
        ):
            ask([b"1", b"22"], np.stack([KEYPOINTS, far]))

    def test_a_refusal_names_the_object(self):
        with self.assertRaisesRegex(ValueError, "^object 2: .*finite"):
            self.ask([b"1", b"2", b"bad", b"4"])
        with self.assertRaisesRegex(ValueError, "^assertion"):
            self.ask([b"bad"])

    def test_a_request_that_is_too_large_is_halved(self):
        requests, run = 0, self.backend.run

        def limited(signature, inputs, outputs):
            nonlocal requests
            images = inputs.get("image_bytes", [])
            requests += 1
            if len(images) > 4:
                raise ValueError("Photos must have at most 80 megapixels.")
            return run(signature, inputs, outputs)

        with mock.patch.object(self.backend, "run", limited):
            images = [b"1" * (i + 1) for i in range(16)]
            ask = part_client.PartClient(self.backend)
            found = ask(images, np.stack([KEYPOINTS] * 16))
        masks = [prediction.mask[0, 0] for prediction in found]
        self.assertEqual(masks, [len(image) % 3 for image in images])
        self.assertEqual(requests, 1 + 2 + 4)

    def test_a_model_that_does_not_turn_photos_refuses_tagged_ones(self):
        ask = part_client.PartClient(self.backend)
        file = photo_files.jpeg(photo_files.picture())
        ask([file], KEYPOINTS[np.newaxis])
        tagged = photo_files.tagged(file, photo_files.exif(6))
        for _ in range(2):
            with self.assertRaisesRegex(ValueError, "EXIF.*Export the model"):
                ask([tagged], KEYPOINTS[np.newaxis])
        boxes = [i[keys.BOX] for _, i in self.backend.calls if keys.BOX in i]
        self.assertLen(boxes, 1)  # The model is asked once.

    def test_rows_must_match(self):
        ask = part_client.PartClient(self.backend)
        with self.assertRaisesRegex(
            ValueError,
            r"`keypoints` must have one row .* 2 images.*\(1, 3, 3\)",
        ):
            ask([b"1", b"2"], KEYPOINTS[np.newaxis])
        with self.assertRaisesRegex(ValueError, r"`box` must .*\(\)"):
            ask([b"1"], KEYPOINTS[np.newaxis], 5.0)

    def test_task_is_asked_once(self):
        with part_client.PartClient(self.backend) as ask:
            self.assertEqual(ask.task, TASK)
            self.assertEqual(ask.task, TASK)
        self.assertLen(self.backend.calls, 2)
        self.assertEqual(self.backend.calls[-1], "closed")

    def test_a_model_that_says_no_task(self):
        self.backend.run = lambda *_: {"json_bytes": [b"{}"]}
        with self.assertRaisesRegex(ValueError, "must describe its task"):
            _ = part_client.PartClient(self.backend).task


class RestHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, json.loads(body)))
        self.server.connections.add(self.client_address)
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        try:
            prediction = status, self.respond(status, json.loads(body))
        except ValueError as error:
            prediction = 400, {"error": str(error)}
        self.send_response(prediction[0])
        text = json.dumps(prediction[1]).encode()
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def respond(self, status, body):
        if status == "slow":
            time.sleep(1)
        if status != 200:
            return {"error": f"told {status}"}
        if body["signature_name"] == "metadata":
            document = json.dumps(TASK.to_json()).encode()
            return {"outputs": [{"b64": base64.b64encode(document).decode()}]}
        files = [
            base64.b64decode(x["b64"]) for x in body["inputs"]["image_bytes"]
        ]
        return {
            "outputs": {
                name: [{"b64": base64.b64encode(x).decode()} for x in values]
                if values.dtype == object
                else values.tolist()
                for name, values in masks(files).items()
            }
        }

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def rest_server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), RestHandler)
    server.requests, server.statuses, server.connections = [], [], set()
    server.url = f"http://127.0.0.1:{server.server_port}/v1/models/toy"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class GrpcServicer(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self):
        self.requests, self.codes = [], []

    def Predict(self, request, context):
        self.requests.append(request)
        if self.codes:
            code = self.codes.pop(0)
            context.abort(code, f"told {code.name}")
        inputs = {k: tf.make_ndarray(v) for k, v in request.inputs.items()}
        prediction = predict_pb2.PredictResponse()
        try:
            found = FakeBackend().run(
                request.model_spec.signature_name,
                inputs,
                list(request.output_filter),
            )
        except ValueError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        for name, values in found.items():
            prediction.outputs[name].CopyFrom(tf.make_tensor_proto(values))
        return prediction


@contextlib.contextmanager
def grpc_server():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
    servicer = GrpcServicer()
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        servicer, server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    servicer.url = f"grpc://127.0.0.1:{port}/toy"
    server.start()
    try:
        yield servicer
    finally:
        server.stop(None).wait()


def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class RemoteTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        # The real retries, but without the seconds between them.
        self.enter_context(
            absltest.mock.patch.object(
                over_rest, "_RETRY", over_rest._RETRY.new(backoff_factor=0.01)
            )
        )
        policy = over_grpc._SERVICE_CONFIG["methodConfig"][0]["retryPolicy"]
        self.enter_context(
            absltest.mock.patch.dict(policy, {"initialBackoff": "0.01s"})
        )
        self.rest = self.enter_context(rest_server())
        self.grpc = self.enter_context(grpc_server())

    def connect(self, name, **options):
        return self.enter_context(
            client.connect(getattr(self, name).url, **options)
        )

    @parameterized.parameters("rest", "grpc")
    def test_predictions_are_those_of_the_model(self, name):
        ask = self.connect(name)
        self.assertEqual(ask.task, TASK)
        images = [b"1", b"22", b"333"]
        predictions = ask(images, np.stack([KEYPOINTS] * 3))
        expected = part_client.PartClient(FakeBackend())(
            images, np.stack([KEYPOINTS] * 3)
        )
        for prediction, wanted in zip(predictions, expected, strict=True):
            for field in "mask", "box", "area", "confidence":
                found, want = getattr(prediction, field), getattr(wanted, field)
                np.testing.assert_array_equal(found, want)
                self.assertEqual(found.dtype, want.dtype)

    def test_requests_are_those_of_tensorflow_serving(self):
        boxes = np.array([[1, 2, 3, 4]], np.float32)
        self.connect("rest")([b"\xff"], KEYPOINTS[np.newaxis], boxes)
        path, body = self.rest.requests[0]
        self.assertEqual(path, "/v1/models/toy:predict")
        self.assertEqual(body["signature_name"], "masks_of_boxes")
        self.assertEqual(body["inputs"]["image_bytes"], [{"b64": "/w=="}])
        self.assertEqual(body["inputs"]["keypoints"], [KEYPOINTS.tolist()])
        self.assertEqual(body["inputs"]["box"], [[1, 2, 3, 4]])
        self.connect("grpc")([b"\xff"], KEYPOINTS[np.newaxis], boxes)
        (request,) = self.grpc.requests
        self.assertEqual(request.model_spec.name, "toy")
        self.assertEqual(request.model_spec.signature_name, "masks_of_boxes")
        self.assertFalse(request.model_spec.HasField("version"))
        self.assertEqual(request.inputs["image_bytes"].string_val, [b"\xff"])

    def test_versions(self):
        self.rest.url += "/versions/3"
        self.grpc.url += "/versions/3"
        for name in "rest", "grpc":
            self.connect(name)([b"1"], KEYPOINTS[np.newaxis])
        self.assertEqual(
            self.rest.requests[0][0], "/v1/models/toy/versions/3:predict"
        )
        self.assertEqual(self.grpc.requests[0].model_spec.version.value, 3)

    def test_connections_are_kept(self):
        ask = self.connect("rest")
        for _ in range(3):
            ask([b"1"], KEYPOINTS[np.newaxis])
        self.assertLen(self.rest.requests, 3)
        self.assertLen(self.rest.connections, 1)

    @parameterized.parameters("rest", "grpc")
    def test_refused_input(self, name):
        ask = self.connect(name)
        with self.assertRaises(ValueError) as caught:
            ask([b"bad"], np.full([1, 3, 3], np.nan))
        self.assertEqual(str(caught.exception), REASON)
        # Not retried: it would be refused again.
        self.assertLen(getattr(self, name).requests, 1)

    def test_tries_again_when_the_server_is_busy(self):
        self.rest.statuses = [503, 429, 502]
        self.grpc.codes = [grpc.StatusCode.UNAVAILABLE] * 3
        for name in "rest", "grpc":
            ask = self.connect(name)
            self.assertLen(ask([b"1"], KEYPOINTS[np.newaxis]), 1)
            self.assertLen(getattr(self, name).requests, 4)

    def test_gives_up(self):
        self.rest.statuses = [503] * 9
        self.grpc.codes = [grpc.StatusCode.UNAVAILABLE] * 9
        for name, told in ("rest", "503 told 503"), ("grpc", "UNAVAILABLE"):
            ask = self.connect(name)
            with self.assertRaisesRegex(ConnectionError, told):
                ask([b"1"], KEYPOINTS[np.newaxis])
            self.assertLen(getattr(self, name).requests, 4)

    @parameterized.parameters(
        (404, ValueError, "toy: 404 told 404"),
        (413, ValueError, "toy: 413 told 413"),
        (500, ConnectionError, "toy: 500 told 500"),
        (504, TimeoutError, "toy: 504 told 504"),
    )
    def test_errors_over_rest(self, status, kind, message):
        self.rest.statuses = [status]
        with self.assertRaisesRegex(kind, message):
            self.connect("rest")([b"1"], KEYPOINTS[np.newaxis])

    @parameterized.parameters(
        ("NOT_FOUND", ValueError),
        ("FAILED_PRECONDITION", ValueError),
        ("INTERNAL", ConnectionError),
        ("DEADLINE_EXCEEDED", TimeoutError),
    )
    def test_errors_over_grpc(self, name, kind):
        self.grpc.codes = [grpc.StatusCode[name]]
        with self.assertRaisesRegex(kind, f"told {name}"):
            self.connect("grpc")([b"1"], KEYPOINTS[np.newaxis])

    def test_no_prediction_in_time(self):
        self.rest.statuses = ["slow", "slow"]
        with self.assertRaisesRegex(TimeoutError, "v1/models/toy: .*timed out"):
            self.connect("rest", timeout_seconds=0.2)(
                [b"1"], KEYPOINTS[np.newaxis]
            )
        self.assertLen(self.rest.requests, 1)

    @parameterized.parameters(
        "http://127.0.0.1:{}/v1/models/m", "grpc://127.0.0.1:{}/m"
    )
    def test_nobody_listens(self, url):
        ask = client.connect(url.format(closed_port()))
        with self.assertRaisesRegex(ConnectionError, "127.0.0.1"):
            ask([b"1"], KEYPOINTS[np.newaxis])

    def test_another_kind_of_server(self):
        self.rest.url = self.rest.url.replace("toy", "other")
        with absltest.mock.patch.object(
            RestHandler, "respond", lambda *_: {"outputs": {"x": [1]}}
        ):
            with self.assertRaisesRegex(ConnectionError, "does not respond as"):
                self.connect("rest")([b"1"], KEYPOINTS[np.newaxis])

    @parameterized.parameters(
        ("ftp://h/m", "begin with http"),
        ("http://h:8501", "http://HOST:PORT/v1/models/NAME"),
        ("http://h/v1/models/m:predict", "http://HOST:PORT/v1/models/NAME"),
        ("grpc://h:8500", "grpc://HOST:PORT/NAME"),
        ("grpc://h:8500/m/versions/x", "grpc://HOST:PORT/NAME"),
        ("/nowhere/at/all", "/nowhere/at/all: neither a SavedModel"),
    )
    def test_no_address(self, address, message):
        with self.assertRaisesRegex(ValueError, message):
            client.connect(address)


if __name__ == "__main__":
    absltest.main()
