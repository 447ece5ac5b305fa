"""Two models in one server."""

import json
import pathlib
import shutil
import tempfile
import urllib.error
import urllib.request

from absl.testing import absltest
import grpc
import numpy as np
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kp2part.serving import admission
from kp2part.serving import limits
from kp2part.serving import local_run
from kp2part.serving import model_configs
from kp2part.serving import model_group
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from kp2part.serving.tf_serving_api import tensor_protos
from tests import serving_models

BODY = b'{"signature_name": "f32", "instances": [4]}'


class ModelGroupTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, base)
        for name, factor in ("a", 2.0), ("b", 3.0):
            (base / name).mkdir()
            serving_models.write(base / name / "1", factor)
        configs = [model_configs.Config(name, base / name) for name in "ab"]
        cls.group = model_group.ModelGroup.open(
            configs, 0.1, admission.Admission()
        )
        cls.addClassCleanup(cls.group.close)
        for store in cls.group.stores:
            store.wait(60)
        metrics = request_metrics.Metrics()
        cls.server = server_lib.Server(
            local_run.make_application(cls.group, metrics, 1 << 20, page=True),
            cls.group,
            metrics,
            "127.0.0.1",
            0,
            0,
            limits.Limits(),
        )
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)

    def ask(self, path, body=None):
        url = f"http://127.0.0.1:{self.server.http_port}{path}"
        try:
            with urllib.request.urlopen(url, body, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_each_serves_over_rest(self):
        for name, product in ("a", 8), ("b", 12):
            for place in name, f"{name}/versions/1":
                status, text = self.ask(f"/v1/models/{place}:predict", BODY)
                self.assertEqual(status, 200)
                self.assertEqual(json.loads(text), {"predictions": [product]})
            _, text = self.ask(f"/v1/models/{name}/metadata")
            self.assertEqual(json.loads(text)["model_spec"]["name"], name)
            _, text = self.ask(f"/v1/models/{name}")
            self.assertIn("AVAILABLE", text)

    def test_unknown_names_are_told_as_tensorflow_serving_does(self):
        for path, body, reason in (
            ("c:predict", BODY, "Servable not found for request: Latest(c)"),
            ("c", None, "Could not find any versions of model c"),
        ):
            status, text = self.ask(f"/v1/models/{path}", body)
            self.assertEqual((status, json.loads(text)["error"]), (404, reason))

    def test_each_serves_over_grpc(self):
        with grpc.insecure_channel(
            f"127.0.0.1:{self.server.grpc_port}"
        ) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            for name, product in ("a", 8), ("b", 12):
                request = predict_pb2.PredictRequest(
                    model_spec={"name": name, "signature_name": "f32"}
                )
                request.inputs["x"].CopyFrom(
                    tensor_protos.encode(np.float32([4]))
                )
                response = stub.Predict(request, timeout=30)
                sent = tensor_protos.decode("y", response.outputs["y"])
                self.assertEqual(sent.tolist(), [product])
                self.assertEqual(response.model_spec.name, name)
            status = model_service_pb2_grpc.ModelServiceStub(channel)
            with self.assertRaises(grpc.RpcError) as caught:
                status.GetModelStatus(
                    get_model_status_pb2.GetModelStatusRequest(
                        model_spec={"name": "c"}
                    ),
                    timeout=30,
                )
            self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_metrics_tell_them_apart(self):
        for name in "a", "b", "b", "c":
            self.ask(f"/v1/models/{name}/versions/7")
        _, text = self.ask(server_lib.METRICS_PATH)
        for name, count in ("a", 1), ("b", 2), ("", 1):
            self.assertIn(
                'request_count_total{API="GetModelStatus",entrypoint="REST",'
                f'model_name="{name}",status="404"}} {count}.0',
                text,
            )

    def test_page_is_told_all_names(self):
        status, text = self.ask("/model.json?model=c")
        self.assertEqual(status, 404)
        self.assertIn("one of a, b. Received: 'c'", text)
        status, text = self.ask("/model.json?model=b")
        self.assertEqual(status, 503)
        self.assertIn("Model 'b' is not loaded", text)

    def test_names_are_different(self):
        store = self.group.stores[0]
        for stores in [], [store, store]:
            with self.assertRaisesRegex(ValueError, "must be one or more, of"):
                model_group.ModelGroup(stores)

    def test_one_schedule_for_all(self):
        self.assertLen({id(s.admission) for s in self.group.stores}, 1)
        self.assertIs(self.group.admission, self.group.stores[1].admission)
        self.assertIsInstance(self.group.stores[0], model_store.ModelStore)


if __name__ == "__main__":
    absltest.main()
