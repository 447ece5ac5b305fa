"""The models of one server: each has a store, all share the schedule."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Self

from tensorflow_serving.apis import get_model_status_pb2

from kp2part.serving import admission as admission_lib
from kp2part.serving import model_configs
from kp2part.serving import model_store
from kp2part.serving import servable as servable_lib


class ModelGroup:
    """One or more models, as `interfaces.Models` has them.

    Args:
        stores: Of models with different names, which share their admission.

    Attributes:
        stores: As given.
        name: That of the first model, for what can have only one.
        names: All names.
        admission: Schedules requests to all of them.

    Raises:
        ValueError: There is no store, or two have the same name.
    """

    def __init__(self, stores: Sequence[model_store.ModelStore]):
        self.stores = tuple(stores)
        self._by_name = {store.name: store for store in stores}
        self.names = tuple(self._by_name)
        if not stores or len(self.names) < len(stores):
            raise ValueError(
                "`stores` must be one or more, of different names. Received: "
                f"{[store.name for store in stores]}"
            )
        self.name = self.names[0]
        self.admission = stores[0].admission

    @classmethod
    def open(
        cls,
        configs: Sequence[model_configs.Config],
        poll_seconds: float,
        admission: admission_lib.Admission,
    ) -> Self:
        """Returns a group whose models begin to load.

        Args:
            configs: The models.
            poll_seconds: Time between two looks at a directory of versions.
            admission: Schedules requests.
        """
        return cls(
            [
                model_store.ModelStore(
                    config.name, config.base_path, poll_seconds, admission
                )
                for config in configs
            ]
        )

    def servable(
        self, name: str, version: int | None = None, label: str | None = None
    ) -> servable_lib.Servable:
        """See `model_store.ModelStore.servable`."""
        return self._store(name).servable(name, version, label)

    def status(
        self, name: str, version: int | None = None
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """See `model_store.ModelStore.status`."""
        return self._store(name).status(name, version)

    def problems(self, name: str | None = None) -> list[str]:
        """Returns which models have no version that serves, and why.

        Args:
            name: Of the only model to look at, by default all.
        """
        stores = self.stores if name is None else [self._store(name)]
        return [problem for store in stores for problem in store.problems()]

    def listen(self, listener: Callable[[], None]):
        """See `model_store.ModelStore.listen`."""
        for store in self.stores:
            store.listen(listener)

    def close(self):
        """Stops following the directories, and unloads the models."""
        for store in self.stores:
            store.close()

    def _store(self, name):
        # Any store knows what to say of an unknown name.
        return self._by_name.get(name, self.stores[0])
