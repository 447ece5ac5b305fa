"""A server to measure, in a separate process, and its clients."""

import base64
from collections.abc import Iterator
import contextlib
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import sys
import time

import psutil

ROOT = pathlib.Path(__file__).parents[1]
MODEL = ROOT / "saved_models" / "quadruped_lite"
PREDICT = f"/v1/models/{MODEL.name}:predict"


class Served:
    """The program `kp2part.serve` on a port, and its use of resources.

    Attributes:
        port: The HTTP port.
        process: A `psutil.Process`.
    """

    def __init__(self, port: int, process: psutil.Process):
        self.port = port
        self.process = process

    def rss_mb(self) -> float:
        """Returns the resident memory in MiB."""
        return self.process.memory_info().rss / 2**20

    def connect(self, timeout: float = 120) -> http.client.HTTPConnection:
        """Returns a connection that stays open."""
        return http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout
        )

    def ask(self, method: str = "GET", target: str = "", body=None) -> int:
        """Returns the status of one request on a new connection."""
        connection = self.connect()
        try:
            return post(connection, body, method, target)[0]
        finally:
            connection.close()


def post(
    connection: http.client.HTTPConnection,
    body: bytes | None,
    method: str = "POST",
    target: str = "",
) -> tuple[int, bytes]:
    """Returns status and body of the response on an open connection."""
    connection.request(method, target or PREDICT, body)
    response = connection.getresponse()
    return response.status, response.read()


def photo() -> tuple[bytes, list[list[float]]]:
    """Returns the sample's JPEG and its keypoints, rows of (x, y, v)."""
    keypoints = json.loads((ROOT / "docs" / "sample.json").read_bytes())
    return (ROOT / "docs" / "sample.jpg").read_bytes(), keypoints


def predict_body(batch_size: int = 1) -> bytes:
    """Returns a request for the parts of `batch_size` photos, JSON."""
    image, keypoints = photo()
    instance = {
        "image_bytes": {"b64": base64.b64encode(image).decode()},
        "keypoints": keypoints,
    }
    return json.dumps({"instances": [instance] * batch_size}).encode()


def corrupt_body() -> bytes:
    """Returns a request whose image is not an image, JSON."""
    instance = {"image_bytes": "no image", "keypoints": photo()[1]}
    return json.dumps({"instances": [instance]}).encode()


@contextlib.contextmanager
def serve(*flags: str, base_path: pathlib.Path = MODEL) -> Iterator[Served]:
    """Serves a model while the context lasts, warmed by one request.

    Args:
        *flags: Flags of the program.
        base_path: Directory of versions.
    """
    # Stopping the benchmark stops the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "kp2part.serve", f"--port={port}",
         f"--model_base_path={base_path}", f"--model_name={MODEL.name}",
         *flags],
        cwd=ROOT,
    )  # fmt: skip
    try:
        served = Served(port, psutil.Process(process.pid))
        _wait_for(served, process)
        served.ask("POST", body=predict_body())
        yield served
    finally:
        process.terminate()
        process.wait(60)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(served, process):
    for _ in range(3000):
        with contextlib.suppress(OSError):
            if served.ask(target=f"/v1/models/{MODEL.name}") == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise OSError(f"kp2part.serve did not start. Exit status: {process.poll()}")
