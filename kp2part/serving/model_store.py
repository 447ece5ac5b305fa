"""Finds the versions of a model on disk, loads them and swaps them.

The policy is TensorFlow Serving's: the version with the highest number serves,
and the version before it keeps serving until the new one is loaded.
"""

from collections.abc import Callable
import ctypes
import gc
import pathlib
import threading
import time

from absl import logging
import grpc
from tensorflow_serving.apis import get_model_status_pb2

from kp2part.serving import admission as admission_lib
from kp2part.serving import request_facts
from kp2part.serving import servable as servable_lib
from kp2part.serving import version_states
from kp2part.serving import warmup_replay
from kp2part.serving.tf_serving_api import errors
from kp2part.system import published


class ModelStore:
    """Follows a directory of versions and holds the one that serves.

    A version that cannot be loaded is reported by `status`, and the version
    before it keeps serving; loading is tried again when its files change.

    Args:
        name: The model's name.
        base_path: Directory of numbered versions; may be created later.
        poll_seconds: Time between two looks at the directory.
        admission: Schedules requests.

    Attributes:
        name: The model's name.
        names: The same, see `interfaces.Models`.
        base_path: As given.
        admission: Schedules requests.
    """

    def __init__(
        self,
        name: str,
        base_path: pathlib.Path,
        poll_seconds: float = 1.0,
        admission: admission_lib.Admission | None = None,
    ):
        self.name = name
        self.names = (name,)
        self.base_path = pathlib.Path(base_path)
        self.admission = admission or admission_lib.Admission()
        # Replaced, never modified: requests read it without a lock.
        self._loaded: dict[int, servable_lib.Servable] = {}
        self._states = version_states.VersionStates(name)
        self._failed_files: dict[int, frozenset] = {}
        self._first = threading.Event()
        self._listeners: list[Callable[[], None]] = []
        self._closing = threading.Event()
        self._poller = threading.Thread(
            target=self._poll, args=(poll_seconds,), name="poll", daemon=True
        )
        self._poller.start()

    def servable(
        self, name: str, version: int | None = None, label: str | None = None
    ) -> servable_lib.Servable:
        """Returns a loaded version, by default the newest.

        Raises:
            errors.ServingError: That version is not loaded.
        """
        if not name:
            raise errors.invalid("ModelSpec has no name specified.")
        if label is not None:
            raise errors.invalid(
                f"Unrecognized servable version label: {label}"
            )
        loaded = self._loaded if name == self.name else {}
        found = loaded.get(
            max(loaded, default=-1) if version is None else version
        )
        if found is None:
            if name == self.name and not self._first.is_set():
                raise errors.ServingError(
                    grpc.StatusCode.UNAVAILABLE,
                    f"Model {name} is not ready: {self.problem()}.",
                )
            request = (
                f"Latest({name})"
                if version is None
                else f"Specific({name}, {version})"
            )
            raise errors.ServingError(
                grpc.StatusCode.NOT_FOUND,
                f"Servable not found for request: {request}",
            )
        request_facts.note_model(name, found.version)
        return found

    def status(
        self, name: str, version: int | None = None
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Returns the states of the versions, newest first.

        Raises:
            errors.ServingError: The model or the version is unknown.
        """
        known = name == self.name
        states = self._states if known else version_states.VersionStates(name)
        response = states.response(version)
        request_facts.note_model(name, version)
        return response

    def is_empty(self) -> bool:
        """Returns whether no version has been seen yet."""
        return self._states.is_empty()

    def problems(self, name: str | None = None) -> list[str]:
        """See `model_group.ModelGroup.problems`; there is only one model."""
        del name
        problem = self.problem()
        return [f"{self.name}: {problem}"] if problem else []

    def problem(self) -> str:
        """Returns why no version serves; "" if one does."""
        return "" if self._loaded else self._states.problem()

    def listen(self, listener: Callable[[], None]):
        """Calls `listener` whenever other versions are loaded than before."""
        self._listeners.append(listener)

    def wait(self, seconds: float | None = None) -> bool:
        """Waits for the first version; returns whether one serves by then.

        Raises:
            errors.ServingError: The first version cannot be loaded.
        """
        if not self._first.wait(seconds):
            return False
        error = self._states.error()
        if error is not None and not self._loaded:
            raise error
        return bool(self._loaded)

    def close(self):
        """Stops following the directory, and unloads the model."""
        self._closing.set()
        # It may be loading a version.
        self._poller.join(5)
        self._serve({})

    def _poll(self, seconds):
        while True:
            try:
                self._follow()
            except OSError as error:
                # The directory may disappear for a while.
                logging.log_every_n_seconds(
                    logging.WARNING, "%s: %s", 60, self.base_path, error
                )
            if self._closing.wait(seconds):
                return

    def _follow(self):
        versions = published.versions(self.base_path)
        if not versions:
            self._unload(set(self._loaded))
            return
        newest = max(versions)
        if newest in self._loaded:
            self._unload(set(self._loaded) - {newest})
        elif self._failed_files.get(newest) != _files(versions[newest]):
            self._load(newest, versions[newest])

    def _load(self, version, path):
        files = _files(path)
        self._states.report(version, version_states.State.LOADING)
        logging.info("Loading version %d of %s.", version, self.name)
        began = time.monotonic()
        try:
            servable = servable_lib.Servable(
                self.name, version, path, self.admission
            )
            warmup_replay.replay(servable)
        except errors.ServingError as error:
            self._failed_files[version] = files
            self._states.report(version, version_states.State.END, error)
            logging.error(
                "Version %d of %s: %s", version, self.name, error.message
            )
        else:
            older = set(self._loaded)
            self._serve({**self._loaded, version: servable})
            self._states.report(version, version_states.State.AVAILABLE)
            logging.info(
                "Serving version %d of %s after %.1f s.",
                version,
                self.name,
                time.monotonic() - began,
            )
            self._unload(older)
        self._first.set()

    def _unload(self, versions):
        if not versions:
            return
        self._serve(
            {k: v for k, v in self._loaded.items() if k not in versions}
        )
        for version in versions:
            # Requests that already use the version still finish.
            self._states.report(version, version_states.State.END)
            logging.info("Version %d of %s is unloaded.", version, self.name)
        # A function and its graph refer to each other.
        gc.collect()
        _return_memory()

    def _serve(self, loaded):
        self._loaded = loaded
        for listener in self._listeners:
            listener()


def _return_memory():
    # glibc keeps memory that other threads have freed: megabytes per version.
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def _files(path):
    # Differs as long as someone copies the version file by file.
    return frozenset(
        (str(p), p.stat().st_size, p.stat().st_mtime_ns)
        for p in path.rglob("*")
    )
