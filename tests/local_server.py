"""The server of `kp2part.serve`, in the test's own process."""

import contextlib
import pathlib

from kp2part.serving import limits
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from kp2part.serving.tf_serving_api import rest


@contextlib.contextmanager
def serve(base_path: pathlib.Path, name: str):
    """Yields a server of a model once it serves, on two free ports."""
    store = model_store.ModelStore(name, base_path, 0.1)
    metrics = request_metrics.Metrics()
    application = server_lib.application(rest.application(store), metrics)
    server = server_lib.Server(
        application, store, metrics, "127.0.0.1", 0, 0, limits.Limits()
    )
    try:
        if not store.wait(300):
            raise TimeoutError(f"{base_path}: no version was loaded.")
        server.start()
        yield server
    finally:
        server.stop()
        store.close()
