"""Trains a network as a `TrainConfig` asks, from wherever it was left."""

import json
import math
import pathlib
import sys
import time

from absl import logging
import keras
import tensorflow as tf

from kp2part import atomic
from kp2part import folds
from kp2part import input_pipeline
from kp2part import layers
from kp2part import losses
from kp2part import manifest as manifest_lib
from kp2part import models
from kp2part import pictures
from kp2part import schema
from kp2part import train_config
from kp2part import workdir as workdir_lib
from kp2part.models import encoder_weights

_NUM_PICTURES = 8
_PARTS_IOU = f"val_{schema.PARTS}_mean_iou"


def train(config: train_config.TrainConfig):
    """Trains until all epochs are done; see `train_config` for the settings.

    Raises:
        ValueError: A setting or file breaks a rule, or the loss is not finite.
    """
    workdir = workdir_lib.Workdir(pathlib.Path(config.workdir))
    set_up_keras(config)
    manifest = manifest_lib.load(config.tfrecords)
    training, validation = subsets(config, manifest)
    task = make_task(config, manifest)
    steps = input_pipeline.steps_per_epoch(training, config.batch_size)
    # Not before the input is known to be good: a typing error would stay.
    workdir.begin(config.to_flagfile())
    checkpoint, done = workdir.checkpoint()
    if done >= config.epochs:
        logging.info("All %d epochs are done: %s", done, workdir.best)
        return
    if checkpoint:
        logging.info("Going on after epoch %d: %s", done, checkpoint)
        model = keras.saving.load_model(checkpoint)
    else:
        model = make_model(config, task)
        compile_model(model, config, steps)
    # A model saved by an earlier kp2part could be asked something else.
    task = layers.task_of(model)
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
    model.fit(
        batches.map(select),
        initial_epoch=done,
        epochs=config.epochs,
        steps_per_epoch=steps,
        validation_data=val_batches.map(select),
        shuffle=False,  # The dataset is shuffled.
        verbose=1 if sys.stdout.isatty() else 2,
        callbacks=[
            keras.callbacks.TensorBoard(workdir.path / "logs"),
            Pictures(workdir.path / "logs" / "pictures", val_batches, task),
            # Last: what it has saved, the others have seen.
            SaveEpochs(workdir, done),
        ],
    )
    summarize(workdir, model, config.epochs)


def set_up_keras(config: train_config.TrainConfig):
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


def subsets(
    config: train_config.TrainConfig, manifest: manifest_lib.Manifest
) -> tuple[input_pipeline.Examples, input_pipeline.Examples]:
    """Returns the examples to learn from and those to validate on.

    With folds it also writes `folds.json` into the workdir.
    """
    if config.fold is None:
        return tuple(
            input_pipeline.Examples(manifest, (split,))
            for split in (config.train_split, config.val_split)
        )
    previous = folds.load(config.folds) if config.folds else None
    dealt = input_pipeline.deal_folds(manifest, config.num_folds, previous)
    atomic.write_text(
        pathlib.Path(config.workdir) / "folds.json",
        json.dumps(dealt, indent=0, sort_keys=True),
    )
    return input_pipeline.fold_examples(manifest, dealt, config.fold)


def make_task(
    config: train_config.TrainConfig, manifest: manifest_lib.Manifest
) -> schema.Task:
    """Returns what a network is asked on these records."""
    size = config.image_size or manifest.image_size
    return schema.Task(
        category=manifest.category,
        image_size=size,
        heatmap_sigma=config.heatmap_sigma * size / 256,
        context=manifest.context,
        aspect=manifest.aspect,
    )


def make_model(
    config: train_config.TrainConfig, task: schema.Task
) -> keras.Model:
    """Returns a new network with the encoder weights asked for."""
    model = models.build(config.network, task, config.architecture)
    # Pose-to-Part alone has no encoder: nothing to load is not an error there.
    if schema.IMAGE in model.input:
        encoder_weights.load_into(
            model, config.architecture.encoder, config.encoder_weights
        )
    return model


