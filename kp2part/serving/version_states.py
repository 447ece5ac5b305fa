"""The states of a model's versions, as clients of TensorFlow Serving ask."""

import dataclasses

import grpc
from tensorflow_serving.apis import get_model_status_pb2

from kp2part.serving.tf_serving_api import errors

State = get_model_status_pb2.ModelVersionStatus.State


@dataclasses.dataclass(frozen=True)
class _Status:
    """The state of a version, and the error if it failed."""

    state: int
    error: errors.ServingError | None = None


class VersionStates:
    """What became of each version that was seen.

    Args:
        name: The model's name.
    """

    def __init__(self, name: str):
        self._name = name
        # Replaced, never modified: requests read it without a lock.
        self._statuses: dict[int, _Status] = {}

    def report(
        self,
        version: int,
        state: int,
        error: errors.ServingError | None = None,
    ):
        """Sets the state of a version.

        Args:
            version: Its number.
            state: A `State`.
            error: Why it cannot be loaded.
        """
        self._statuses = {**self._statuses, version: _Status(state, error)}

    def is_empty(self) -> bool:
        """Returns whether no version has been seen yet."""
        return not self._statuses

    def response(
        self, version: int | None = None
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Returns the states, newest first, or that of one version.

        Raises:
            errors.ServingError: There is none.
        """
        statuses = self._statuses
        if version is None and not statuses:
            raise _not_found(f"any versions of model {self._name}")
        if version is not None and version not in statuses:
            raise _not_found(f"version {version} of model {self._name}")
        response = get_model_status_pb2.GetModelStatusResponse()
        for number, status in sorted(statuses.items(), reverse=True):
            if version in (None, number):
                _write(response.model_version_status.add(), number, status)
        return response

    def error(self) -> errors.ServingError | None:
        """Returns the error of the first version that failed, if one did."""
        found = (status.error for status in self._statuses.values())
        return next(filter(None, found), None)

    def problem(self) -> str:
        """Returns why no version serves, if none does."""
        for number, status in sorted(self._statuses.items(), reverse=True):
            if status.error:
                return f"version {number}: {status.error.message}"
            if status.state == State.LOADING:
                return f"version {number} is loading"
        return "no version is there"


def _not_found(what: str) -> errors.ServingError:
    return errors.ServingError(
        grpc.StatusCode.NOT_FOUND, f"Could not find {what}"
    )


def _write(proto, version: int, status: _Status):
    proto.version = version
    proto.state = status.state
    # Without an error the field is present too: {"OK", ""} in JSON.
    proto.status.SetInParent()
    if status.error:
        proto.status.error_code = status.error.code.value[0]
        proto.status.error_message = status.error.message
