"""Which layers know the keypoints or the parts by their places.

A heatmap is a channel, and so is a part: the weights of the layers that see or
make them mean something else as soon as the names are others or in another
order, although their shapes may be equal.
"""

from collections.abc import Iterator

import keras

from kp2part.schema import keys
from kp2part.schema import task as task_lib


def strangers(
    model: keras.Model, task: task_lib.Task, other: task_lib.Task
) -> set[str]:
    """Returns the layers whose weights mean something else for another task.

    Args:
        model: A network of `models`.
        task: What it is asked.
        other: What another network of the same layers is asked.
    """
    found = set()
    if _heatmaps(task) != _heatmaps(other):
        found |= _that_see(model, {keys.HEATMAPS})
    if tuple(task.category.parts) != tuple(other.category.parts):
        heads = {x.name for x in _sources(model.outputs)}
        found |= heads | _that_see(model, {keys.PRIOR, *heads})
    return found


def _heatmaps(task: task_lib.Task) -> tuple:
    category = task.category
    return category.keypoints, category.skeleton_indices if task.bones else ()


def _that_see(model: keras.Model, names: set[str]) -> set[str]:
    """Returns the layers with weights that see what has one of the names."""
    return {
        layer.name
        for layer in model.layers
        if layer.weights
        and any(x.name in names for x in _sources(_inputs(layer)))
    }


def _inputs(operation) -> list:
    return [t for node in operation._inbound_nodes for t in node.input_tensors]


def _sources(tensors: list) -> Iterator:
    """Yields whatever makes tensors: layers with weights, or inputs.

    What has no weights, such as a concatenation, passes channels on.
    """
    waiting, seen = list(tensors), set()
    while waiting:
        operation = waiting.pop()._keras_history.operation
        if operation in seen:
            continue
        seen.add(operation)
        inputs = _inputs(operation)
        if not inputs or getattr(operation, "weights", ()):
            yield operation
        else:
            waiting += inputs
