"""Reads networks saved by `kp2part.train`, `export` or scripts of users."""

import pathlib

import keras

from kp2part.models import exported_network
from kp2part.models import file_sizes
from kp2part.models import metadata
from kp2part.models import trained_photos
from kp2part.models import vocabulary
from kp2part.schema import task


def load(path: str) -> tuple[keras.Model, task.Task]:
    """Returns a saved network, not compiled, and its task.

    It computes in float32 even if trained in mixed precision, so that scores
    and exports are the same on every machine. The weights are always float32.

    Args:
        path: A `.keras` file, or a directory that `kp2part.export` has made.

    Raises:
        ValueError: The file does not exist, or is not a network of
            `kp2part.models`; the message names the file.
    """
    if not pathlib.Path(path).exists():
        raise ValueError(
            f"{path}: no such file. `model` must be a .keras file, or a "
            "directory that kp2part.export has made."
        )
    model = read(path)
    return in_float32(model), metadata.task_of(model)


def load_network(path: str) -> keras.Model:
    """Returns a saved network, not compiled; see `load`.

    `metadata.task_of` returns its task.
    """
    network, _ = load(path)
    return network


def read(path: str, compile: bool = False) -> keras.Model:
    """Returns a saved network as it is.

    Args:
        path: As `load` takes it.
        compile: Whether it is a checkpoint of training, to go on with.

    Raises:
        ValueError: Not a network of `kp2part.models`; the message names the
            file.
    """
    try:
        if pathlib.Path(path).is_dir():
            model = exported_network.load(path)
        else:
            file_sizes.check_keras(path)
            model = keras.saving.load_model(path, compile=compile)
        metadata.task_of(model)
        return model
    # A damaged zip raises anything from KeyError to zlib.error.
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        raise ValueError(
            f"{path}: not a network of kp2part: {reason}"
        ) from error


def initialize(model: keras.Model, path: str) -> list[str]:
    """Initializes a new network with the weights of a trained one.

    Layers are matched by name. Those with different shapes keep their random
    weights, and so do those whose channels have another meaning: the last ones
    if the parts have other names, the first ones if the keypoints do. Frozen
    layers stay frozen. The new network inherits the photos of the trained one.

    Args:
        model: The new network, changed in place.
        path: As `load` takes it.

    Returns:
        Names of the layers that keep their random weights.

    Raises:
        ValueError: The file does not exist, is not a network of kp2part, or no
            layer matches.
    """
    trained, task = load(path)
    label = metadata.label_of(model)
    label.photos = metadata.label_of(trained).photos or trained_photos.UNKNOWN
    strangers = vocabulary.strangers(model, label.task, task)
    sources = {layer.name: layer for layer in trained.layers}
    left = []
    targets = _with_weights(model)
    for layer in targets:
        source = sources.get(layer.name)
        if (
            source is not None
            and layer.name not in strangers
            and _shapes(source) == _shapes(layer)
        ):
            layer.set_weights(source.get_weights())
            _freeze_as(layer, source)
        else:
            left.append(layer.name)
    if len(left) == len(targets):
        raise ValueError(
            f"{path}: no layer matches this network. Were --network, "
            "--encoder, --num_filters and --pose_widths the same?"
        )
    return left


def _shapes(layer) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]


def _freeze_as(layer, source):
    layer.trainable = source.trainable
    pairs = zip(_with_weights(layer), _with_weights(source), strict=True)
    for inner, of_source in pairs:
        _freeze_as(inner, of_source)


def _with_weights(model) -> list:
    return [layer for layer in getattr(model, "layers", ()) if layer.weights]


def in_float32(model: keras.Model) -> keras.Model:
    """Returns a copy of a functional model that computes in float32."""

    def clone(layer):
        config = layer.get_config()
        # Operations such as an addition are not layers: they have no dtype.
        if isinstance(layer, keras.layers.Layer):
            config["dtype"] = "float32"
        return layer.__class__.from_config(config)

    copy = keras.models.clone_model(model, clone_function=clone, recursive=True)
    copy.set_weights(model.get_weights())
    return copy