def compile_model(
    model: keras.Model, config: train_config.TrainConfig, steps: int
):
    """Compiles a network with the paper's losses (equation 3).

    Args:
        model: A network of `models`.
        config: Optimiser and weights.
        steps: Number of steps of an epoch, for the schedule.
    """
    weights = {
        schema.PSEUDO_PARTS: config.pseudo_parts_weight,
        schema.PARTS: 1.0,
    }
    model.compile(
        optimizer=make_optimizer(config, steps),
        loss={
            name: losses.PartLoss(config.dice_weight) for name in model.output
        },
        loss_weights={name: weights[name] for name in model.output},
        metrics={
            name: keras.metrics.MeanIoU(
                num_classes=layers.task_of(model).num_parts,
                ignore_class=schema.IGNORE_LABEL,
                sparse_y_pred=False,
                name="mean_iou",
            )
            for name in model.output
        },
        jit_compile=config.jit_compile,
    )
    # Inside the first step Keras would make these variables one by one, each in
    # a conditional of its own: a minute for nothing.
    model.optimizer.build(model.trainable_variables)


def make_optimizer(
    config: train_config.TrainConfig, steps: int
) -> keras.optimizers.Optimizer:
    """Returns the optimiser with its schedule, in steps."""
    rate = config.learning_rate
    if config.schedule == "cosine":
        warmup = config.warmup_epochs * steps
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0 if warmup else rate,
            decay_steps=max(config.epochs * steps - warmup, 1),
            warmup_target=rate if warmup else None,
            warmup_steps=warmup,
        )
    if config.optimizer == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=config.weight_decay)
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True)
    return keras.optimizers.Adam(rate)


class SaveEpochs(keras.callbacks.Callback):
    """Saves history, the best network and a checkpoint after every epoch.

    In that order, so that a run stopped between two of them repeats the epoch
    and arrives at the same files.

    Args:
        workdir: Where to.
        done: Number of epochs that are finished already.
    """

    def __init__(self, workdir: workdir_lib.Workdir, done: int):
        super().__init__()
        self.workdir = workdir
        self.rows = workdir.history(done)

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        if not all(math.isfinite(value) for value in logs.values()):
            raise ValueError(
                f"The loss must be finite. Received: {logs} in epoch "
                f"{epoch + 1}. A lower --learning_rate or --precision=float32 "
                "may help; the last checkpoint is kept."
            )
        best = max((validation_iou(row) for row in self.rows), default=-1.0)
        row = {"epoch": epoch + 1, **{k: float(v) for k, v in logs.items()}}
        row["seconds"] = round(time.monotonic() - self.began, 1)
        self.rows.append(row)
        self.workdir.save_history(self.rows)
        if validation_iou(row) > best:
            atomic.write(self.workdir.best, self.model.save)
        self.workdir.save_checkpoint(self.model, epoch + 1)


class Pictures(keras.callbacks.Callback):
    """Shows some validation examples to TensorBoard after every epoch.

    Args:
        logdir: Where to.
        batches: As `input_pipeline.eval_batches` makes them.
        task: Names and colours of the parts.
    """

    def __init__(self, logdir: pathlib.Path, batches, task: schema.Task):
        super().__init__()
        self.writer = tf.summary.create_file_writer(str(logdir))
        self.batch = next(
            batches.unbatch().batch(_NUM_PICTURES).take(1).as_numpy_iterator()
        )
        self.task = task

    def on_epoch_end(self, epoch, logs=None):
        inputs = {name: self.batch[name] for name in self.model.input}
        answers = self.model.predict_on_batch(inputs)
        sheet = pictures.example_grid(self.batch, answers, self.task.category)
        with self.writer.as_default():
            tf.summary.image("validation", sheet[None], step=epoch)


def validation_iou(row: dict[str, float]) -> float:
    """Returns the mean IoU of the answer in a row of the history."""
    # Keras leaves the output's name out where there is only one.
    return row.get(_PARTS_IOU, row.get("val_mean_iou"))


def summarize(workdir: workdir_lib.Workdir, model: keras.Model, epochs: int):
    """Writes `training.json`, which marks a finished run."""
    rows = workdir.history(epochs)
    best = max(rows, key=validation_iou)
    workdir.save_summary(
        {
            "epochs": epochs,
            "best_epoch": int(best["epoch"]),
            "best_val_mean_iou": validation_iou(best),
            "seconds": round(sum(row["seconds"] for row in rows), 1),
            "num_parameters": model.count_params(),
            "versions": workdir_lib.versions(),
        }
    )
