"""Trains a network as a `TrainConfig` asks, from wherever it was left."""

import dataclasses
import pathlib
import sys
import warnings

from absl import logging
import keras
import tensorflow as tf

from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data import manifest as manifest_lib
from kp2part.models import metadata
from kp2part.pose_priors import priors
from kp2part.system import versions
from kp2part.training import callbacks
from kp2part.training import config as config_lib
from kp2part.training import network
from kp2part.training import splits
from kp2part.training import workdir as workdir_lib


def train(config: config_lib.TrainConfig):
    """Trains until all epochs are done; see `train_config` for the settings.

    Raises:
        ValueError: A setting or file breaks a rule, or the loss is not finite.
    """
    workdir = workdir_lib.Workdir(pathlib.Path(config.workdir))
    set_up_keras(config)
    manifest = manifest_lib.load(config.tfrecords)
    training, validation = splits.choose(config, manifest)
    task = network.make_task(config, manifest)
    # Not before the input is known to be good: a typing error would stay.
    defaults = config_lib.TrainConfig("", "").to_flagfile()
    workdir.begin(config.to_flagfile(), defaults, keras.backend.backend())
    checkpoint, done = workdir.checkpoint()
    if done >= config.epochs:
        logging.info("All %d epochs are done: %s", done, workdir.best)
        return
    model = network.load_or_make(config, checkpoint, training, task)
    if not model.trainable_variables:  # The nearest neighbor is as it is.
        config = dataclasses.replace(config, epochs=1)
        warnings.filterwarnings("ignore", ".*any trainable weights")
    training, validation = (
        priors.attach(model, examples) for examples in (training, validation)
    )
    fit(model, training, validation, config, done)
    summarize(workdir, model, config.epochs)


def fit(
    model: keras.Model,
    training: example_set.Examples,
    validation: example_set.Examples,
    config: config_lib.TrainConfig,
    done: int,
):
    """Trains a compiled network, and saves each epoch in the workdir.

    Args:
        model: A network of `models`.
        training: What it learns from.
        validation: What it is judged by.
        config: All settings.
        done: Number of epochs that are done.
    """
    workdir = workdir_lib.Workdir(pathlib.Path(config.workdir))
    # A model saved by an earlier kp2part could be asked something else.
    task = metadata.task_of(model)
    select = input_pipeline.make_select(model)
    batches = input_pipeline.train_batches(
        training,
        task,
        config.batch_size,
        done,
        config.augmentation,
        config.seed,
    )
    val_batches = input_pipeline.eval_batches(
        validation, task, config.batch_size
    )
    # This makes the variables of the metrics: if the first step of training
    # makes them, TensorFlow builds its graph twice, for nothing.
    model.evaluate(val_batches.take(1).map(select), verbose=0)
    model.fit(
        batches.map(select),
        initial_epoch=done,
        epochs=config.epochs,
        steps_per_epoch=input_pipeline.steps_per_epoch(
            training, config.batch_size
        ),
        validation_data=val_batches.map(select),
        validation_freq=config.validated_epochs,
        shuffle=False,  # The dataset is shuffled.
        verbose=1 if sys.stdout.isatty() else 2,
        callbacks=[
            keras.callbacks.TensorBoard(workdir.path / "logs"),
            callbacks.Pictures(
                workdir.path / "logs" / "pictures", val_batches, task
            ),
            # Last: what it has saved, the others have seen.
            callbacks.SaveEpochs(workdir, done),
        ],
    )


def set_up_keras(config: config_lib.TrainConfig):
    """Sets seeds, precision and determinism for the whole process."""
    keras.utils.set_random_seed(config.seed)
    precision = config.precision
    if precision == "auto":
        precision = fastest_precision()
    keras.config.set_dtype_policy(precision)
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()


def fastest_precision() -> str:
    """Returns the policy that this machine computes fastest in."""
    if tf.config.list_physical_devices("GPU"):
        return "mixed_float16"
    # Matrix units for bfloat16: half the time of float32, measured. Without
    # them bfloat16 is emulated.
    cpu = pathlib.Path("/proc/cpuinfo")
    flags = cpu.read_text() if cpu.is_file() else ""
    return "mixed_bfloat16" if "amx_bf16" in flags else "float32"


def summarize(workdir: workdir_lib.Workdir, model: keras.Model, epochs: int):
    """Writes `trainer.json`, which marks a finished run."""
    rows = workdir.history(epochs)
    best = callbacks.best_row(rows)
    workdir.save_summary(
        {
            "epochs": epochs,
            "best_epoch": int(best["epoch"]),
            "best_val_mean_iou": callbacks.validation_iou(best),
            "seconds": round(sum(row["seconds"] for row in rows), 1),
            "num_parameters": model.count_params(),
            "versions": versions.versions(keras.backend.backend()),
        }
    )
