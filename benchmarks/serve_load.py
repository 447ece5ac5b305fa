r"""Measures the overhead of the server over a SavedModel called in process.

    python -m benchmarks.serve_load --output=load.md

Clients with persistent connections request the parts of docs/sample.jpg, and
equally many threads of this process call the same SavedModel. The two
alternate, so that other load on the machine affects both alike. "CPU ms" is the
CPU time of the server, or of this process, per request: on a busy machine it is
more reliable than wall time.
"""

from collections.abc import Callable
import dataclasses
import os
import threading
import time

from absl import flags
from absl import logging
import numpy as np
import psutil

from benchmarks import served as served_lib
from kp2part.serving import servable as servable_lib
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.system import tables

_OUTPUT = flags.DEFINE_string("output", None, "Markdown file of the table.")
_SECONDS = flags.DEFINE_float("seconds", 10.0, "Seconds per turn.", 0.1)
_ROUNDS = flags.DEFINE_integer("rounds", 3, "Number of turns of each.", 1)
_NUM_CLIENTS = flags.DEFINE_list(
    "num_clients", ["1", "8", "64"], "Numbers of simultaneous clients."
)
_LARGE_BATCH = flags.DEFINE_integer(
    "large_batch", 32, "Photos per batch in the test with large batches."
)


@dataclasses.dataclass(frozen=True)
class Turn:
    """The measurements of one turn.

    Attributes:
        latencies: Seconds of each call.
        seconds: From the first call to the end of the last.
        cpu_seconds: CPU time of the process that predicts.
    """

    latencies: list[float]
    seconds: float
    cpu_seconds: float


def measure(
    make_call: Callable[[], Callable[[], None]],
    process: psutil.Process,
    num_clients: int,
    seconds: float,
) -> Turn:
    """Measures clients that call repeatedly.

    Args:
        make_call: Called once per client; returns the function to call.
        process: The process that predicts.
        num_clients: Number of threads that call.
        seconds: Time during which new calls are started.
    """
    latencies = []
    cpu_before = sum(process.cpu_times()[:2])
    began = time.perf_counter()

    def client():
        call = make_call()
        while (start := time.perf_counter()) < began + seconds:
            call()
            latencies.append(time.perf_counter() - start)

    threads = [threading.Thread(target=client) for _ in range(num_clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Turn(
        latencies,
        time.perf_counter() - began,
        sum(process.cpu_times()[:2]) - cpu_before,
    )


def in_process() -> Callable[[], Callable[[], None]]:
    """Returns a factory of calls to the SavedModel in this process."""
    servable = servable_lib.Servable("", 1, served_lib.MODEL / "1")
    image, keypoints = served_lib.photo()
    inputs = {
        "image_bytes": np.array([image], object),
        "keypoints": np.array([keypoints], np.float32),
    }

    def call():
        servable.run("serving_default", inputs)

    call()
    return lambda: call


def over_http(served: served_lib.Served) -> Callable[[], Callable[[], None]]:
    """Returns a factory of calls to the server, with a connection each."""
    body = served_lib.predict_body()

    def make_call():
        connection = served.connect()

        def call():
            status, response = served_lib.post(connection, body)
            if status != 200:
                raise ValueError(f"Status {status}: {response[:200]}")

        return call

    return make_call


def rate(turns: list[Turn]) -> float:
    """Returns the requests per second over all turns."""
    return sum(len(t.latencies) for t in turns) / sum(t.seconds for t in turns)


def row(name: str, turns: list[Turn]) -> tuple[str, ...]:
    """Returns a row of the table, over all turns."""
    latencies = np.concatenate([t.latencies for t in turns]) * 1e3
    p50, p99 = np.percentile(latencies, [50, 99])
    cpu = sum(t.cpu_seconds for t in turns) * 1e3 / len(latencies)
    times = (f"{milliseconds:.1f}" for milliseconds in (p50, p99, cpu))
    return name, f"{rate(turns):.2f}", *times


def compare(served, local, remote, num_clients: int) -> list[tuple[str, ...]]:
    """Returns the rows for a number of clients."""
    inside, outside = [], []
    for _ in range(_ROUNDS.value):
        for turns, call, process in (
            (inside, local, psutil.Process()),
            (outside, remote, served.process),
        ):
            turns.append(measure(call, process, num_clients, _SECONDS.value))
    return [
        row(f"{num_clients}, in process", inside),
        row(
            f"{num_clients}, served ({rate(outside) / rate(inside):.2f} of it)",
            outside,
        ),
    ]


def beside_large(served: served_lib.Served, remote) -> tuple[str, ...]:
    """Returns the row for one client while another sends large batches."""
    body = served_lib.predict_body(_LARGE_BATCH.value)
    stop = threading.Event()

    def send():
        connection = served.connect(600)
        while not stop.is_set():
            served_lib.post(connection, body)

    thread = threading.Thread(target=send)
    thread.start()
    time.sleep(1)
    seconds = _SECONDS.value * _ROUNDS.value
    result = measure(remote, served.process, 1, seconds)
    stop.set()
    thread.join()
    return row(f"1, beside batches of {_LARGE_BATCH.value}", [result])


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    local = in_process()
    machine = f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f} before."
    rows = []
    with served_lib.serve("--grpc_port=0") as served:
        remote = over_http(served)
        for num_clients in _NUM_CLIENTS.value:
            rows += compare(served, local, remote, int(num_clients))
            logging.info("%s", rows[-2:])
        rows.append(beside_large(served, remote))
    heads = ("clients", "requests/s", "p50 ms", "p99 ms", "CPU ms")
    text = f"{machine}\n\n" + tables.Table(heads, rows).to_markdown()
    atomic.write_text(_OUTPUT.value, text)
    logging.info("\n%s", text)


if __name__ == "__main__":
    cli.run(main, required=("output",))
