"""The access log, over HTTP and gRPC."""

import datetime
import http.client
import io
import json
import pathlib
import shutil
import socket
import tempfile
import time

from absl.testing import absltest
from absl.testing import parameterized
import grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kp2part.serving import access_log
from kp2part.serving import limits
from kp2part.serving import local_run
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from kp2part.serving.tf_serving_api import tensor_protos
from tests import serving_models

BODY = b'{"signature_name": "f32", "instances": [4]}'
PREDICT = "/v1/models/m:predict"
MAX_BODY = 6 << 20


class AccessLogTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, base)
        serving_models.write(base / "3")
        cls.store = model_store.ModelStore("m", base)
        cls.addClassCleanup(cls.store.close)
        cls.store.wait(60)
        cls.stream = io.StringIO()
        cls.metrics = request_metrics.Metrics()
        cls.server = server_lib.Server(
            local_run.make_application(cls.store, cls.metrics, 1 << 20, True),
            cls.store,
            cls.metrics,
            "127.0.0.1",
            0,
            0,
            limits.Limits(max_body_bytes=MAX_BODY),
            log=access_log.AccessLog(cls.stream),
        )
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.stream.seek(0)
        self.stream.truncate()

    def ask(self, target, body=None, headers=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.http_port, timeout=30
        )
        self.addCleanup(connection.close)
        method = "GET" if body is None else "POST"
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return response, response.read()

    def line(self):
        # It is written after the response.
        deadline = time.monotonic() + 10
        while not self.stream.getvalue().endswith("\n"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        (text,) = self.stream.getvalue().splitlines()
        return json.loads(text)

    def test_prediction(self):
        before = datetime.datetime.now(datetime.UTC)
        response, body = self.ask(PREDICT, BODY, {"X-Request-ID": "a-1.b_2"})
        line = self.line()
        stamp = datetime.datetime.fromisoformat(line.pop("time"))
        self.assertLess(abs((stamp - before).total_seconds()), 30)
        self.assertBetween(line.pop("ms"), 0.1, 30_000)
        self.assertEqual(
            line,
            {
                "id": "a-1.b_2",
                "remote": "127.0.0.1",
                "method": "POST",
                "path": PREDICT,
                "status": 200,
                "bytes_in": len(BODY),
                "bytes_out": len(body),
                "model": "m",
                "version": 3,
            },
        )
        self.assertEqual(response.headers["X-Request-ID"], "a-1.b_2")

    def test_time_counts_from_the_first_byte(self):
        head = f"POST {PREDICT} HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Content-Length: {len(BODY)}\r\n\r\n"
        address = "127.0.0.1", self.server.http_port
        with socket.create_connection(address, 30) as client:
            client.sendall(head.encode())
            time.sleep(0.3)
            client.sendall(BODY)
            self.assertStartsWith(client.recv(1000), b"HTTP/1.1 200")
        self.assertGreaterEqual(self.line()["ms"], 290)

    @parameterized.parameters(
        "", "two words", "a" * 129, "a\tb", "é", 'a"b', "a,b"
    )
    def test_an_id_that_is_none_is_replaced(self, given):
        headers = {"X-Request-ID": given.encode("latin-1")}
        response, _ = self.ask("/v1/models/m", headers=headers)
        line = self.line()
        self.assertRegex(line["id"], "^[0-9a-f]{32}$")
        self.assertEqual(response.headers["X-Request-ID"], line["id"])
        self.assertEqual(line["model"], "m")
        self.assertNotIn("version", line)

    def test_nothing_secret_and_no_forged_line(self):
        secret = "c2VjcmV0"
        self.ask(
            f"/v1/models/c%0A%7B%22status%22%3A1%7D%1b[2J?token={secret}",
            f'{{"inputs": "{secret}"}}'.encode(),
            {"Authorization": f"Token {secret}", "Cookie": secret},
        )
        line = self.line()
        self.assertNotIn(secret, self.stream.getvalue())
        self.assertNotIn("\x1b", self.stream.getvalue())
        self.assertEqual(line["path"], '/v1/models/c\n{"status":1}\x1b[2J')
        self.assertNotIn("model", line)

    def test_long_paths_are_cut(self):
        self.ask("/" + "a" * 2000)
        self.assertLen(self.line()["path"], 500)

    def test_page_and_foreign_hosts(self):
        self.ask("/app.mjs", headers={"Host": "evil.example"})
        line = self.line()
        self.assertEqual((line["path"], line["status"]), ("/app.mjs", 403))

    def count(self, status):
        return (
            'request_count_total{API="Predict",entrypoint="REST",'
            f'model_name="m",status="{status}"}}'
        )

    def test_too_large(self):
        address = "127.0.0.1", self.server.http_port
        length = MAX_BODY + 1
        head = f"POST {PREDICT} HTTP/1.1\r\nHost: localhost\r\n"
        head += f"Content-Length: {length}\r\nX-Request-ID: big\r\n\r\n"
        with socket.create_connection(address, 30) as client:
            client.sendall(head.encode())
            response = client.recv(4000)
        self.assertStartsWith(response, b"HTTP/1.1 413")
        self.assertIn(b"X-Request-Id: big\r\n", response)
        line = self.line()
        self.assertEqual(
            (line["status"], line["id"], line["model"], line["bytes_in"]),
            (413, "big", "m", 0),
        )
        self.assertIn(self.count(413), self.metrics.text().decode())

    def test_too_many_large(self):
        places = self.store.admission._places
        for _ in range(self.store.admission.max_large):
            places.acquire()
        try:
            response, _ = self.ask(PREDICT, b" " * (5 << 20))
        finally:
            for _ in range(self.store.admission.max_large):
                places.release()
        self.assertEqual(response.status, 503)
        self.assertEqual(self.line()["status"], 503)
        self.assertIn(self.count(503), self.metrics.text().decode())

    def test_no_request_at_all(self):
        address = "127.0.0.1", self.server.http_port
        with socket.create_connection(address, 30) as client:
            client.sendall(b"\x00\xff nonsense\r\n\r\n")
            self.assertStartsWith(client.recv(1000), b"HTTP/1.0 400")
        line = self.line()
        self.assertEqual((line["status"], line["path"]), (400, ""))

    def call(self, stub, name, metadata=()):
        request = predict_pb2.PredictRequest(
            model_spec={"name": name, "signature_name": "echo"}
        )
        request.inputs["x"].CopyFrom(
            tensor_protos.encode(tensor_protos.np.array([b"secret"], object))
        )
        return stub.Predict.with_call(request, metadata=metadata, timeout=30)

    def test_grpc(self):
        address = f"127.0.0.1:{self.server.grpc_port}"
        with grpc.insecure_channel(address) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            response, call = self.call(stub, "m", [("x-request-id", "g-1")])
        self.assertEqual(dict(call.initial_metadata())["x-request-id"], "g-1")
        line = self.line()
        self.assertNotIn("secret", self.stream.getvalue())
        self.assertBetween(line.pop("ms"), 0.1, 30_000)
        self.assertStartsWith(line.pop("remote"), "ipv4:127.0.0.1:")
        self.assertGreater(line.pop("bytes_in"), 6)
        del line["time"]
        self.assertEqual(
            line,
            {
                "id": "g-1",
                "method": "GRPC",
                "path": "/tensorflow.serving.PredictionService/Predict",
                "status": "OK",
                "bytes_out": response.ByteSize(),
                "model": "m",
                "version": 3,
            },
        )

    def test_grpc_refusals(self):
        address = f"127.0.0.1:{self.server.grpc_port}"
        with grpc.insecure_channel(address) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            with self.assertRaises(grpc.RpcError):
                self.call(stub, "no")
            line = self.line()
            self.assertEqual((line["status"], "model" in line), (
                "NOT_FOUND", False
            ))  # fmt: skip
            self.setUp()
            with self.assertRaises(grpc.RpcError) as caught:
                channel.unary_unary("/no.Such/Method")(b"x", timeout=30)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)
        line = self.line()
        self.assertEqual(
            (line["status"], line["path"]), ("UNIMPLEMENTED", "/no.Such/Method")
        )

    def test_grpc_stream(self):
        address = f"127.0.0.1:{self.server.grpc_port}"
        with grpc.insecure_channel(address) as channel:
            watch = channel.unary_stream("/grpc.health.v1.Health/Watch")
            call = watch(b"", timeout=30, metadata=[("x-request-id", "w")])
            next(call)
            self.assertEmpty(self.stream.getvalue())
            call.cancel()
            line = self.line()
        self.assertEqual((line["id"], line["status"]), ("w", "CANCELLED"))

    def test_a_reader_that_has_ended_stops_no_request(self):
        class Broken(io.StringIO):
            def flush(self):
                raise BrokenPipeError("gone")

        log = access_log.AccessLog(Broken())
        with self.assertLogs(level="ERROR") as logs:
            log.write(id="1")
            log.write(id="2")
        self.assertLen(logs.output, 1)
        self.assertIn("The access log ends: gone", logs.output[0])


if __name__ == "__main__":
    absltest.main()
