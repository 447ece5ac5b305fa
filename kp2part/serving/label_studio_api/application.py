"""The routes of an ML backend, over WSGI."""

from collections.abc import Callable
import contextlib
import json
from typing import Any

from absl import logging

from kp2part.serving import admission as admission_lib
from kp2part.serving.label_studio_api import label_config
from kp2part.serving.label_studio_api import model as model_lib
from kp2part.serving.label_studio_api import photos as photos_lib
from kp2part.serving.label_studio_api import predict
from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import interfaces
from kp2part.serving.tf_serving_api import json_request
from kp2part.serving.tf_serving_api import rest

_METHODS = {
    "/health": "GET",
    "/versions": "GET",
    "/setup": "POST",
    "/predict": "POST",
    "/webhook": "POST",
}
PATHS = frozenset(_METHODS)


def application(
    store: interfaces.Models,
    admission: admission_lib.Admission,
    photos: photos_lib.Photos,
) -> Callable:
    """Returns the WSGI application of `PATHS`.

    Args:
        store: The versions of the model.
        admission: Schedules requests.
        photos: Where photos are read.
    """
    backend = _Backend(store, admission, photos)

    def application(environ, start_response):
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if method != _METHODS[path]:
            return _refuse(
                405, f"Method must be {_METHODS[path]}.", start_response
            )
        try:
            status, found = backend.response(path, environ)
        except ValueError as error:
            return _refuse(400, predict.one_line(error), start_response)
        except errors.ServingError as error:
            return _refuse(
                rest.status_of(error),
                predict.one_line(error),
                start_response,
            )
        return _send(f"{status} OK", found, start_response)

    return application


class _Backend:
    def __init__(self, store, admission, photos):
        self._served = model_lib.Served(store)
        self._admission = admission
        self._photos = photos

    def response(self, path, environ) -> tuple[int, dict[str, Any]]:
        if path == "/health":
            return 200, {"status": "UP", "model_class": "kp2part"}
        if path == "/versions":
            return 200, {"versions": [self._served.version]}
        if path == "/webhook":
            return 201, {"status": "ok"}  # Nothing is learned from it.
        request = self._parse(environ)
        if path == "/setup":
            # `hostname` and `access_token` are nobody's to choose but ours.
            self._config(request.get("schema"))
            return 200, {"model_version": self._served.version}
        return 200, {"results": self._predict(request)}

    def _parse(self, environ) -> dict[str, Any]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        turn = contextlib.nullcontext()
        if size >= admission_lib.LARGE_BYTES:
            turn = self._admission.turn_of_large()
        with turn:
            request = json_request.parse(environ["wsgi.input"].read(size))
        if not isinstance(request, dict):
            raise ValueError("The request must be a JSON object.")
        return request

    def _config(self, text):
        category = self._served.client().task.category
        return label_config.read(text, list(category.parts)[1:])

    def _predict(self, request):
        tasks, context = request.get("tasks"), _context(request)
        if not isinstance(tasks, list) or not all(
            isinstance(task, dict) for task in tasks
        ):
            raise ValueError("`tasks` must be a list of objects.")
        version = self._served.version
        # It asks with nothing drawn as well.
        if context is not None and not context.get("result"):
            return [{"result": [], "score": 0.0, "model_version": version}]
        made = predict.Request(
            self._served.client(),
            version,
            self._photos,
            self._config(request.get("label_config")),
            context,
        )
        is_batch = len(tasks) > 1
        with (
            self._admission.place_of_large()
            if is_batch
            else contextlib.nullcontext()
        ):
            return made.results(tasks)


def _context(request):
    params = request.get("params")
    context = params.get("context") if isinstance(params, dict) else None
    if context is None or isinstance(context, dict):
        return context
    raise ValueError("`params.context` must be an object or null.")


def _refuse(status, message, start_response):
    logging.warning("Label Studio: %s", message)
    # Of a refusal the tool shows the status line, and not the body.
    text = message.encode("ascii", "replace").decode()
    return _send(f"{status} {text}", {"error": message}, start_response)


def _send(status, fields, start_response):
    body = json.dumps(fields).encode()
    start_response(
        status,
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ],
    )
    return [body]
