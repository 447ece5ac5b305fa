"""Counts the requests to the REST API, those that are refused included."""

from collections.abc import Callable
from collections.abc import Collection
import time
import urllib.parse

from kp2part.serving import request_metrics

_PREFIX = "/v1/"


def is_of_api(environ) -> bool:
    """Returns whether a WSGI request is for TensorFlow Serving's API."""
    return environ["REQUEST_URI"].lower().startswith(_PREFIX)


def counted(
    application: Callable,
    names: Collection[str],
    metrics: request_metrics.Metrics,
) -> Callable:
    """Returns a WSGI application whose requests to the API are counted.

    Args:
        application: The WSGI application.
        names: Of the models; others are counted as "".
        metrics: Where they are counted.
    """

    def counting(environ, start_response):
        if not is_of_api(environ):
            return application(environ, start_response)
        started = time.perf_counter()
        statuses = []

        def start(status, headers, exc_info=None):
            statuses.append(status.partition(" ")[0])
            return start_response(status, headers, exc_info)

        try:
            return application(environ, start)
        finally:
            target = environ["REQUEST_URI"]
            name = model_name(target)
            metrics.observe(
                name if name in names else "",
                _method(target),
                "REST",
                statuses[-1] if statuses else "500",
                started,
            )

    return counting


def model_name(target: str) -> str:
    """Returns the name in a target of the API, "" if there is none."""
    name = target.partition("?")[0].split("/")[3:4] or [""]
    return urllib.parse.unquote(name[0].partition(":")[0])


def _method(target):
    if target.endswith(":predict"):
        return "Predict"
    if target.endswith("/metadata"):
        return "GetModelMetadata"
    return "GetModelStatus"
