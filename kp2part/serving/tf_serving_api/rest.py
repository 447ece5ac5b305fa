"""TensorFlow Serving's REST API: all paths of a server under /v1/.

    POST /v1/models/NAME[/versions/N]:predict     {"instances": [...]}
    GET  /v1/models/NAME[/versions/N]
    GET  /v1/models/NAME[/versions/N]/metadata

docs/serving_differences.md lists where its responses differ from TensorFlow
Serving's.
"""

from collections.abc import Callable
import http.client
import json
import re
import urllib.parse
import zlib

from google.protobuf import json_format
import grpc

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import interfaces
from kp2part.serving.tf_serving_api import json_inputs
from kp2part.serving.tf_serving_api import json_outputs
from kp2part.serving.tf_serving_api import json_request
from kp2part.serving.tf_serving_api import signatures

_MODEL = (
    r"/v1/models{}(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
)
# They match the whole target, with its query. Only the verb is case-sensitive.
_POST = re.compile(
    _MODEL.format("/(?P<name>[^/:]+)")
    + ":(?P<verb>(?-i:predict|classify|regress))",
    re.IGNORECASE,
)
_GET = re.compile(
    _MODEL.format("(?:/(?P<name>[^/:]+))?") + "(?P<metadata>/metadata)?",
    re.IGNORECASE,
)
_JSON = "application/json"
_HTML = "text/html; charset=ISO-8859-1"
_MAX_INT64 = 2**63 - 1
_STATUSES = {
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    # UNKNOWN, INTERNAL and DATA_LOSS are 500.
}


def application(
    store: interfaces.Models, max_body_bytes: int = 32 << 20
) -> Callable:
    """Returns the WSGI application of all paths under /v1/.

    It reads the target, not yet percent-decoded, from `REQUEST_URI`, which
    waitress sets.

    Args:
        store: The versions of the model.
        max_body_bytes: Size of a compressed request after decompression. The
            HTTP server limits uncompressed ones.
    """

    def application(environ, start_response):
        response = _response(environ, store, max_body_bytes)
        return _send(response, start_response)

    return application


def refuse(error: errors.ServingError, start_response: Callable) -> list[bytes]:
    """Sends an error from outside this room, as those inside are sent."""
    return _send(_refusal(error), start_response)


def status_of(error: errors.ServingError) -> int:
    """Returns the HTTP status of an error."""
    return _STATUSES.get(error.code, 500)


def _send(response, start_response):
    status, content_type, body = response
    reason = http.client.responses.get(status, "Client Closed Request")
    start_response(f"{status} {reason}", [("Content-Type", content_type)])
    return [body]


def _response(environ, store, max_body_bytes):
    """Returns the HTTP status, the content type and the body."""
    method, target = environ["REQUEST_METHOD"], environ["REQUEST_URI"]
    if method == "OPTIONS":
        return (200 if "HTTP_ORIGIN" in environ else 400), _HTML, b""
    try:
        if method == "POST" and (route := _POST.fullmatch(target)):
            body = _read_body(environ, max_body_bytes)
            return 200, _JSON, _predict(store, route, body)
        if method == "GET" and (route := _GET.fullmatch(target)):
            return 200, _JSON, _describe(store, route)
        raise errors.invalid(f"Malformed request: {method} {target}")
    except errors.ServingError as error:
        return _refusal(error, method != "HEAD")


def _refusal(error, has_body=True):
    # The one error without a message has no body either.
    sent = bool(error.message) and has_body
    text = json.dumps({"error": error.message}) if sent else ""
    return status_of(error), _JSON, text.encode()


def _read_body(environ, max_bytes):
    """Returns the body, inflated if it is gzip; empty if that fails."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ.get("HTTP_CONTENT_ENCODING", "").lower() != "gzip":
        return body
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(body, max_bytes)
    except zlib.error:
        return b""
    return inflated if inflater.eof else b""


def _spec(route):
    """Returns name, version and label of the model in the URL."""
    version = route["version"] and int(route["version"])
    if version and version > _MAX_INT64:
        raise errors.invalid("")
    if not route["name"]:
        raise errors.invalid("Missing model name in request.")
    return urllib.parse.unquote(route["name"]), version, route["label"]


def _describe(store, route):
    name, version, label = _spec(route)
    if route["metadata"]:
        return _metadata(store.servable(name, version, label))
    # Ignores the label, as TensorFlow Serving does.
    return _json(_fields(store.status(name, version)))


def _metadata(servable):
    return _json(
        {
            "model_spec": {
                "name": servable.name,
                "version": str(servable.version),
                "signature_name": "",
            },
            "metadata": {
                "signature_def": _fields(signatures.as_map(servable.meta_graph))
            },
        }
    )


def _predict(store, route, body):
    request = json_request.parse(body)
    if not isinstance(request, dict):
        raise errors.invalid(
            f"JSON Value: {json_request.quote(request)} Is not object"
        )
    signature_name = request.get("signature_name", "")
    if not isinstance(signature_name, str):
        raise errors.invalid(
            f"JSON Value: {json_request.quote(request)} not formatted "
            "correctly. 'signature_name' key must be a string value."
        )
    signature_name = signature_name or signatures.DEFAULT
    servable = store.servable(*_spec(route))
    signature = _signature(servable, signature_name)
    if route["verb"] != "predict":
        raise _no_examples(signature, route["verb"])
    # As a dict, because lookups in a message's map are slow.
    inputs, encode = _read_inputs(request, dict(signature.inputs))
    return encode(servable.run(signature_name, inputs))


def _signature(servable, name):
    found = servable.meta_graph.signature_def
    if name not in found:
        raise errors.invalid(
            f'Serving signature name: "{name}" not found in signature def'
        )
    return found[name]


def _no_examples(signature, verb):
    # Only TensorFlow 1 writes signatures that take a tf.Example.
    if len(signature.inputs) != 1:
        return errors.invalid("Expected one input Tensor.")
    expected = {"classify": "classification", "regress": "regression"}[verb]
    return errors.invalid(
        f"Expected {expected} signature method_name to be "
        f"tensorflow/serving/{verb}. Was: {signature.method_name}"
    )


def _read_inputs(request, inputs):
    """Returns the tensors, and the encoder of the response in the same form."""
    if "instances" in request and "inputs" in request:
        raise errors.invalid(
            f"JSON Value: {json_request.quote(request)} Not formatted "
            "correctly expecting only one of 'inputs' or 'instances' keys to "
            "exist "
        )
    if "inputs" in request:
        tensors = json_inputs.decode_columns(request["inputs"], inputs)
        return tensors, json_outputs.encode_columns
    if "instances" not in request:
        raise errors.invalid("Missing 'inputs' or 'instances' key")
    if not isinstance(request["instances"], list):
        raise errors.invalid(
            f"JSON Value: {json_request.quote(request)} Expecting 'instances' "
            "to be an list/array"
        )
    if not request["instances"]:
        raise errors.invalid(
            f"JSON Value: {json_request.quote(request)} No values in "
            "'instances' array"
        )
    tensors = json_inputs.decode_rows(request["instances"], inputs)
    return tensors, json_outputs.encode_rows


def _fields(message):
    return json_format.MessageToDict(
        message,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
    )


def _json(value):
    return json.dumps(value, indent=1).encode()
