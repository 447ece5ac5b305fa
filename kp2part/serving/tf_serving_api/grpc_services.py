"""TensorFlow Serving's gRPC services: predictions, metadata and status."""

from collections.abc import Callable
import time

import grpc
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import interfaces
from kp2part.serving.tf_serving_api import signatures
from kp2part.serving.tf_serving_api import tensor_protos


def add_services(
    server: grpc.Server,
    store: interfaces.Models,
    metrics: interfaces.Metrics,
):
    """Adds `PredictionService` and `ModelService` to a server.

    Methods other than Predict, GetModelMetadata and GetModelStatus are
    UNIMPLEMENTED.
    """
    requests = _Requests(store, metrics)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        _PredictionService(requests), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        _ModelService(requests), server
    )


class _Requests:
    """Responds to requests, counts them, and tells clients why one failed."""

    def __init__(self, store, metrics):
        self._store = store
        self._metrics = metrics

    def response(self, method: str, function: Callable, request, context):
        started = time.perf_counter()
        status = grpc.StatusCode.UNKNOWN
        try:
            # A client that waited too long in the queue has hung up.
            if not context.is_active():
                raise errors.ServingError(grpc.StatusCode.CANCELLED, "Too late")
            _check_spec(request)
            response = function(self._store, request)
            status = grpc.StatusCode.OK
            return response
        except errors.ServingError as error:
            status = error.code
            context.abort(error.code, error.message)
        finally:
            name = request.model_spec.name
            self._metrics.observe(
                name if name in self._store.names else "",
                method,
                "GRPC",
                status.name,
                started,
            )


class _PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, requests):
        self._requests = requests

    def Predict(self, request, context):
        return self._requests.response("Predict", predict, request, context)

    def GetModelMetadata(self, request, context):
        return self._requests.response(
            "GetModelMetadata", get_model_metadata, request, context
        )

    def Classify(self, request, context):
        _refuse(context, "Classify")

    def Regress(self, request, context):
        _refuse(context, "Regress")

    def MultiInference(self, request, context):
        _refuse(context, "MultiInference")


class _ModelService(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, requests):
        self._requests = requests

    def GetModelStatus(self, request, context):
        return self._requests.response(
            "GetModelStatus", get_model_status, request, context
        )

    def HandleReloadConfigRequest(self, request, context):
        _refuse(context, "HandleReloadConfigRequest")


def predict(
    store: interfaces.Models, request: predict_pb2.PredictRequest
) -> predict_pb2.PredictResponse:
    """Returns the prediction of a model.

    Raises:
        errors.ServingError: The request is refused.
    """
    servable = _servable(store, request.model_spec)
    name = request.model_spec.signature_name or signatures.DEFAULT
    inputs = {k: tensor_protos.decode(k, v) for k, v in request.inputs.items()}
    outputs = servable.run(name, inputs, request.output_filter)
    response = predict_pb2.PredictResponse(model_spec=_spec(servable, name))
    for key, array in outputs.items():
        response.outputs[key].CopyFrom(tensor_protos.encode(array))
    return response


def get_model_metadata(
    store: interfaces.Models,
    request: get_model_metadata_pb2.GetModelMetadataRequest,
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """Returns the signatures of a model.

    Raises:
        errors.ServingError: The request is refused.
    """
    if not request.metadata_field:
        raise errors.invalid(
            "GetModelMetadataRequest must specify at least one metadata_field"
        )
    for field in request.metadata_field:
        if field != "signature_def":
            raise errors.invalid(f"Metadata field {field} is not supported")
    servable = _servable(store, request.model_spec)
    response = get_model_metadata_pb2.GetModelMetadataResponse(
        model_spec=_spec(servable)
    )
    response.metadata["signature_def"].Pack(
        signatures.as_map(servable.meta_graph)
    )
    return response


def get_model_status(
    store: interfaces.Models,
    request: get_model_status_pb2.GetModelStatusRequest,
) -> get_model_status_pb2.GetModelStatusResponse:
    """Returns the states of a model's versions.

    Raises:
        errors.ServingError: The request is refused.
    """
    spec = request.model_spec
    version = spec.version.value if spec.HasField("version") else None
    return store.status(spec.name, version)


def _servable(store, spec) -> interfaces.Model:
    choice = spec.WhichOneof("version_choice")
    return store.servable(
        spec.name,
        spec.version.value if choice == "version" else None,
        spec.version_label if choice == "version_label" else None,
    )


def _spec(servable, signature_name=""):
    spec = model_pb2.ModelSpec(
        name=servable.name, signature_name=signature_name
    )
    spec.version.value = servable.version
    return spec


def _check_spec(request):
    if not request.HasField("model_spec"):
        raise errors.invalid("Missing ModelSpec")


def _refuse(context, method):
    context.abort(
        grpc.StatusCode.UNIMPLEMENTED, f"{method} is not served: use Predict."
    )
