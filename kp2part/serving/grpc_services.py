"""The gRPC services of TensorFlow Serving that ask a model something."""

from collections.abc import Callable
import time

import grpc
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from kp2part.serving import errors
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import servable as servable_lib
from kp2part.serving import tensor_protos

DEFAULT_SIGNATURE = "serving_default"


def add_services(
    server: grpc.Server,
    store: model_store.ModelStore,
    metrics: request_metrics.Metrics,
):
    """Has a server answer `PredictionService` and `ModelService`.

    Methods other than Predict, GetModelMetadata and GetModelStatus are
    UNIMPLEMENTED.
    """
    door = _Door(store, metrics)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        _PredictionService(door), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(
        _ModelService(door), server
    )


class _Door:
    """Lets a request in, and tells the client why it failed."""

    def __init__(self, store, metrics):
        self._store = store
        self._metrics = metrics

    def response(self, method: str, function: Callable, request, context):
        started = time.perf_counter()
        status = grpc.StatusCode.UNKNOWN
        try:
            # Who waited too long in the queue is not there any more.
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
            known = request.model_spec.name == self._store.name
            self._metrics.observe(
                self._store.name if known else "",
                method,
                "GRPC",
                status.name,
                started,
            )


class _PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, door):
        self._door = door

    def Predict(self, request, context):
        return self._door.response("Predict", predict, request, context)

    def GetModelMetadata(self, request, context):
        return self._door.response(
            "GetModelMetadata", get_model_metadata, request, context
        )

    def Classify(self, request, context):
        _refuse(context, "Classify")

    def Regress(self, request, context):
        _refuse(context, "Regress")

    def MultiInference(self, request, context):
        _refuse(context, "MultiInference")


class _ModelService(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, door):
        self._door = door

    def GetModelStatus(self, request, context):
        return self._door.response(
            "GetModelStatus", get_model_status, request, context
        )

    def HandleReloadConfigRequest(self, request, context):
        _refuse(context, "HandleReloadConfigRequest")


def predict(
    store: model_store.ModelStore, request: predict_pb2.PredictRequest
) -> predict_pb2.PredictResponse:
    """Returns the answer of a model.

    Raises:
        errors.ServingError: The request is refused.
    """
    servable = _servable(store, request.model_spec)
    name = request.model_spec.signature_name or DEFAULT_SIGNATURE
    inputs = {k: tensor_protos.decode(k, v) for k, v in request.inputs.items()}
    outputs = servable.run(name, inputs, request.output_filter)
    response = predict_pb2.PredictResponse(model_spec=_spec(servable, name))
    for key, array in outputs.items():
        response.outputs[key].CopyFrom(tensor_protos.encode(array))
    return response


def get_model_metadata(
    store: model_store.ModelStore,
    request: get_model_metadata_pb2.GetModelMetadataRequest,
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """Returns the signatures of a model.

    Raises:
        errors.ServingError: The request is refused.
    """
    if not request.metadata_field:
        raise _invalid(
            "GetModelMetadataRequest must specify at least one metadata_field"
        )
    for field in request.metadata_field:
        if field != "signature_def":
            raise _invalid(f"Metadata field {field} is not supported")
    servable = _servable(store, request.model_spec)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    for name, signature in servable.meta_graph.signature_def.items():
        signatures.signature_def[name].CopyFrom(signature)
    response = get_model_metadata_pb2.GetModelMetadataResponse(
        model_spec=_spec(servable)
    )
    response.metadata["signature_def"].Pack(signatures)
    return response


def get_model_status(
    store: model_store.ModelStore,
    request: get_model_status_pb2.GetModelStatusRequest,
) -> get_model_status_pb2.GetModelStatusResponse:
    """Returns the states of a model's versions.

    Raises:
        errors.ServingError: The request is refused.
    """
    spec = request.model_spec
    version = spec.version.value if spec.HasField("version") else None
    return store.status(spec.name, version)


def _servable(store, spec) -> servable_lib.Servable:
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
        raise _invalid("Missing ModelSpec")


def _refuse(context, method):
    context.abort(
        grpc.StatusCode.UNIMPLEMENTED, f"{method} is not served: use Predict."
    )


def _invalid(text):
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, text)
