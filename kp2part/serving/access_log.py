"""A log of all requests: one JSON object per line.

    {"time": "2026-03-01T09:30:00.123Z", "id": "...", "remote": "127.0.0.1",
     "method": "POST", "path": "/v1/models/m:predict", "status": 200,
     "bytes_in": 120, "bytes_out": 31, "ms": 4.2, "model": "m", "version": 1}

Bodies, headers and queries, which may hold photos and tokens, are not in it.
JSON escapes all that a client could forge a line with.
"""

from collections.abc import Callable
from collections.abc import Collection
import contextlib
import datetime
import json
import re
import threading
import time
from typing import TextIO
import uuid

from absl import logging

from kp2part.serving import request_counts
from kp2part.serving import request_facts
from kp2part.serving.waitress_server import http_server

ID_HEADER = "X-Request-ID"
_ID = re.compile(r"[A-Za-z0-9._=+/-]{1,128}")
_MAX_PATH = 500


class AccessLog:
    """Writes the log. Safe to share between threads.

    Args:
        stream: Where it is written. If that fails, for instance as its reader
            has ended, this is logged once, and requests go on.
    """

    def __init__(self, stream: TextIO):
        self._stream: TextIO | None = stream
        self._lock = threading.Lock()

    def write(self, **fields):
        """Writes one line, with the time of now first."""
        now = datetime.datetime.now(datetime.UTC)
        stamp = now.isoformat(timespec="milliseconds")
        fields = {"time": stamp.replace("+00:00", "Z"), **fields}
        line = json.dumps(fields) + "\n"
        with self._lock:
            if self._stream is None:
                return
            try:
                self._stream.write(line)
                self._stream.flush()
            except (OSError, ValueError) as error:
                self._stream = None
                logging.error("The access log ends: %s", error)


def request_id(given: str) -> str:
    """Returns the id that a client gave, or a new one if it is not one."""
    return given if _ID.fullmatch(given) else uuid.uuid4().hex


def shortened(path: str) -> str:
    """Returns a path, without a query, not longer than a line can be."""
    return f"{path:.{_MAX_PATH}}"


def milliseconds(began: float) -> float:
    """Returns the time since a value of `time.perf_counter`."""
    return round((time.perf_counter() - began) * 1e3, 1)


def logged(
    application: Callable, names: Collection[str], log: AccessLog
) -> Callable:
    """Returns a WSGI application whose requests are logged.

    Args:
        application: The WSGI application.
        names: Of the models.
        log: Where they are logged.
    """

    def logging_(environ, start_response):
        response = _Response(environ, start_response)
        # A body that has no length before it is sent would count as 0.
        chunks = []
        with request_facts.collecting() as facts:
            if request_counts.is_of_api(environ):
                name = request_counts.model_name(environ["REQUEST_URI"])
                if name in names:
                    request_facts.note_model(name)
            try:
                chunks = list(application(environ, response.start))
                return chunks
            finally:
                sent = sum(map(len, chunks))
                log.write(**response.fields(sent), **facts)

    return logging_


class _Response:
    def __init__(self, environ, start_response):
        self._environ = environ
        self._start = start_response
        self._status = 500  # What the server sends after an exception.
        self._id = request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        self._began = environ.get(http_server.BEGAN, time.perf_counter())

    def start(self, status, headers, exc_info=None):
        self._status = int(status.partition(" ")[0])
        headers = [*headers, (ID_HEADER, self._id)]
        return self._start(status, headers, exc_info)

    def fields(self, num_bytes):
        environ = self._environ
        return {
            "id": self._id,
            "remote": environ["REMOTE_ADDR"],
            "method": f"{environ['REQUEST_METHOD']:.20}",
            "path": shortened(environ["PATH_INFO"]),
            "status": self._status,
            "bytes_in": _length(environ),
            "bytes_out": num_bytes,
            "ms": milliseconds(self._began),
        }


def _length(environ):
    with contextlib.suppress(ValueError):
        return int(environ.get("CONTENT_LENGTH") or 0)
    return 0
