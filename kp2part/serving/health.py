"""Whether a server lives, and is ready: for load balancers and Kubernetes.

GET /healthz    200 as long as the server responds
GET /readyz     200 if each model has a version that serves, else 503
"""

from collections.abc import Callable

from kp2part.serving import model_group

LIVE_PATH = "/healthz"
READY_PATH = "/readyz"


def routes(models: model_group.ModelGroup) -> dict[str, Callable]:
    """Returns the WSGI application of each path."""
    return {
        LIVE_PATH: lambda _, start: _respond(start, []),
        READY_PATH: lambda _, start: _respond(start, models.problems()),
    }


def _respond(start_response: Callable, problems: list[str]) -> list[bytes]:
    status = "503 Service Unavailable" if problems else "200 OK"
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Cache-Control", "no-store"),
    ]
    start_response(status, headers)
    return [("\n".join(problems or ["ok"]) + "\n").encode()]
