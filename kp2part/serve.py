r"""Serves a SavedModel on this machine, as TensorFlow Serving would.

    python -m kp2part.serve
    python -m kp2part.serve --model_base_path=saved_models/mine \
        --model_name=mine --port=8501 --grpc_port=8500

A server to develop and test with: same REST and gRPC API, same directory, so
that a client that works here works there. Open the logged URL in a browser to
try the model on a page, or ask:

    curl http://127.0.0.1:8501/v1/models/quadruped_lite
    curl http://127.0.0.1:8501/v1/models/quadruped_lite/metadata

--model_base_path holds numbered versions, as kp2part.export writes them. The
newest serves; put a newer one beside it (by a rename, so that it appears whole)
and requests go there as soon as it has loaded. One that does not load is logged
and reported, and the one before it keeps on serving.

/monitoring/prometheus/metrics has counts and latencies. Ctrl-C or SIGTERM stops
it after the requests under way. Whoever reaches the port can use the model:
--host=0.0.0.0 belongs behind a proxy. A SavedModel is a program: serve only
those you trust.
"""

from collections.abc import Callable
import os
import pathlib
import re
import signal
import threading

from absl import flags
from absl import logging
import tensorflow as tf

from kp2part.serving import limits
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from kp2part.serving import static_files
from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import rest
from kp2part.system import cli
from kp2part.system import published

_DEMO = pathlib.Path("out/demo/saved_model")
_LIMITS = limits.Limits()
# What kp2part.export says of its models.
_DESCRIPTION = pathlib.Path("assets.extra", "kp2part.json")
_PAGE_FILES = pathlib.Path(__file__).with_name("annotator")

_MODEL_BASE_PATH = flags.DEFINE_string(
    "model_base_path",
    str(published.SHIPPED if published.SHIPPED.is_dir() else _DEMO),
    "Directory of numbered versions of a SavedModel, any. It may come later.",
)
_MODEL_NAME = flags.DEFINE_string(
    "model_name", None, "In URLs; by default the directory's name."
)
_HOST = flags.DEFINE_string("host", "127.0.0.1", "Address to listen at.")
_PORT = flags.DEFINE_integer(
    "port", 8501, "Of REST and of the page; 0: none.", 0, 65535
)
_GRPC_PORT = flags.DEFINE_integer(
    "grpc_port", 8500, "Of gRPC; 0: none.", 0, 65535
)
_PAGE = flags.DEFINE_bool("page", True, "Serve a page to try the model on.")
_POLL_SECONDS = flags.DEFINE_float(
    "poll_seconds", 1.0, "How often to look for a new version.", 0.01
)
_NUM_THREADS = flags.DEFINE_integer(
    "num_threads", _LIMITS.num_threads, "Predictions computed at once.", 1
)
_MAX_QUEUE = flags.DEFINE_integer(
    "max_queue",
    _LIMITS.max_queue,
    "Predictions that wait for a thread; more are answered 503.",
    1,
)
_MAX_BODY_MB = flags.DEFINE_integer(
    "max_body_mb", _LIMITS.max_body_bytes >> 20, "MiB of a request.", 1
)


def make_application(
    store: model_store.ModelStore, metrics: request_metrics.Metrics, page: bool
) -> Callable:
    """Returns the WSGI application of the HTTP port, with or without a page."""
    files = static_files.application(
        _PAGE_FILES, store.name, lambda: description(store)
    )
    return server_lib.application(
        rest.application(store, _MAX_BODY_MB.value << 20),
        store.name,
        metrics,
        files if page else None,
    )


def description(store: model_store.ModelStore) -> bytes | None:
    """Returns what the served version says of itself, JSON; None if nothing."""
    try:
        return (store.servable(store.name).path / _DESCRIPTION).read_bytes()
    except (OSError, errors.ServingError):
        return None


def model_name(name: str | None, base_path: pathlib.Path) -> str:
    """Returns the name in URLs, by default the directory's.

    Raises:
        ValueError: A URL could not hold it.
    """
    name = base_path.name if name is None else name
    if not re.fullmatch(r"[^/:%?#\s]+", name):
        raise ValueError(
            "`model_name` must be at least one character, none of them a "
            f"space or of /:%?#. Received: model_name={name!r}"
        )
    return name


def wait_for_model(
    store: model_store.ModelStore,
    base_path: pathlib.Path,
    stop: threading.Event,
):
    """Waits until a version serves, or until told to stop.

    Raises:
        ValueError: The newest version cannot be loaded.
    """
    try:
        while not stop.is_set() and not store.wait(0.1):
            logging.log_every_n_seconds(
                logging.INFO, "Waiting for a version in %s", 10, base_path
            )
    except errors.ServingError as error:
        raise ValueError(f"{base_path}: {error.message}") from error


def make_limits() -> limits.Limits:
    """Returns what the flags let clients take."""
    return limits.Limits(
        max_body_bytes=_MAX_BODY_MB.value << 20,
        num_threads=_NUM_THREADS.value,
        max_queue=_MAX_QUEUE.value,
    )


def where(server: server_lib.Server) -> str:
    """Returns what to open or to call."""
    host, places = _HOST.value, []
    if server.http_port:
        places.append(f"open http://{host}:{server.http_port}/")
    if server.grpc_port:
        places.append(f"gRPC at {host}:{server.grpc_port}")
    return ", ".join(places)


def serve(store: model_store.ModelStore, base_path, stop: threading.Event):
    """Serves from when a version is loaded until told to stop."""
    metrics = request_metrics.Metrics()
    server = server_lib.Server(
        make_application(store, metrics, _PAGE.value),
        store,
        metrics,
        _HOST.value,
        _PORT.value or None,
        _GRPC_PORT.value or None,
        make_limits(),
    )
    try:
        wait_for_model(store, base_path, stop)
        if not stop.is_set():
            server.start()
            logging.info("%s serves: %s", store.name, where(server))
            stop.wait()
    finally:
        server.stop()


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    # It warns of the one way to load a SavedModel into a session.
    tf.get_logger().setLevel("ERROR")
    if not _PORT.value and not _GRPC_PORT.value:
        raise ValueError("`port` and `grpc_port` must not both be 0.")
    base_path = pathlib.Path(_MODEL_BASE_PATH.value).absolute()
    name = model_name(_MODEL_NAME.value, base_path)
    stop = threading.Event()
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, lambda *_: stop.set())
    store = model_store.ModelStore(name, base_path, _POLL_SECONDS.value)
    try:
        serve(store, base_path, stop)
    finally:
        store.close()
    logging.info("Stopped.")
    logging.flush()
    # Python and TensorFlow take seconds to take themselves apart, and nothing
    # is left to be written.
    os._exit(0)


if __name__ == "__main__":
    cli.run(main)
