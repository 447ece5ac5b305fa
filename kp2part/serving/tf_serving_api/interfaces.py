"""What the API needs of the server behind it."""

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import get_model_status_pb2


class Model(Protocol):
    """One loaded version of a model; see `servable.Servable`."""

    name: str
    version: int
    meta_graph: meta_graph_pb2.MetaGraphDef

    def run(
        self,
        signature_name: str,
        inputs: dict[str, np.ndarray],
        outputs: Sequence[str] | None = None,
    ) -> Mapping[str, np.ndarray]:
        """Returns outputs of a signature, by name."""


class Models(Protocol):
    """The versions of one or more models; see `model_group.ModelGroup`."""

    name: str  # Of the first, or only, model.
    names: Collection[str]

    def servable(
        self, name: str, version: int | None = None, label: str | None = None
    ) -> Model:
        """Returns a loaded version, by default the newest."""

    def status(
        self, name: str, version: int | None = None
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Returns the states of the versions."""


class Metrics(Protocol):
    """Counts of requests; see `request_metrics.Metrics`."""

    def observe(
        self,
        model_name: str,
        method: str,
        entrypoint: str,
        status: str,
        started: float,
    ):
        """Counts one request."""
