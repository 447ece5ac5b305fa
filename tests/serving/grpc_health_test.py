"""The health service of gRPC, and what a server says before its models."""

import json
import pathlib
import shutil
import tempfile
import time
import urllib.error
import urllib.request

from absl.testing import absltest
import grpc

from kp2part.serving import admission
from kp2part.serving import grpc_health
from kp2part.serving import limits
from kp2part.serving import local_run
from kp2part.serving import model_configs
from kp2part.serving import model_group
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from tests import serving_models

SERVING, NOT_SERVING, UNKNOWN = 1, 2, 3


class GrpcHealthTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.base)
        for name in "ab":
            (self.base / name).mkdir()
        serving_models.write(self.base / "a" / "1")
        self.group = model_group.ModelGroup.open(
            [model_configs.Config(name, self.base / name) for name in "ab"],
            0.05,
            admission.Admission(),
        )
        self.addCleanup(self.group.close)
        self.group.stores[0].wait(60)
        metrics = request_metrics.Metrics()
        self.server = server_lib.Server(
            local_run.make_application(self.group, metrics, 1 << 20, False),
            self.group,
            metrics,
            "127.0.0.1",
            0,
            0,
            limits.Limits(),
        )
        self.server.start()
        self.addCleanup(self.server.stop)
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{self.server.grpc_port}"
        )
        self.addCleanup(self.channel.close)

    def ask(self, path, method="GET"):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.http_port}{path}", method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def add_b(self):
        serving_models.write(self.base / "b" / "1")
        self.group.stores[1].wait(60)

    def check(self, service):
        # The bytes of the standard's messages, written by hand.
        message = b"\x0a" + bytes([len(service)]) + service.encode()
        method = self.channel.unary_unary("/grpc.health.v1.Health/Check")
        return method(message, timeout=30)

    def watch(self, service):
        method = self.channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            grpc_health.Request.SerializeToString,
            grpc_health.Response.FromString,
        )
        call = method(grpc_health.Request(service=service), timeout=60)
        self.addCleanup(call.cancel)
        return call

    def test_a_model_that_is_not_there_yet_is_503(self):
        status, body = self.ask("/v1/models/b/metadata")
        self.assertEqual(status, 503)
        self.assertEqual(
            json.loads(body)["error"],
            "Model b is not ready: no version is there.",
        )
        self.assertEqual(self.ask("/v1/models/c/metadata")[0], 404)

    def test_check(self):
        for service, status in ("a", 1), ("b", 2), ("", 2):
            self.assertEqual(self.check(service), bytes([0x08, status]))
        self.add_b()
        for service in "a", "b", "":
            self.assertEqual(self.check(service), b"\x08\x01")
        with self.assertRaises(grpc.RpcError) as caught:
            self.check("c")
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_watch_tells_each_change_and_the_end(self):
        everything, a, b, c = map(self.watch, ("", "a", "b", "c"))
        self.assertEqual(next(a).status, SERVING)
        self.assertEqual(next(everything).status, NOT_SERVING)
        self.assertEqual(next(b).status, NOT_SERVING)
        self.assertEqual(next(c).status, UNKNOWN)
        self.add_b()
        self.assertEqual(next(b).status, SERVING)
        self.assertEqual(next(everything).status, SERVING)
        shutil.rmtree(self.base / "b" / "1")
        self.assertEqual(next(b).status, NOT_SERVING)
        began = time.monotonic()
        self.server.stop()
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(next(everything).status, NOT_SERVING)
        self.assertEqual(next(a).status, NOT_SERVING)
        for ended in a, b:
            with self.assertRaises(StopIteration):
                next(ended)

    def test_watchers_are_limited_and_leave(self):
        watchers = [self.watch("") for _ in range(grpc_health.MAX_WATCHERS)]
        for watcher in watchers:
            next(watcher)
        with self.assertRaises(grpc.RpcError) as caught:
            next(self.watch(""))
        self.assertEqual(
            caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED
        )
        self.assertEqual(self.check("a"), b"\x08\x01")
        watchers[0].cancel()
        deadline = time.monotonic() + 10
        while True:
            try:
                next(self.watch(""))
                break
            except grpc.RpcError:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)

    def test_messages_that_are_none(self):
        for method in (
            self.channel.unary_unary("/grpc.health.v1.Health/Check"),
            lambda m, timeout: next(
                self.channel.unary_stream("/grpc.health.v1.Health/Watch")(
                    m, timeout=timeout
                )
            ),
        ):
            with self.assertRaises(grpc.RpcError) as caught:
                method(b"\xff\xff", timeout=30)
            self.assertEqual(
                caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT
            )


if __name__ == "__main__":
    absltest.main()
