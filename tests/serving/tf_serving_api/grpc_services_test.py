from concurrent import futures
import pathlib
import shutil
import tempfile

from absl.testing import absltest
from absl.testing import parameterized
import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import classification_pb2
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving.tf_serving_api import grpc_services
from tests import serving_models

PNG = tf.io.encode_png(np.full((8, 9, 3), 200, np.uint8)).numpy()
KEYPOINTS = np.full((1, serving_models.NUM_KEYPOINTS, 3), 0.5, np.float32)
GOOD = {"image_bytes": np.array([PNG]), "keypoints": KEYPOINTS}


def predict_request(name="m", signature="", inputs=None, **spec):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    for key, value in (inputs or {}).items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    if "version" in spec:
        request.model_spec.version.value = spec["version"]
    if "label" in spec:
        request.model_spec.version_label = spec["label"]
    request.output_filter.extend(spec.get("outputs", ()))
    return request


def f32_request(tensor):
    request = predict_request(signature="f32")
    request.inputs["x"].CopyFrom(tensor)
    return request


class GrpcServicesTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, base)
        serving_models.write(base / "2")
        cls.store = model_store.ModelStore("m", base, poll_seconds=0.1)
        cls.store.wait(60)
        cls.metrics = request_metrics.Metrics()
        cls.server = grpc.server(futures.ThreadPoolExecutor(2))
        grpc_services.add_services(cls.server, cls.store, cls.metrics)
        port = cls.server.add_insecure_port("127.0.0.1:0")
        cls.server.start()
        cls.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        cls.prediction = prediction_service_pb2_grpc.PredictionServiceStub(
            cls.channel
        )
        cls.model = model_service_pb2_grpc.ModelServiceStub(cls.channel)

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()
        cls.server.stop(None).wait()
        cls.store.close()
        super().tearDownClass()

    def refused(self, method, request, code, text):
        with self.assertRaises(grpc.RpcError) as caught:
            method(request, timeout=20)
        self.assertEqual(caught.exception.code(), code)
        self.assertIn(text, caught.exception.details())

    def test_predict_responses_in_typed_fields(self):
        response = self.prediction.Predict(predict_request(inputs=GOOD))
        mask, score = response.outputs["mask"], response.outputs["score"]
        self.assertEqual([d.size for d in mask.tensor_shape.dim], [1, 16, 16])
        self.assertEqual(mask.dtype, tf.uint8.as_datatype_enum)
        self.assertEqual(list(mask.int_val), [3] * 16 * 16)
        self.assertEqual(list(score.float_val), [1.0])  # 0.5 * the factor.
        self.assertEmpty(mask.tensor_content)
        spec = response.model_spec
        self.assertEqual(
            (spec.name, spec.version.value, spec.signature_name),
            ("m", 2, "serving_default"),
        )

    def test_output_filter(self):
        request = predict_request(inputs=GOOD, outputs=["mask"], version=2)
        self.assertEqual(
            list(self.prediction.Predict(request).outputs), ["mask"]
        )

    # The shapes of the signature are not enforced.
    @parameterized.named_parameters(
        ("five_keypoints", [PNG], KEYPOINTS[:, :5], (1, 16, 16)),
        ("batch_mismatch", [PNG, PNG], KEYPOINTS, (2, 16, 16)),
    )
    def test_lenient_shapes(self, images, keypoints, expected):
        request = predict_request(
            inputs={"image_bytes": np.array(images), "keypoints": keypoints}
        )
        mask = self.prediction.Predict(request).outputs["mask"]
        self.assertEqual(tf.make_ndarray(mask).shape, expected)

    @parameterized.named_parameters(
        ("unknown_output", dict(inputs=GOOD, outputs=["zzz"]),
         "INVALID_ARGUMENT", "output tensor alias not found in signature: zzz "
         "Outputs expected to be in the set {mask,score}."),
        ("output_twice", dict(inputs=GOOD, outputs=["mask", "mask"]),
         "INVALID_ARGUMENT", "duplicate output tensor alias: mask"),
        ("unknown_model", dict(name="nosuch", inputs=GOOD),
         "NOT_FOUND", "Servable not found for request: Latest(nosuch)"),
        ("empty_model_name", dict(name="", inputs=GOOD),
         "INVALID_ARGUMENT", "ModelSpec has no name specified."),
        ("unknown_version", dict(version=99, inputs=GOOD),
         "NOT_FOUND", "Servable not found for request: Specific(m, 99)"),
        ("unknown_label", dict(label="stable", inputs=GOOD),
         "INVALID_ARGUMENT", "Unrecognized servable version label: stable"),
        ("unknown_signature", dict(signature="nope", inputs=GOOD),
         "FAILED_PRECONDITION", 'Serving signature key "nope" not found.'),
        ("missing_input", dict(inputs={"image_bytes": [PNG]}),
         "INVALID_ARGUMENT", "input size does not match signature: 1!=2 "
         "len({image_bytes}) != len({image_bytes,keypoints}). Sent extra: {}. "
         "Missing but required: {keypoints}."),
        ("extra_input", dict(inputs={**GOOD, "bogus": [1]}),
         "INVALID_ARGUMENT", "input size does not match signature: 3!=2 "
         "len({bogus,image_bytes,keypoints}) != len({image_bytes,keypoints}). "
         "Sent extra: {bogus}. Missing but required: {}."),
        ("wrong_input", dict(inputs={"image_bytes": [PNG], "kps": KEYPOINTS}),
         "INVALID_ARGUMENT", "Signature input alias: keypoints(feed name: "
         "serving_default_keypoints:0) not found in request and no default "
         "value provided. Inputs expected to be in the request "
         "{image_bytes,kps}, or default input alias set: "),
        ("no_inputs", dict(), "INVALID_ARGUMENT",
         "input size does not match signature: 0!=2 len({}) != "
         "len({image_bytes,keypoints}). Sent extra: {}. Missing but "
         "required: {image_bytes,keypoints}."),
        ("double_for_float",
         dict(signature="f32", inputs={"x": np.array([1.0])}),
         "INVALID_ARGUMENT",
         "Expects arg[0] to be float but double is provided"),
        ("corrupt_image",
         dict(inputs={"image_bytes": [b"no image"], "keypoints": KEYPOINTS}),
         "INVALID_ARGUMENT", "Unknown image file format. One of"),
    )  # fmt: skip
    def test_predict_refuses(self, fields, code, text):
        self.refused(
            self.prediction.Predict,
            predict_request(**fields),
            grpc.StatusCode[code],
            text,
        )

    def test_errors_do_not_show_how_the_graph_was_made(self):
        request = predict_request(
            inputs={"image_bytes": [b"x"], "keypoints": KEYPOINTS}
        )
        with self.assertRaises(grpc.RpcError) as caught:
            self.prediction.Predict(request)
        self.assertStartsWith(caught.exception.details(), "Unknown image file")
        self.assertNotIn("[Op:", caught.exception.details())

    @parameterized.named_parameters(
        ("too_few_bytes", 5, {"dtype": 1, "tensor_content": b"12345678"}),
        ("truncated", 2, {"dtype": 1, "tensor_content": b"1234567"}),
        ("negative_shape", -5, {"dtype": 1, "float_val": [1.0]}),
        # A single value, repeated: 100 MB of uint8.
        ("bomb", 100 << 20, {"dtype": 4, "int_val": [1]}),
        ("empty", 0, {}),
    )
    def test_tensor_that_does_not_parse(self, size, fields):
        tensor = tensor_pb2.TensorProto(**fields)
        tensor.tensor_shape.dim.add(size=size)
        self.refused(
            self.prediction.Predict,
            f32_request(tensor),
            grpc.StatusCode.INVALID_ARGUMENT,
            "tensor parsing error: x",
        )

    def test_metadata(self):
        request = get_model_metadata_pb2.GetModelMetadataRequest(
            metadata_field=["signature_def"]
        )
        request.model_spec.name = "m"
        response = self.prediction.GetModelMetadata(request)
        self.assertEqual(
            response.metadata["signature_def"].type_url,
            "type.googleapis.com/tensorflow.serving.SignatureDefMap",
        )
        signatures = get_model_metadata_pb2.SignatureDefMap()
        response.metadata["signature_def"].Unpack(signatures)
        self.assertIn("__saved_model_init_op", signatures.signature_def)
        inputs = signatures.signature_def["serving_default"].inputs
        self.assertEqual(set(inputs), {"image_bytes", "keypoints"})

    @parameterized.named_parameters(
        ("no_field", "m", [], "INVALID_ARGUMENT",
         "must specify at least one metadata_field"),
        ("unknown_field", "m", ["foo"], "INVALID_ARGUMENT",
         "Metadata field foo is not supported"),
        ("unknown_model", "nosuch", ["signature_def"], "NOT_FOUND",
         "Servable not found for request: Latest(nosuch)"),
        ("no_spec", None, ["signature_def"], "INVALID_ARGUMENT",
         "Missing ModelSpec"),
    )  # fmt: skip
    def test_metadata_refuses(self, name, fields, code, text):
        request = get_model_metadata_pb2.GetModelMetadataRequest(
            metadata_field=fields
        )
        if name:
            request.model_spec.name = name
        self.refused(
            self.prediction.GetModelMetadata,
            request,
            grpc.StatusCode[code],
            text,
        )

    @parameterized.named_parameters(
        ("all", {}),
        ("version", {"version": {"value": 2}}),
        # Labels are ignored, as in TensorFlow Serving.
        ("label", {"version_label": "stable"}),
    )
    def test_status(self, spec):
        request = get_model_status_pb2.GetModelStatusRequest(
            model_spec={"name": "m", **spec}
        )
        (version,) = self.model.GetModelStatus(request).model_version_status
        self.assertEqual(
            (version.version, version.state, version.HasField("status")),
            (2, version.AVAILABLE, True),
        )

    @parameterized.named_parameters(
        ("unknown_version", {"name": "m", "version": {"value": 99}},
         "NOT_FOUND", "Could not find version 99 of model m"),
        ("unknown_model", {"name": "nosuch"},
         "NOT_FOUND", "Could not find any versions of model nosuch"),
        ("no_spec", None, "INVALID_ARGUMENT", "Missing ModelSpec"),
    )  # fmt: skip
    def test_status_refuses(self, spec, code, text):
        self.refused(
            self.model.GetModelStatus,
            get_model_status_pb2.GetModelStatusRequest(model_spec=spec),
            grpc.StatusCode[code],
            text,
        )

    def test_other_methods_are_unimplemented(self):
        self.refused(
            self.prediction.Classify,
            classification_pb2.ClassificationRequest(),
            grpc.StatusCode.UNIMPLEMENTED,
            "Classify is not served: use Predict.",
        )

    def test_metrics_count_by_code_and_keep_no_name_of_a_client(self):
        for name in ("m", "of_a_client"):
            with self.assertRaises(grpc.RpcError):
                self.prediction.Predict(predict_request(name, version=98))
        text = self.metrics.text().decode()
        for name in ("m", ""):
            self.assertRegex(
                text,
                r':tensorflow:serving:request_count_total\{API="Predict",'
                r'entrypoint="GRPC",model_name="' + name + r'",'
                r'status="NOT_FOUND"\} [1-9]',
            )
        self.assertNotIn("of_a_client", text)


if __name__ == "__main__":
    absltest.main()
