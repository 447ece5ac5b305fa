r"""Attacks a server with loads that are too slow for tests.

    python -m benchmarks.serve_attack --output=attack.md

Each row of the table has an attack, its outcome, the growth of memory, and the
longest wait of a small request meanwhile. The exit status is 1 if an attack
harmed the server.
"""

import collections
from collections.abc import Callable
from concurrent import futures
import gzip
import json
import socket
import threading
import time

from absl import flags
from absl import logging

from benchmarks import served as served_lib
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.system import tables

_OUTPUT = flags.DEFINE_string("output", None, "Markdown file of the table.")
_MAX_GROWTH_MB = 200
_MAX_WAIT_SECONDS = 1.0
_STATUS = f"/v1/models/{served_lib.MODEL.name}"
_HEAD = "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n"


def send(served: served_lib.Served, *parts: bytes) -> str:
    """Returns the first line of the response; "cut" without one."""
    with socket.create_connection(("127.0.0.1", served.port), 60) as client:
        try:
            for part in parts:
                client.sendall(part)
        except OSError:
            pass  # A client that is cut off while sending may still read why.
        try:
            return client.makefile("rb").readline().decode().strip() or "cut"
        except OSError:
            return "cut"


def many(served: served_lib.Served, body: bytes, num_requests: int) -> str:
    """Returns the statuses of simultaneous requests."""

    def send_one(_):
        try:
            return served.ask("POST", body=body)
        except OSError as error:
            return type(error).__name__

    with futures.ThreadPoolExecutor(num_requests) as pool:
        statuses = collections.Counter(pool.map(send_one, range(num_requests)))
    return ", ".join(f"{n} x {status}" for status, n in statuses.items())


def slow(served: served_lib.Served, dribble: bytes) -> str:
    """Returns how long 500 connections last that never complete a request."""
    head = _HEAD.format(served_lib.PREDICT, 10_000).encode()
    clients = [
        socket.create_connection(("127.0.0.1", served.port), 60)
        for _ in range(500)
    ]
    began = time.monotonic()
    for client in clients:
        client.sendall(head)
        client.setblocking(False)
    while clients and time.monotonic() - began < 120:
        clients = [c for c in clients if not _is_cut(c, dribble)]
        time.sleep(0.5)
    held = time.monotonic() - began
    return f"{500 - len(clients)} of 500 cut within {held:.0f} s"


def _is_cut(client, dribble):
    try:
        if dribble:
            client.send(dribble)
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def attacks() -> dict[str, Callable[[served_lib.Served], str]]:
    """Returns the attacks by name; each returns its outcome."""
    megabyte = b" " * (1 << 20)
    deep = b'{"instances": ' + b"[" * 500_000
    bomb = gzip.compress(megabyte * 600, 1)
    gzipped = _HEAD.format(served_lib.PREDICT, len(bomb)).replace(
        "Host: localhost", "Content-Encoding: gzip"
    )
    numbers = json.dumps({"instances": [1.5] * 100_000}).encode()
    start = f"GET {_STATUS} HTTP/1.1\r\nX: ".encode()

    def post(body, head=_HEAD):
        head = head.format(served_lib.PREDICT, len(body)).encode()
        return lambda served: send(served, head, body)

    def large(served):
        head = _HEAD.format(served_lib.PREDICT, 100 << 20).encode()
        return send(served, head, *[megabyte] * 100)

    return {
        "body of 100 MB": large,
        "Content-Length of 10^18": lambda served: send(
            served, _HEAD.format(served_lib.PREDICT, 10**18).encode()
        ),
        "header of 1 MB": lambda served: send(served, start, megabyte),
        "gzip of 600 MB": lambda served: send(served, gzipped.encode(), bomb),
        "500,000 nested lists": post(deep),
        "100,000 numbers for photos": post(numbers),
        "500 silent connections": lambda served: slow(served, b""),
        "500 that send a byte at a time": lambda served: slow(served, b" "),
        "1,000 small requests at once": lambda served: many(
            served, served_lib.corrupt_body(), 1000
        ),
        "200 photos at once": lambda served: many(
            served, served_lib.predict_body(), 200
        ),
        "20 batches of 9 photos at once": lambda served: many(
            served, served_lib.predict_body(9), 20
        ),
    }


class Watch:
    """Monitors memory and the latency of a small request during an attack.

    Attributes:
        rss_mb: The maximum resident memory, in MiB.
        wait_seconds: The longest wait for a status.
    """

    def __init__(self, served: served_lib.Served):
        self._served = served
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.rss_mb = self.wait_seconds = 0.0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _look(self):
        while not self._stop.wait(0.1):
            began = time.monotonic()
            self._served.ask(target=_STATUS)
            waited = time.monotonic() - began
            self.wait_seconds = max(self.wait_seconds, waited)
            self.rss_mb = max(self.rss_mb, self._served.rss_mb())


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    rows, harmed = [], []
    with served_lib.serve("--grpc_port=0") as served:
        # TensorFlow keeps the memory of a large batch, which is not an attack.
        served.ask("POST", body=served_lib.predict_body(9))
        for name, attack in attacks().items():
            before = served.rss_mb()
            with Watch(served) as watch:
                outcome = attack(served)
            grown = max(0.0, watch.rss_mb - before)
            after = served.ask("POST", body=served_lib.predict_body())
            waited = f"{watch.wait_seconds:.2f}"
            rows.append((name, outcome, f"{grown:.0f}", waited, str(after)))
            logging.info("%s", ", ".join(rows[-1]))
            if grown > _MAX_GROWTH_MB or after != 200:
                harmed.append(name)
            if watch.wait_seconds > _MAX_WAIT_SECONDS:
                logging.warning("%s: a status took too long.", name)
    heads = ("attack", "outcome", "MB more", "status, s", "next photo")
    text = tables.Table(heads, rows, num_left=2).to_markdown()
    atomic.write_text(_OUTPUT.value, text)
    if harmed:
        raise ValueError(f"Harmed by: {', '.join(harmed)}")


if __name__ == "__main__":
    cli.run(main, required=("output",))
