"""The server of `kp2part.serve`, from directories of versions to its end."""

from collections.abc import Callable
import dataclasses
import pathlib
import threading

from absl import logging

from kp2part.serving import access_log
from kp2part.serving import health
from kp2part.serving import limits as limits_lib
from kp2part.serving import model_group
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from kp2part.serving import static_files
from kp2part.serving.label_studio_api import application as label_studio
from kp2part.serving.label_studio_api import photos as photos_lib
from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import rest

# What kp2part.export says of its models.
_DESCRIPTION = pathlib.Path("assets.extra", "kp2part.json")
_LOOK_SECONDS = 0.1  # Between two looks whether the models are loaded.
_PAGE_FILES = pathlib.Path(__file__).parents[1] / "annotator"


@dataclasses.dataclass(frozen=True)
class Address:
    """Where the server listens, and whether it has a page.

    Attributes:
        host: Name or number of the address.
        port: Of REST and of the page; 0 for none.
        grpc_port: Of gRPC; 0 for none.
        page: Whether "/" serves the annotation page.
        allowed_hosts: More names to respond under, see `host_check`.
    """

    host: str
    port: int
    grpc_port: int
    page: bool
    allowed_hosts: tuple[str, ...] = ()

    def __post_init__(self):
        if not self.port and not self.grpc_port:
            raise ValueError("`port` and `grpc_port` must not both be 0.")


def make_application(
    models: model_group.ModelGroup,
    metrics: request_metrics.Metrics,
    max_body_bytes: int,
    page: bool,
    photos: photos_lib.Photos | None = None,
) -> Callable:
    """Returns the WSGI application of the HTTP port.

    Args:
        models: Those to serve.
        metrics: What is counted.
        max_body_bytes: See `rest.application`.
        page: Whether "/" serves the annotation page.
        photos: Where Label Studio's photos are read; None if it is not served.
            It uses the first model.
    """
    files = static_files.application(
        _PAGE_FILES, models.names, lambda name: description(models, name)
    )
    return server_lib.application(
        rest.application(models, max_body_bytes),
        metrics,
        files if page else None,
        health.routes(models)
        | (_label_studio(models, photos) if photos else {}),
    )


def _label_studio(models, photos) -> dict[str, Callable]:
    routes = label_studio.application(models, models.admission, photos)
    return dict.fromkeys(label_studio.PATHS, routes)


def description(models: model_group.ModelGroup, name: str) -> bytes | None:
    """Returns what the served version says of itself, JSON; None if nothing."""
    try:
        return (models.servable(name).path / _DESCRIPTION).read_bytes()
    except (OSError, errors.ServingError):
        return None


def wait_for_models(models: model_group.ModelGroup, stop: threading.Event):
    """Waits until a version of each serves, or until told to stop.

    Raises:
        ValueError: The newest version of one cannot be loaded.
    """
    while not stop.is_set():
        waiting = [store for store in models.stores if not _serves(store)]
        if not waiting:
            return
        places = [str(s.base_path) for s in waiting if s.is_empty()]
        if places:
            logging.log_every_n_seconds(
                logging.INFO,
                "Waiting for a version in %s",
                10,
                ", ".join(places),
            )
        stop.wait(_LOOK_SECONDS)


def _serves(store: model_store.ModelStore) -> bool:
    try:
        return store.wait(0)
    except errors.ServingError as error:
        raise ValueError(f"{store.base_path}: {error.message}") from error


def run(
    models: model_group.ModelGroup,
    address: Address,
    limits: limits_lib.Limits,
    stop: threading.Event,
    photos: photos_lib.Photos | None = None,
    log: access_log.AccessLog | None = None,
):
    """Serves until told to stop; each model from when it is loaded.

    Raises:
        ValueError: The newest version of one cannot be loaded.
        OSError: A port is taken.
    """
    metrics = request_metrics.Metrics()
    server = server_lib.Server(
        make_application(
            models, metrics, limits.max_body_bytes, address.page, photos
        ),
        models,
        metrics,
        address.host,
        address.port or None,
        address.grpc_port or None,
        limits,
        address.allowed_hosts,
        log,
    )
    try:
        # Says from the start that it is not ready.
        server.start()
        wait_for_models(models, stop)
        if not stop.is_set():
            places = _places(server, address.host)
            logging.info("%s serves: %s", ", ".join(models.names), places)
            stop.wait()
    finally:
        server.stop()


def _places(server: server_lib.Server, host: str) -> str:
    places = []
    if server.http_port:
        places.append(f"open http://{host}:{server.http_port}/")
    if server.grpc_port:
        places.append(f"gRPC at {host}:{server.grpc_port}")
    return ", ".join(places)
