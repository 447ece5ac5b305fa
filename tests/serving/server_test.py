import json
import pathlib
import shutil
import tempfile
import urllib.error
import urllib.request

from absl.testing import absltest
import grpc
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_service_pb2_grpc

from kp2part.serving import limits
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from kp2part.serving.tf_serving_api import rest
from tests import serving_models


def page(environ, start_response):
    del environ
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"the page"]


class ServerTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, base)
        serving_models.write(base / "1")
        cls.store = model_store.ModelStore("m", base)
        cls.addClassCleanup(cls.store.close)
        cls.store.wait(60)

    def serve(self, page=None, http_port=0, grpc_port=0):
        metrics = request_metrics.Metrics()
        server = server_lib.Server(
            server_lib.application(rest.application(self.store), metrics, page),
            self.store,
            metrics,
            "127.0.0.1",
            http_port,
            grpc_port,
            limits.Limits(),
        )
        server.start()
        self.addCleanup(server.stop)
        return server

    def ask(self, server, path, body=None):
        url = f"http://127.0.0.1:{server.http_port}{path}"
        try:
            with urllib.request.urlopen(url, body, timeout=30) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def test_rest_and_grpc_are_of_one_store(self):
        server = self.serve()
        body = b'{"signature_name": "f32", "instances": [4]}'
        status, _, response = self.ask(server, "/v1/models/m:predict", body)
        self.assertEqual(
            (status, json.loads(response)), (200, {"predictions": [8]})
        )
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
            stub = model_service_pb2_grpc.ModelServiceStub(channel)
            response = stub.GetModelStatus(
                get_model_status_pb2.GetModelStatusRequest(
                    model_spec={"name": "m"}
                ),
                timeout=30,
            )
        self.assertEqual(response.model_version_status[0].version, 1)

    def test_other_paths_are_the_page_or_not_found(self):
        self.assertEqual(self.ask(self.serve(page), "/a")[2], b"the page")
        status, headers, body = self.ask(self.serve(), "/")
        self.assertEqual((status, headers["Content-Type"]), (404, "text/html"))
        self.assertIn(b"<H1>Not Found</H1>", body)

    def test_metrics_count_methods_and_keep_no_name_of_a_client(self):
        server = self.serve()
        for path in (
            "/v1/models/m",
            "/v1/models/%6D/metadata",
            "/v1/models/of_a_client",
            "/v1/models/m:predict",
        ):
            self.ask(server, path)
        self.ask(server, "/v1/models/m/versions/1:predict", b"{}")
        _, headers, text = self.ask(server, server_lib.METRICS_PATH)
        self.assertStartsWith(headers["Content-Type"], "text/plain")
        text = text.decode()
        for api, name, status, count in (
            ("GetModelStatus", "m", 200, 1),
            ("GetModelMetadata", "m", 200, 1),
            ("GetModelStatus", "", 404, 1),
            ("Predict", "m", 400, 2),
        ):
            self.assertIn(
                f':tensorflow:serving:request_count_total{{API="{api}",'
                f'entrypoint="REST",model_name="{name}",status="{status}"}} '
                f"{count}.0",
                text,
            )
        self.assertIn("request_latency_bucket", text)
        self.assertNotIn("of_a_client", text)

    def test_no_port(self):
        server = self.serve(http_port=None)
        self.assertIsNone(server.http_port)
        self.assertIsNotNone(server.grpc_port)

    def test_grpc_port_that_is_taken(self):
        port = self.serve().grpc_port
        with self.assertRaisesRegex(
            OSError, f"gRPC cannot listen at 127.0.0.1, port {port}"
        ):
            self.serve(http_port=None, grpc_port=port)


if __name__ == "__main__":
    absltest.main()
