"""Malicious clients, none of which may harm the next client."""

from concurrent import futures
import contextlib
import gzip
import http.client
import json
import pathlib
import shutil
import socket
import tempfile
import threading
import time
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import grpc
import numpy as np
import psutil
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kp2part.serving import limits
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from kp2part.serving.tf_serving_api import rest
from tests import serving_models

PREDICT = "/v1/models/m:predict"
F32 = b'{"signature_name": "f32", "instances": [4]}'
PNG = tf.io.encode_png(np.full((8, 9, 3), 200, np.uint8)).numpy()
KEYPOINTS = [[0.5, 0.5, 1.0]] * serving_models.NUM_KEYPOINTS


def masks_body(image):
    encoded = tf.io.encode_base64(image, pad=True).numpy().decode()
    encoded = encoded.replace("-", "+").replace("_", "/")
    instance = {"image_bytes": {"b64": encoded}, "keypoints": KEYPOINTS}
    return json.dumps({"instances": [instance]}).encode()


class ServingAttackTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.base)
        serving_models.write(cls.base / "1", 2)
        cls.store = model_store.ModelStore("m", cls.base, poll_seconds=0.05)
        cls.addClassCleanup(cls.store.close)
        cls.store.wait(60)
        metrics = request_metrics.Metrics()
        cls.server = server_lib.Server(
            server_lib.application(rest.application(cls.store), metrics),
            cls.store,
            metrics,
            "127.0.0.1",
            0,
            0,
            limits.Limits(idle_seconds=2, request_seconds=3),
        )
        cls.server.start()
        cls.addClassCleanup(cls.server.stop, 1)

    def ask(self, body=F32, target=PREDICT, method="POST", headers=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.http_port, timeout=60
        )
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def send(self, *parts):
        """Sends bytes; returns what comes back until the connection is cut."""
        address = ("127.0.0.1", self.server.http_port)
        with socket.create_connection(address, timeout=30) as client:
            try:
                for part in parts:
                    client.sendall(part)
                return client.makefile("rb").read()
            except OSError:
                return b""

    def assert_responses(self):
        status, body = self.ask()
        self.assertEqual(
            (status, json.loads(body)), (200, {"predictions": [8]})
        )

    def assert_refused(self, status, body):
        self.assertBetween(status, 400, 499)
        self.assertIn("error", json.loads(body))

    @parameterized.named_parameters(
        ("gzip_bomb", gzip.compress(b" " * (200 << 20), 1), "gzip"),
        ("deep", b'{"instances": ' + b"[" * 500_000, None),
        ("deep_and_closed",
         b'{"instances": ' + b"[" * 500_000 + b"]" * 500_000 + b"}", None),
        ("deep_objects", b'{"a":' * 500_000, None),
        ("not_json", b"\xff" * 1_000_000, None),
    )  # fmt: skip
    def test_bodies_that_are_bombs(self, body, encoding):
        rss = psutil.Process().memory_info().rss
        headers = {"Content-Encoding": encoding} if encoding else {}
        self.assert_refused(*self.ask(body, headers=headers))
        grown = psutil.Process().memory_info().rss - rss
        self.assertLess(grown, 200 << 20)
        self.assert_responses()

    def test_hundred_thousand_instances(self):
        body = json.dumps(
            {"signature_name": "f32", "instances": [1.5] * 100_000}
        )
        status, response = self.ask(body)
        self.assertEqual(status, 200)
        self.assertLen(json.loads(response)["predictions"], 100_000)

    def test_body_above_the_limit(self):
        head = b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n"
        for length in 100 << 20, 10**18:
            response = self.send(head % (PREDICT.encode(), length))
            self.assertStartsWith(response, b"HTTP/1.1 413 ")
        self.assert_responses()

    def test_chunks_above_the_limit(self):
        rss = psutil.Process().memory_info().rss
        head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
        response = self.send(head, *[chunk] * 100)
        # A client that is cut while it sends may not see the response.
        self.assertIn(response[:13], (b"", b"HTTP/1.1 413 "))
        grown = psutil.Process().memory_info().rss - rss
        self.assertLess(grown, 200 << 20)
        self.assert_responses()

    @parameterized.named_parameters(
        ("header_of_a_megabyte",
         b"GET / HTTP/1.1\r\nX: " + b"y" * (1 << 20) + b"\r\n\r\n"),
        ("target_of_a_megabyte",
         b"GET /v1/models/" + b"y" * (1 << 20) + b" HTTP/1.1\r\n\r\n"),
        ("negative_length",
         b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\nhello"),
        ("two_lengths", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n"
         b"Content-Length: 6\r\n\r\nhello!"),
        ("chunk_of_no_size", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked"
         b"\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"),
        ("other_coding",
         b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
        ("garbage", bytes(range(256)) * 10 + b"\r\n\r\n"),
    )  # fmt: skip
    def test_malformed_http(self, request):
        response = self.send(request)
        # A client that is cut while it sends may not see the response.
        self.assertRegex(response[:13], rb"^$|^HTTP/1.\d (4\d\d|501) ")
        self.assert_responses()

    def test_length_and_chunks_together_are_one_request(self):
        # Read by its length, the body holds a second request: smuggling.
        response = self.send(
            b"POST /v1/models/m:predict HTTP/1.1\r\nContent-Length: 4\r\n"
            b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(F32), F32)
        )
        self.assertEqual(response.count(b"HTTP/1.1"), 1)
        self.assertIn(b"predictions", response)

    @parameterized.parameters(
        "/v1/models/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/models/../../../../etc/passwd",
        "/v1/models/m/versions/..%2f..%2fetc",
        "/v1/models/m%00",
        "/v1/models/%00:predict",
        "/v1/models/m/metadata/../../../etc/passwd",
        "/v1/models/" + "y" * 60_000,
    )
    def test_targets_that_lead_elsewhere(self, target):
        self.assert_refused(*self.ask(None, target, "GET"))
        self.assert_refused(*self.ask(F32, target + ":predict"))

    def test_slow_clients_are_cut_and_hold_up_no_one(self):
        address = ("127.0.0.1", self.server.http_port)
        starts = (b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n")
        clients = []
        for i in range(600):  # Counting both ends, more than 1024 descriptors.
            clients.append(socket.create_connection(address, timeout=30))
            self.addCleanup(clients[-1].close)
            clients[-1].sendall(starts[i % 3])
        began = time.monotonic()
        self.assert_responses()
        self.assertLess(time.monotonic() - began, 5)
        for client in clients:
            self.assertEqual(client.recv(1), b"")

    def test_many_at_once_are_all_served(self):
        with futures.ThreadPoolExecutor(100) as pool:
            statuses = list(pool.map(lambda _: self.ask()[0], range(300)))
        self.assertEqual(statuses, [200] * 300)

    def test_one_corrupt_image_beside_good_ones(self):
        expected = self.ask(masks_body(PNG))
        self.assertEqual(expected[0], 200)
        bodies = [masks_body(PNG)] * 3 + [masks_body(b"no image")]
        with futures.ThreadPoolExecutor(4) as pool:
            responses = list(pool.map(self.ask, bodies * 10))
        for i, response in enumerate(responses):
            if i % 4 == 3:
                self.assert_refused(*response)
            else:
                self.assertEqual(response, expected)

    def stub(self, **options):
        channel = grpc.insecure_channel(
            f"127.0.0.1:{self.server.grpc_port}", list(options.items())
        )
        self.addCleanup(channel.close)
        return prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def grpc_request(self, signature, array):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "m"
        request.model_spec.signature_name = signature
        request.inputs["x"].CopyFrom(tf.make_tensor_proto(array))
        return request

    def test_grpc_message_of_20_mb_is_served_and_of_40_refused(self):
        stub = self.stub(**{"grpc.max_receive_message_length": -1})
        for size, code in (20, None), (40, grpc.StatusCode.RESOURCE_EXHAUSTED):
            request = self.grpc_request("echo", [b"x" * (size << 20)])
            future = stub.Predict.future(request, timeout=60)
            self.assertEqual(
                getattr(future.exception(), "code", lambda: None)(), code
            )

    def test_grpc_message_that_is_garbage(self):
        channel = grpc.insecure_channel(f"127.0.0.1:{self.server.grpc_port}")
        self.addCleanup(channel.close)
        send = channel.unary_unary(
            "/tensorflow.serving.PredictionService/Predict"
        )

        def grown(num_calls):
            before = psutil.Process().memory_info().rss
            for _ in range(num_calls):
                with self.assertRaises(grpc.RpcError) as caught:
                    send(b"\xff" * 1000)
            self.assertEqual(
                caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT
            )
            self.assertIn("1000 bytes is not", caught.exception.details())
            return psutil.Process().memory_info().rss - before

        grown(300)
        # 16 KiB each were 16 MiB.
        self.assertLess(grown(1000), 4 << 20)

    @parameterized.parameters("DT_RESOURCE", "DT_VARIANT", "DT_FLOAT_REF")
    def test_grpc_tensor_that_no_array_can_hold(self, name):
        request = self.grpc_request("f32", np.float32([4]))
        request.inputs["x"].Clear()
        request.inputs["x"].dtype = types_pb2.DataType.Value(name)
        request.inputs["x"].tensor_shape.SetInParent()
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub().Predict(request, timeout=20)
        self.assertEqual(
            caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT
        )

    @parameterized.parameters("evil.example", "127.0.0.1.evil.example:80")
    def test_foreign_host(self, host):
        for method, target in ("POST", PREDICT), ("GET", "/"), ("GET", "/x"):
            status, body = self.ask(
                F32 if method == "POST" else None,
                target,
                method,
                {"Host": host},
            )
            self.assertEqual(status, 403)
            self.assertIn(host, json.loads(body)["error"])

    def test_bytes_that_are_no_text_are_no_error_of_the_server(self):
        body = b'{"signature_name": "quoting", "instances": [{"b64": "//79"}]}'
        status, response = self.ask(body)
        self.assertEqual(status, 400)
        self.assertNotIn("node", json.loads(response)["error"])
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub().Predict(
                self.grpc_request("quoting", [b"\xff\xfe"]), timeout=20
            )
        self.assertEqual(
            caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT
        )

    def test_large_bodies_wait_for_each_other_and_small_ones_do_not(self):
        numbers = json.dumps({"signature_name": "f32", "instances": [4]})
        large = numbers.encode() + b" " * (5 << 20)
        with contextlib.ExitStack() as hold:
            hold.enter_context(self.store.admission.turn_of_large())
            with futures.ThreadPoolExecutor(1) as pool:
                response = pool.submit(self.ask, large)
                self.assert_responses()
                self.wait_for(lambda: self.num_waiting() == 2)
                self.assertFalse(response.done())
                hold.close()
        self.assertEqual(response.result()[0], 200)

    def test_client_that_left_is_not_computed_for(self):
        body = b'{"signature_name": "f32", "instances": [4]}'
        body += b" " * (5 << 20)
        head = b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n"
        calls = []
        servable = self.store.servable("m")
        with mock.patch.object(
            type(servable), "run", lambda *_: calls.append(1)
        ):
            with self.store.admission.turn_of_large():
                with socket.create_connection(
                    ("127.0.0.1", self.server.http_port), timeout=30
                ) as client:
                    client.sendall(head % (PREDICT.encode(), len(body)) + body)
                    self.wait_for(lambda: self.num_waiting() == 2)
                self.wait_for(lambda: self.num_waiting() == 1)
        self.assertEmpty(calls)

    def test_grpc_deadline(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub().Predict(
                self.grpc_request("slow", np.float32([500])), timeout=0.001
            )
        self.assertEqual(
            caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED
        )
        self.assert_responses()

    def test_swaps_under_load_fail_no_request(self):
        """A good version, then three versions, each broken in another way."""
        stop = threading.Event()
        responses = []

        def ask():
            while not stop.is_set():
                status, body = self.ask()
                responses.append((status, json.loads(body)["predictions"][0]))

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            serving_models.write(self.base / "2", 3)
            self.wait_for(lambda: responses and responses[-1] == (200, 12))
            for version, damage in (
                (3, lambda p: (p / "saved_model.pb").write_bytes(b"\x0a\xff")),
                (4, lambda p: shutil.rmtree(p / "variables")),
            ):
                partial = self.base / ".partial"
                shutil.copytree(self.base / "2", partial)
                damage(partial)
                partial.rename(self.base / str(version))
                self.wait_for(lambda v=version: self.error_of(v))
        finally:
            stop.set()
            thread.join()
            for version in 2, 3, 4:
                shutil.rmtree(self.base / str(version), ignore_errors=True)
            self.wait_for(lambda: self.store.servable("m").version == 1)
        self.assertEqual(set(responses), {(200, 8), (200, 12)})

    def num_waiting(self):
        """Returns how many large requests compute or wait."""
        admission = self.store.admission
        return admission.max_large - admission._places._value

    def error_of(self, version):
        statuses = self.store.status("m").model_version_status
        return [s for s in statuses if s.version == version and
                s.status.error_message]  # fmt: skip

    def wait_for(self, condition):
        for _ in range(1200):
            if condition():
                return
            time.sleep(0.05)
        self.fail("Not within 60 s.")


if __name__ == "__main__":
    absltest.main()
