"""The network of a run: new, fine-tuned, or restored from a checkpoint."""

import pathlib

from absl import logging
import keras

from kp2part.data import epochs
from kp2part.data import example_set
from kp2part.data import manifest as manifest_lib
from kp2part.models import architecture as architecture_lib
from kp2part.models import metadata
from kp2part.models import model_file
from kp2part.models import networks
from kp2part.models import trained_photos
from kp2part.models.encoders import weights
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.training import compilation
from kp2part.training import config as config_lib
from kp2part.training import rematerialization


def make_task(
    inputs: config_lib.Inputs, manifest: manifest_lib.Manifest
) -> task_lib.Task:
    """Returns the task of a network for these records."""
    size = inputs.image_size or manifest.image_size
    return task_lib.Task(
        category=manifest.category,
        image_size=size,
        heatmap_sigma=inputs.heatmap_sigma * size / 256,
        bones=inputs.bones,
        context=manifest.context,
        aspect=manifest.aspect,
    )


def load_or_make(
    config: config_lib.TrainConfig,
    checkpoint: pathlib.Path | None,
    training: example_set.Examples,
    task: task_lib.Task,
) -> keras.Model:
    """Returns the compiled network of a checkpoint, or a new one.

    Raises:
        ValueError: A file or setting does not fit; or the records are not those
            that the checkpoint has learned from.
    """
    rematerialization.check(config.loop.remat)
    model = _load_or_make(config, checkpoint, training, task)
    if config.loop.remat:
        rematerialization.apply(model)
    return model


def _load_or_make(
    config: config_lib.TrainConfig,
    checkpoint: pathlib.Path | None,
    training: example_set.Examples,
    task: task_lib.Task,
) -> keras.Model:
    photos = trained_photos.of(x.image_id for x in training.origins())
    steps = epochs.steps_per_epoch(training, config.loop.batch_size)
    if checkpoint:
        logging.info("Resuming from %s", checkpoint)
        model = model_file.read(str(checkpoint), compile=True)
        _check_same(model, task, photos, checkpoint)
        # Another backend may have saved it.
        model.jit_compile = compilation.uses_xla(config.loop.jit_compile)
        return model
    model = make_model(config.network, config.architecture, task)
    label = metadata.label_of(model)
    label.photos = (label.photos or trained_photos.TrainedPhotos()).add(photos)
    give_poses(model, training, config.network.nn_missing)
    rate = compilation.learning_rate(
        config.optimization, steps, config.loop.epochs
    )
    compilation.compile_model(
        model,
        compilation.make_optimizer(config.optimization, rate),
        config.objective,
        config.loop.jit_compile,
    )
    return model


def _check_same(
    model: keras.Model,
    task: task_lib.Task,
    photos: trained_photos.TrainedPhotos,
    checkpoint: pathlib.Path,
):
    label = metadata.label_of(model)
    label.task.check_category(task.category, str(checkpoint))
    for name in "image_size", "heatmap_sigma", "context", "aspect", "bones":
        before, now = getattr(label.task, name), getattr(task, name)
        if before != now:
            raise ValueError(
                f"{checkpoint}: the run was started with {name}={before}; "
                f"the records and flags now say {name}={now}."
            )
    if label.photos and not photos.hashes <= label.photos.hashes:
        raise ValueError(
            f"{checkpoint}: the run was started on other records: some of "
            "the training photos are new. Choose another --workdir to start a "
            "new run."
        )


def make_model(
    network: config_lib.Network,
    architecture: architecture_lib.Architecture,
    task: task_lib.Task,
) -> keras.Model:
    """Returns a new network with the initial weights of the settings."""
    model = networks.build(network.network, task, architecture)
    if network.init_from:
        random = model_file.initialize(model, network.init_from)
        logging.info(
            "Weights of %s; random: %s", network.init_from, random or "none"
        )
        return model
    # Some networks have no encoder and thus no weights to load.
    if weights.has_encoder(model):
        weights.load_into(model, architecture.encoder, network.encoder_weights)
        if network.encoder_weights.endswith(".keras"):  # Of some network.
            metadata.label_of(model).photos = trained_photos.UNKNOWN
    return model


def give_poses(
    model: keras.Model, training: example_set.Examples, missing: str
):
    """Stores the poses of the training examples in a network that uses poses.

    Args:
        model: Any network; others are not changed.
        training: The training examples.
        missing: "masked" or "strict", see `pose_library.PoseLibrary`.
    """
    if keys.PRIOR in model.input:
        # Here: other networks train without TensorFlow, which it needs.
        from kp2part.pose_priors import pose_library

        library = pose_library.collect(training, missing == "strict")
        metadata.known_poses(model).library = library.to_bytes()
