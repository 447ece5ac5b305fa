"""Trains a network with the settings of a `TrainConfig`, or resumes it."""

from collections.abc import Iterator
import contextlib
import dataclasses
import pathlib
import sys
import warnings

from absl import logging
import keras
import tensorflow as tf

from kp2part.data import augmentation as augmentation_lib
from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_errors
from kp2part.models import metadata
from kp2part.pose_priors import priors
from kp2part.system import atomic
from kp2part.system import versions
from kp2part.training import callbacks
from kp2part.training import config as config_lib
from kp2part.training import network
from kp2part.training import splits
from kp2part.training import workdir as workdir_lib


def train(config: config_lib.TrainConfig, workdir: workdir_lib.Workdir):
    """Trains until all epochs are done, resuming from the last checkpoint.

    Args:
        config: All settings of the run.
        workdir: Where its files go.

    Raises:
        ValueError: A setting or file breaks a rule, or the loss is not finite.
    """
    set_up_keras(config.loop)
    with workdir.locked():
        workdir.check(config)
        manifest = manifest_lib.load(config.selection.tfrecords)
        chosen = splits.choose(config.selection, manifest, config.loop.seed)
        splits.check(chosen)
        checkpoint, done = workdir.checkpoint()
        if done >= config.loop.epochs:
            logging.info("All %d epochs are done: %s", done, workdir.best)
            return
        task = network.make_task(config.inputs, manifest)
        model = network.load_or_make(config, checkpoint, chosen.training, task)
        # Not before all is known to be good: a typing error would stay.
        workdir.begin(config, keras.backend.backend(), chosen.folds)
        with (
            _naming_full_disk(workdir.path / "logs"),
            record_errors.explained(
                config.selection.tfrecords, *config.selection.extra_tfrecords
            ),
        ):
            _train(config, model, chosen, workdir, done)


@contextlib.contextmanager
def _naming_full_disk(logs: pathlib.Path) -> Iterator[None]:
    # TensorBoard's files are not written by `atomic`.
    try:
        yield
    except tf.errors.OpError as error:
        if not atomic.is_full(error):
            raise
        raise OSError(
            f"{logs}: cannot be written: the disk is full. The checkpoints of "
            "the epochs before are kept."
        ) from error


def _train(
    config: config_lib.TrainConfig,
    model: keras.Model,
    chosen: splits.Splits,
    workdir: workdir_lib.Workdir,
    done: int,
):
    loop = config.loop
    if not model.trainable_variables:  # The nearest neighbor is not trained.
        loop = dataclasses.replace(loop, epochs=1)
        warnings.filterwarnings("ignore", ".*any trainable weights")
    training, validation = (
        priors.attach(model, examples)
        for examples in (chosen.training, chosen.validation)
    )
    batches = train_batches(model, training, loop, config.augmentation, done)
    steps = input_pipeline.steps_per_epoch(training, loop.batch_size)
    fit(model, batches, steps, validation, loop, workdir, done)
    summarize(workdir, model, loop.epochs)


def train_batches(
    model: keras.Model,
    training: example_set.Examples,
    loop: config_lib.Loop,
    augmentation: augmentation_lib.Augmentation,
    done: int,
) -> tf.data.Dataset:
    """Returns batches for `model.fit`, repeated for any number of epochs.

    Args:
        model: A network of `models`.
        training: The training examples.
        loop: Batch size and seed.
        augmentation: Ranges of the random changes.
        done: Number of finished epochs.
    """
    batches = input_pipeline.train_batches(
        training,
        # A model saved by an earlier kp2part could have another task.
        metadata.task_of(model),
        loop.batch_size,
        done,
        augmentation,
        loop.seed,
    )
    return batches.map(input_pipeline.make_select(model))


def fit(
    model: keras.Model,
    batches: tf.data.Dataset,
    steps: int,
    validation: example_set.Examples,
    loop: config_lib.Loop,
    workdir: workdir_lib.Workdir,
    done: int,
):
    """Trains a compiled network, and saves each epoch in the workdir.

    Args:
        model: A network of `models`.
        batches: The training batches, see `train_batches`.
        steps: Number of batches per epoch.
        validation: The validation examples.
        loop: Number of epochs, and when to validate.
        workdir: Where the epochs are saved.
        done: Number of finished epochs.
    """
    task = metadata.task_of(model)
    val_batches = input_pipeline.eval_batches(validation, task, loop.batch_size)
    selected = val_batches.map(input_pipeline.make_select(model))
    # Creates the variables of the metrics. If the first training step created
    # them, TensorFlow would build its graph twice.
    model.evaluate(selected.take(1), verbose=0)
    model.fit(
        batches,
        initial_epoch=done,
        epochs=loop.epochs,
        steps_per_epoch=steps,
        validation_data=selected,
        validation_freq=loop.validated_epochs,
        shuffle=False,  # The dataset is shuffled.
        verbose=1 if sys.stdout.isatty() else 2,
        callbacks=[
            callbacks.StopAtNaN(),
            keras.callbacks.TensorBoard(workdir.path / "logs"),
            callbacks.Pictures(
                workdir.path / "logs" / "pictures", val_batches, task
            ),
            # Last: when an epoch is saved, the other callbacks are done.
            callbacks.SaveEpochs(workdir, done),
        ],
    )


def set_up_keras(loop: config_lib.Loop):
    """Sets seeds, precision and determinism for the whole process."""
    keras.utils.set_random_seed(loop.seed)
    precision = loop.precision
    if precision == "auto":
        precision = fastest_precision()
    keras.config.set_dtype_policy(precision)
    if loop.deterministic:
        tf.config.experimental.enable_op_determinism()


def fastest_precision() -> str:
    """Returns the dtype policy that is fastest on this machine."""
    if tf.config.list_physical_devices("GPU"):
        return "mixed_float16"
    # With matrix units for bfloat16 (AMX), half the time of float32 was
    # measured. Without them bfloat16 is emulated.
    cpu = pathlib.Path("/proc/cpuinfo")
    flags = cpu.read_text() if cpu.is_file() else ""
    return "mixed_bfloat16" if "amx_bf16" in flags else "float32"


def summarize(workdir: workdir_lib.Workdir, model: keras.Model, epochs: int):
    """Writes `training.json`, which marks a finished run."""
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
