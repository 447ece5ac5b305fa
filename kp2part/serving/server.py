"""Puts REST, gRPC, metrics and the page together behind two ports."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from concurrent import futures
import dataclasses
import types

import grpc

from kp2part.serving import access_log
from kp2part.serving import admission as admission_lib
from kp2part.serving import client_watch
from kp2part.serving import grpc_guard
from kp2part.serving import grpc_health
from kp2part.serving import grpc_log
from kp2part.serving import host_check
from kp2part.serving import limits as limits_lib
from kp2part.serving import model_group
from kp2part.serving import model_store
from kp2part.serving import request_counts
from kp2part.serving import request_metrics
from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import grpc_services
from kp2part.serving.tf_serving_api import rest
from kp2part.serving.waitress_server import http_server

_MAX_INFLATION = 1032  # Of gzip.
METRICS_PATH = "/monitoring/prometheus/metrics"
_NOT_FOUND = (
    b"<HTML><HEAD>\n<TITLE>404 Not Found</TITLE>\n</HEAD><BODY>\n"
    b"<H1>Not Found</H1>\n</BODY></HTML>\n"
)


def application(
    api: Callable,
    metrics: request_metrics.Metrics,
    page: Callable | None = None,
    paths: Mapping[str, Callable] = types.MappingProxyType({}),
) -> Callable:
    """Returns the WSGI application of the HTTP port.

    Args:
        api: WSGI application of all paths under /v1/.
        metrics: What METRICS_PATH serves.
        page: WSGI application of all other paths; without it they are 404.
        paths: WSGI applications of single paths, which come before the page.
    """

    def application(environ, start_response):
        target = environ["REQUEST_URI"]
        if request_counts.is_of_api(environ):
            return api(environ, start_response)
        if target == METRICS_PATH:
            headers = [("Content-Type", metrics.content_type)]
            start_response("200 OK", headers)
            return [metrics.text()]
        other = paths.get(environ["PATH_INFO"], page or _not_found)
        return other(environ, start_response)

    return application


class Server:
    """An HTTP and a gRPC port over the same models.

    Args:
        application: WSGI application of the HTTP port.
        store: The models.
        metrics: Counts the requests to the API, at both ports.
        host: The address to listen on.
        http_port: 0 takes any free port, None opens none.
        grpc_port: The same.
        limits: How much clients may take, for each port.
        allowed_hosts: See `host_check`.
        log: Of all requests to both ports; None writes none.

    Attributes:
        http_port: The port it listens on, or None.
        grpc_port: The same.

    Raises:
        OSError: A port is taken, or the host is not an address of this machine.
    """

    def __init__(
        self,
        application: Callable,
        store: model_store.ModelStore | model_group.ModelGroup,
        metrics: request_metrics.Metrics,
        host: str,
        http_port: int | None,
        grpc_port: int | None,
        limits: limits_lib.Limits,
        allowed_hosts: Sequence[str] = (),
        log: access_log.AccessLog | None = None,
    ):
        self._http = self._grpc = None
        self.http_port = self.grpc_port = None
        # A large request waits in a thread of its own.
        limits = dataclasses.replace(
            limits, num_threads=limits.num_threads + limits.max_large
        )
        if http_port is not None:
            guarded = host_check.guarded(
                _scheduled(application, store), host, allowed_hosts
            )
            self._http = http_server.HttpServer(
                guarded,
                host,
                http_port,
                limits,
                lambda app: _observed(app, store.names, metrics, log),
            )
            self.http_port = self._http.port
        if grpc_port is not None:
            self._health = grpc_health.Health(store)
            self._grpc, self.grpc_port = _grpc_server(
                store, metrics, host, grpc_port, limits, log
            )
            self._health.add_to(self._grpc)

    def start(self):
        """Starts to serve."""
        for server in self._http, self._grpc:
            if server:
                server.start()

    def stop(self, seconds: float = 10.0):
        """Takes no new requests, and lets those under way finish.

        Args:
            seconds: The longest time to wait for them.
        """
        if self._grpc:
            self._health.stop()
        grpc_stopped = self._grpc and self._grpc.stop(seconds)
        if self._http:
            self._http.stop(seconds)
        if grpc_stopped:
            grpc_stopped.wait()


def _observed(application, names, metrics, log):
    counted = request_counts.counted(application, names, metrics)
    return access_log.logged(counted, names, log) if log else counted


def _grpc_server(store, metrics, host, port, limits, log):
    logs = [grpc_log.LogInterceptor(log)] if log else []
    server = grpc.server(
        futures.ThreadPoolExecutor(limits.num_threads, "grpc"),
        interceptors=[*logs, grpc_guard.Guard()],
        options=[
            # Otherwise two servers could silently share a port.
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", limits.max_body_bytes),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_metadata_size", limits.max_header_bytes),
        ],
        maximum_concurrent_rpcs=limits.num_threads + limits.max_queue,
    )
    grpc_services.add_services(server, store, metrics)
    try:
        return server, server.add_insecure_port(f"{host}:{port}")
    except RuntimeError as error:
        raise OSError(
            f"gRPC cannot listen at {host}, port {port}: is it taken?"
        ) from error


def _scheduled(application, store):
    """Returns the application, with large bodies to the API one by one.

    They take memory from when they are parsed on. Other paths see to it
    themselves.
    """

    def scheduled(environ, start_response):
        is_gone = environ.get("waitress.client_disconnected", lambda: False)
        with client_watch.watching(is_gone):
            is_small = _num_bytes(environ) < admission_lib.LARGE_BYTES
            if is_small or not request_counts.is_of_api(environ):
                return application(environ, start_response)
            try:
                with store.admission.turn_of_large():
                    return application(environ, start_response)
            except errors.ServingError as error:
                return rest.refuse(error, start_response)

    return scheduled


def _num_bytes(environ):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    is_gzip = "HTTP_CONTENT_ENCODING" in environ
    return length * (_MAX_INFLATION if is_gzip else 1)


def _not_found(environ, start_response):
    del environ
    start_response("404 Not Found", [("Content-Type", "text/html")])
    return [_NOT_FOUND]
