"""Layers that store metadata in a network: its task, and known poses."""

import base64
from collections.abc import Iterator

import keras

from kp2part.models import trained_photos
from kp2part.schema import task as task_lib


@keras.saving.register_keras_serializable(package="kp2part")
class TaskLabel(keras.layers.Layer):
    """An identity layer that stores the task of the network.

    A saved network therefore contains the names of its keypoints and parts and
    how its input is prepared; `task_of` returns them.

    Args:
        task: A `task.Task`, or the dict from its `to_json`.
        photos: The photos it was trained on, or the dict from their `to_json`;
            None if these are unknown.

    Input shape: any.
    Output shape: as the input.
    """

    def __init__(
        self,
        task: task_lib.Task | dict,
        photos: trained_photos.TrainedPhotos | dict | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if isinstance(task, dict):
            task = task_lib.Task.from_json(task)
        if isinstance(photos, dict):
            photos = trained_photos.TrainedPhotos.from_json(photos)
        self.task = task
        self.photos = photos

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {**super().get_config(), "task": self.task.to_json()}
        if self.photos is not None:
            config["photos"] = self.photos.to_json()
        return config


@keras.saving.register_keras_serializable(package="kp2part")
class KnownPoses(keras.layers.Layer):
    """An identity layer that stores the poses from which priors are computed.

    Args:
        library: The bytes from `pose_library.PoseLibrary.to_bytes`, in base64
            for the file of the network; empty until training sets it.

    Input shape: any.
    Output shape: as the input.
    """

    def __init__(self, library: str = "", **kwargs):
        super().__init__(**kwargs)
        self.library = base64.b64decode(library)

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        library = base64.b64encode(self.library).decode()
        return {**super().get_config(), "library": library}


def known_poses(model: keras.Model) -> KnownPoses:
    """Returns the layer of `model` that stores known poses.

    Raises:
        ValueError: `model` has none, because it does not take a prior.
    """
    for layer in _flat(model):
        if isinstance(layer, KnownPoses):
            return layer
    raise ValueError(f"Model {model.name!r} does not use known poses.")


def task_of(model: keras.Model) -> task_lib.Task:
    """Returns the task of `model`.

    Raises:
        ValueError: `model` was not built by `kp2part.models`.
    """
    return label_of(model).task


def network_of(model: keras.Model) -> keras.Model:
    """Returns the network itself, of one that averages or leaves out parts.

    Raises:
        ValueError: `model` was not built by `kp2part.models`.
    """
    label = label_of(model)
    for layer in model.layers:
        if isinstance(layer, keras.Model) and label in _flat(layer):
            return network_of(layer)
    return model


def label_of(model: keras.Model) -> TaskLabel:
    """Returns the layer of `model` that keeps its task and its photos.

    Raises:
        ValueError: `model` was not built by `kp2part.models`.
    """
    for layer in _flat(model):
        if isinstance(layer, TaskLabel):
            return layer
    raise ValueError(
        f"Model {model.name!r} does not contain its task: it has no "
        "`TaskLabel` layer, unlike the networks of `kp2part.models`."
    )


def _flat(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model.layers:
        yield from _flat(layer) if isinstance(layer, keras.Model) else (layer,)
