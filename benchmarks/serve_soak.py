r"""Monitors memory and descriptors of a server under load and hot swaps.

    python -m benchmarks.serve_soak --minutes=20 --output=soak.md

Clients request the parts of docs/sample.jpg, every third time with bytes that
are not an image. At intervals a newer version of the same model is published,
and an older one is removed. After a warm-up the resident memory should grow by
less than 1 MB per minute, and the number of descriptors should not grow. The
warm-up includes some swaps, because the first ones raise the use of memory.
"""

import collections
import pathlib
import shutil
import tempfile
import threading
import time

from absl import flags
from absl import logging
import numpy as np

from benchmarks import served as served_lib
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.system import tables

_OUTPUT = flags.DEFINE_string("output", None, "Markdown file of the table.")
_MINUTES = flags.DEFINE_float(
    "minutes", 20.0, "Minutes after the warm-up.", 0.1
)
_WARMUP_MINUTES = flags.DEFINE_float(
    "warmup_minutes", 2.0, "Minutes of the warm-up, not counted.", 0.0
)
_SWAP_SECONDS = flags.DEFINE_float(
    "swap_seconds", 60.0, "Seconds between new versions; 0 for none.", 0.0
)
_NUM_CLIENTS = flags.DEFINE_integer(
    "num_clients", 4, "Number of simultaneous clients.", 1
)
_SAMPLE_SECONDS = 5.0
_WARMUP_SWAPS = 4
_GOOD = "predictions for photos"
_REFUSED = "400 for files that are not images"


def ask(served: served_lib.Served, responses: list[str], stop: threading.Event):
    """Sends requests until told to stop, and records the responses."""
    good, bad = served_lib.predict_body(), served_lib.corrupt_body()
    expected = {(200, False): _GOOD, (400, True): _REFUSED}
    connection = served.connect()
    turn = 0
    while not stop.is_set():
        turn += 1
        corrupt = turn % 3 == 0
        status, _ = served_lib.post(connection, bad if corrupt else good)
        responses.append(expected.get((status, corrupt), f"wrong: {status}"))


def swap(base: pathlib.Path, stop: threading.Event) -> None:
    """Publishes the model again and again, and removes old versions."""
    version, early = 1, 60 * _WARMUP_MINUTES.value / (_WARMUP_SWAPS + 1)
    while _SWAP_SECONDS.value and not stop.wait(
        early if version <= _WARMUP_SWAPS else _SWAP_SECONDS.value
    ):
        version += 1
        partial = base / ".partial"
        shutil.copytree(served_lib.MODEL / "1", partial)
        partial.rename(base / str(version))
        shutil.rmtree(base / str(version - 2), ignore_errors=True)


def watch(served: served_lib.Served, minutes: float) -> np.ndarray:
    """Returns rows of minute, RSS in MiB and descriptors, float64 [N, 3]."""
    rows, began = [], time.monotonic()
    while (minute := (time.monotonic() - began) / 60) < minutes:
        rows.append((minute, served.rss_mb(), served.process.num_fds()))
        time.sleep(_SAMPLE_SECONDS)
    return np.array(rows)


def soak(served: served_lib.Served, base: pathlib.Path):
    """Returns the responses, and the result of `watch` after the warm-up."""
    responses, stop = [], threading.Event()
    threads = [
        threading.Thread(target=ask, args=(served, responses, stop))
        for _ in range(_NUM_CLIENTS.value)
    ] + [threading.Thread(target=swap, args=(base, stop))]
    for thread in threads:
        thread.start()
    try:
        time.sleep(_WARMUP_MINUTES.value * 60)
        return responses, watch(served, _MINUTES.value)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def table(responses: list[str], seen: np.ndarray) -> tables.Table:
    """Returns the table of the results of `soak`."""
    minutes, rss, descriptors = seen.T
    slope = np.polyfit(minutes, rss, 1)[0]
    rows = [
        ("minutes", f"{minutes[-1]:.1f}"),
        *(
            (status, str(count))
            for status, count in collections.Counter(responses).items()
        ),
        ("RSS at the start, MB", f"{rss[0]:.0f}"),
        ("RSS at the end, MB", f"{rss[-1]:.0f}"),
        ("RSS slope, MB per minute", f"{slope:+.2f}"),
        (
            "descriptors at the start, maximum, at the end",
            f"{descriptors[0]:.0f}, {max(descriptors):.0f}, "
            f"{descriptors[-1]:.0f}",
        ),
    ]
    return tables.Table(("", ""), rows)


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        shutil.copytree(served_lib.MODEL / "1", base / "1")
        with served_lib.serve("--grpc_port=0", base_path=base) as served:
            text = table(*soak(served, base)).to_markdown()
    atomic.write_text(_OUTPUT.value, text)
    logging.info("\n%s", text)


if __name__ == "__main__":
    cli.run(main, required=("output",))
