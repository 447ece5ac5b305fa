"""The served model as a client of it sees it, without a network between."""

import threading
import weakref

import grpc
import numpy as np

from kp2part.client import part_client
from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import interfaces

# These are of no photo: they end the whole request.
_ENDING = (
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.NOT_FOUND,
)


class Served:
    """The version that serves; another one takes its place at any time.

    Args:
        store: The versions of the model.
    """

    def __init__(self, store: interfaces.Models):
        self._store = store
        self._lock = threading.Lock()
        self._client: part_client.PartClient | None = None
        # Not a strong reference: an old version would stay in memory.
        self._of: weakref.ref[interfaces.Model] | None = None

    @property
    def version(self) -> str:
        """What Label Studio is to call it, e.g. "quadruped_lite-1"."""
        servable = self._store.servable(self._store.name)
        return f"{servable.name}-{servable.version}"

    def client(self) -> part_client.PartClient:
        """Returns a client of the version that serves now.

        Raises:
            errors.ServingError: None does.
        """
        servable = self._store.servable(self._store.name)
        with self._lock:
            of = self._of and self._of()
            if self._client is None or of is not servable:
                self._of = weakref.ref(servable)
                self._client = part_client.PartClient(
                    _Backend(self._store, servable.version), quality=True
                )
            return self._client


class _Backend:
    """See `part_client.Backend`."""

    def __init__(self, store, version):
        self._store = store
        self._version = version

    def run(
        self, signature: str, inputs: dict[str, np.ndarray], outputs: list[str]
    ) -> dict[str, np.ndarray]:
        servable = self._store.servable(self._store.name, self._version)
        try:
            return dict(servable.run(signature, inputs, outputs))
        except errors.ServingError as error:
            if error.code in _ENDING:
                raise
            raise ValueError(error.message) from error

    def close(self):
        """Does nothing: there is no connection."""
