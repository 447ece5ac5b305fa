"""What a network file lacks to go on exactly where a run was.

Keras saves weights and optimizer, but neither the metrics of an unfinished
epoch nor the state of the random numbers of Dropout. They are a member of their
own in the checkpoint, which is a zip file: what reads networks passes it over.
"""

import dataclasses
import io
import os
import zipfile

import keras
import numpy as np

_MEMBER = "kp2part_progress.npz"


@dataclasses.dataclass(frozen=True)
class State:
    """The state of a network beside its weights and its optimizer.

    Attributes:
        values: Of random numbers and metrics, in Keras's order.
        seconds: How long the unfinished epoch has taken so far.
    """

    values: tuple[np.ndarray, ...]
    seconds: float = 0.0


def capture(model: keras.Model, seconds: float = 0.0) -> State:
    """Returns the state of a compiled network, after a step."""
    values = map(keras.ops.convert_to_numpy, _variables(model))
    return State(tuple(values), seconds)


def restore(model: keras.Model, state: State):
    """Sets the state of a compiled network whose metrics are built.

    Raises:
        ValueError: It is that of another network.
    """
    variables = _variables(model)
    before = [value.shape for value in state.values]
    now = [tuple(variable.shape) for variable in variables]
    if before != now:
        raise ValueError(
            "The checkpoint's metrics and random numbers must be those of the "
            f"network. Received: shapes {before}, and the network has {now}"
        )
    for variable, value in zip(variables, state.values, strict=True):
        variable.assign(value)


def append(path: str | os.PathLike, state: State):
    """Writes a state into the .keras file of its network."""
    buffer = io.BytesIO()
    arrays = {f"value{i:04d}": x for i, x in enumerate(state.values)}
    np.savez(buffer, seconds=state.seconds, **arrays)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(zipfile.ZipInfo(_MEMBER), buffer.getvalue())


def read(path: str | os.PathLike) -> State | None:
    """Returns the state in a .keras file, None if it has none.

    Those of earlier versions have none; they are of finished epochs, and only
    Dropout goes on with other random numbers.
    """
    with zipfile.ZipFile(path) as file:
        if _MEMBER not in file.namelist():
            return None
        buffer = io.BytesIO(file.read(_MEMBER))
    with np.load(buffer, allow_pickle=False) as arrays:
        seconds = float(arrays["seconds"])
        names = sorted(name for name in arrays.files if name != "seconds")
        return State(tuple(arrays[name] for name in names), seconds)


def _variables(model: keras.Model) -> list[keras.Variable]:
    weights = {id(weight) for weight in model.weights}
    others = [x for x in model.variables if id(x) not in weights]
    known = {id(variable) for variable in others}
    return others + [x for x in model.metrics_variables if id(x) not in known]
