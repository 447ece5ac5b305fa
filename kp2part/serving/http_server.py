"""waitress, with limits on what a client may take of it.

waitress cuts clients that fall silent; this also cuts those that send or read a
little for ever, and bounds the queue.
"""

from collections.abc import Callable
import dataclasses
import json
import threading
import time

from waitress import adjustments
from waitress import channel as channel_lib
from waitress import server as server_lib
from waitress import task as task_lib
from waitress import utilities
from waitress import wasyncore


@dataclasses.dataclass(frozen=True)
class Limits:
    """What clients may take.

    Attributes:
        max_body_bytes: Of a request, as sent.
        max_header_bytes: Of all headers of a request.
        max_connections: More wait until one is closed.
        num_threads: Requests that are computed at once.
        max_queue: Requests that wait for a thread; more are answered 503.
        idle_seconds: A connection without traffic is cut.
        request_seconds: In which a request has to have arrived.
    """

    max_body_bytes: int = 32 << 20
    max_header_bytes: int = 64 << 10
    max_connections: int = 2000
    num_threads: int = 8
    max_queue: int = 1000
    idle_seconds: int = 10
    request_seconds: int = 30

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value < 1:
                raise ValueError(
                    f"`{field.name}` must be at least 1. Received: {value}"
                )


class HttpServer:
    """A WSGI application behind a port, in threads of its own.

    Args:
        application: The WSGI application.
        host: Address to listen at.
        port: 0 is any free one.
        limits: What clients may take.

    Attributes:
        port: The port it listens at.

    Raises:
        OSError: The port is taken, or the host is not ours.
    """

    def __init__(
        self, application: Callable, host: str, port: int, limits: Limits
    ):
        self._dispatcher = _Dispatcher(limits)
        self._map = {}
        try:
            self._server = _Server(
                application,
                map=self._map,
                # Until it is started, connections are refused.
                _start=False,
                dispatcher=self._dispatcher,
                adj=_adjustments(host, port, limits),
            )
        except OSError as error:
            raise OSError(
                f"HTTP cannot listen at {host}, port {port}: {error}"
            ) from error
        self._server.limits = limits
        self.port = int(self._server.effective_port)
        self._thread = threading.Thread(target=self._server.run, name="http")

    def start(self):
        """Answers from now on."""
        self._server.accept_connections()
        self._thread.start()

    def stop(self, seconds: float = 10.0):
        """Takes no more requests, and lets those it has finish.

        Args:
            seconds: The longest to wait for them.
        """
        if self._thread.is_alive():
            deadline = time.monotonic() + seconds
            # Sockets are the business of the loop's own thread.
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
        # The loop runs thunks under this lock. Without it, one that another
        # thread has just woken could close the trigger before it is pulled.
        with trigger.lock:
            trigger.thunks.append(function)
            trigger.pull_trigger()


class _ErrorTask(task_lib.ErrorTask):
    # In JSON, as all errors under /v1/ are.
    def execute(self):
        error = self.request.error
        text = f"{error.reason}: {error.body}"
        body = json.dumps({"error": text}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(channel_lib.HTTPChannel):
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
    """Two queues: a page or a status never waits behind predictions."""

    def __init__(self, limits):
        # A queue is what is wanted, not worth a warning.
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
                f"{self._max_queue} requests wait already."
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
        # `select` ends at 1024 descriptors.
        asyncore_use_poll=True,
        # A client that hangs up is not worth a traceback.
        log_socket_errors=False,
    )
