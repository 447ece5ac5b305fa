"""waitress with limits on clients.

waitress itself cuts silent clients. This server also cuts clients that send or
read very slowly, and limits the queue.
"""

from collections.abc import Callable
import json
import threading
import time

from waitress import adjustments
from waitress import channel as channel_lib
from waitress import parser
from waitress import server as server_lib
from waitress import task as task_lib
from waitress import utilities
from waitress import wasyncore

from kp2part.serving import limits as limits_lib

# In the environ: why the server refuses a request, and when its first byte
# came, by `time.perf_counter`.
_ERROR = "kp2part.error"
BEGAN = "kp2part.began"


class HttpServer:
    """Serves a WSGI application on a port, in threads of its own.

    Args:
        application: The WSGI application.
        host: The address to listen on.
        port: The port; 0 takes any free one.
        limits: How much clients may take.
        observed: Returns a WSGI application around another one; it sees all
            requests, those that this server refuses included.

    Attributes:
        port: The port it listens on.

    Raises:
        OSError: The port is taken, or the host is not an address of this
            machine.
    """

    def __init__(
        self,
        application: Callable,
        host: str,
        port: int,
        limits: limits_lib.Limits,
        observed: Callable[[Callable], Callable] = lambda application: (
            application
        ),
    ):
        self._dispatcher = _Dispatcher(limits)
        self._map = {}
        try:
            self._server = _Server(
                observed(application),
                map=self._map,
                # Refuses connections until it is started.
                _start=False,
                dispatcher=self._dispatcher,
                adj=_adjustments(host, port, limits),
            )
        except OSError as error:
            raise OSError(
                f"HTTP cannot listen at {host}, port {port}: {error}"
            ) from error
        self._server.limits = limits
        self._server.refusal = observed(_refuse)
        self.port = int(self._server.effective_port)
        self._thread = threading.Thread(
            target=self._server.run, name="http", daemon=True
        )

    def start(self):
        """Starts to serve."""
        self._server.accept_connections()
        self._thread.start()

    def stop(self, seconds: float = 10.0):
        """Takes no new requests, and lets those under way finish.

        Args:
            seconds: The longest time to wait for them.
        """
        if self._thread.is_alive():
            deadline = time.monotonic() + seconds
            # Only the thread of the loop may touch sockets.
            self._in_loop(lambda: wasyncore.dispatcher.close(self._server))
            while self._server.is_busy() and time.monotonic() < deadline:
                time.sleep(0.02)
            self._in_loop(lambda: wasyncore.close_all(self._map))
            self._thread.join()
        else:
            wasyncore.close_all(self._map)
        self._dispatcher.shutdown()

    def _in_loop(self, function):
        trigger = self._server.trigger
        # The loop runs thunks under this lock. Without the lock, a loop that is
        # already awake could close the trigger before it is pulled.
        with trigger.lock:
            trigger.thunks.append(function)
            trigger.pull_trigger()


def _refuse(environ, start_response):
    # In JSON, like all errors under /v1/.
    error = environ[_ERROR]
    text = f"{error.reason}: {error.body}"
    start_response(
        f"{error.code} {error.reason}", [("Content-Type", "application/json")]
    )
    return [json.dumps({"error": text}).encode()]


class _ErrorTask(task_lib.ErrorTask):
    def execute(self):
        refuse = self.channel.server.refusal
        body = b"".join(refuse(self._environ(), self._start))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)

    def _start(self, status, headers, exc_info=None):
        del exc_info
        self.status = status
        self.response_headers.extend(headers)

    def _environ(self):
        # The parser may have given up before it knew what was asked for.
        request = self.request
        return {
            _ERROR: request.error,
            BEGAN: request.began,
            "REMOTE_ADDR": self.channel.addr[0],
            "REQUEST_METHOD": getattr(request, "command", "").upper(),
            "REQUEST_URI": getattr(request, "request_uri", ""),
            "PATH_INFO": getattr(request, "path", ""),
            "CONTENT_LENGTH": str(request.body_bytes_received),
            "HTTP_X_REQUEST_ID": request.headers.get("X_REQUEST_ID", ""),
        }


class _Parser(parser.HTTPRequestParser):
    def __init__(self, adj):
        super().__init__(adj)
        self.began = time.perf_counter()


class _Task(task_lib.WSGITask):
    def get_environment(self):
        return {**super().get_environment(), BEGAN: self.request.began}


class _Channel(channel_lib.HTTPChannel):
    parser_class = _Parser
    task_class = _Task
    error_task_class = _ErrorTask
    _began = 0.0

    def received(self, data):
        if self.request is None:
            self._began = time.time()
        return super().received(data)

    def is_slow(self, now, limits):
        sends = self.request is not None and not self.requests
        reads = self.total_outbufs_len > 0
        return (sends and now - self._began > limits.request_seconds) or (
            reads and now - self.last_activity > limits.idle_seconds
        )


class _Server(server_lib.TcpWSGIServer):
    channel_class = _Channel

    def maintenance(self, now):
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.is_slow(now, self.limits):
                # `will_close` would wait until the client reads.
                channel.handle_close()

    def is_busy(self):
        channels = list(self.active_channels.values())
        return any(c.requests or c.total_outbufs_len for c in channels)


class _Overloaded(utilities.Error):
    code = 503
    reason = "Service Unavailable"


class _Dispatcher:
    """Two queues, so that pages and status never wait behind predictions."""

    def __init__(self, limits):
        # waitress warns about every request that waits, but a queue is normal.
        utilities.queue_logger.setLevel("ERROR")
        self._max_queue = limits.max_queue
        self._predictions = task_lib.ThreadedTaskDispatcher()
        self._predictions.set_thread_count(limits.num_threads)
        self._others = task_lib.ThreadedTaskDispatcher()
        self._others.set_thread_count(2)

    def add_task(self, channel):
        request = channel.requests[0]
        if request.error or request.command != "POST":
            self._others.add_task(channel)
        elif len(self._predictions.queue) < self._max_queue:
            self._predictions.add_task(channel)
        else:
            request.error = _Overloaded(
                f"{self._max_queue} requests are waiting already."
            )
            self._others.add_task(channel)

    def shutdown(self, cancel_pending=True, timeout=1):
        self._predictions.shutdown(cancel_pending, timeout)
        self._others.shutdown(cancel_pending, timeout)


def _adjustments(host, port, limits):
    return adjustments.Adjustments(
        host=host,
        port=port,
        ident=None,
        max_request_body_size=limits.max_body_bytes,
        max_request_header_size=limits.max_header_bytes,
        connection_limit=limits.max_connections,
        channel_timeout=limits.idle_seconds,
        cleanup_interval=1,
        # Reads while a request computes: else it is not seen who hangs up.
        channel_request_lookahead=1,
        # `select` is limited to 1024 descriptors.
        asyncore_use_poll=True,
        # No traceback for a client that hangs up.
        log_socket_errors=False,
    )
