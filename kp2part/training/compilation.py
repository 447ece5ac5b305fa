"""The optimizer, losses and metrics of a network."""

import keras

from kp2part.models import losses
from kp2part.models import metadata
from kp2part.models import palette
from kp2part.schema import keys
from kp2part.training import config as config_lib


def compile_model(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    objective: config_lib.Objective,
    jit_compile: bool = False,
):
    """Compiles a network with the paper's losses (equation 3).

    Args:
        model: A network of `models`.
        optimizer: See `make_optimizer`.
        objective: Weights of the losses.
        jit_compile: Whether to compile the step with XLA; with JAX it is.
    """
    weights = {
        keys.PSEUDO_PARTS: objective.pseudo_parts_weight,
        keys.PARTS: 1.0,
    }
    model.compile(
        optimizer=optimizer,
        loss={
            name: make_loss(model, objective.dice_weight)
            for name in model.output
        },
        loss_weights={name: weights[name] for name in model.output},
        metrics={
            name: keras.metrics.MeanIoU(
                num_classes=metadata.task_of(model).num_parts,
                ignore_class=keys.IGNORE_LABEL,
                sparse_y_pred=False,
                name="mean_iou",
            )
            for name in model.output
        },
        jit_compile=uses_xla(jit_compile),
    )
    # Otherwise Keras would create these variables in the first step, each in
    # its own conditional, which takes a minute.
    model.optimizer.build(model.trainable_variables)


def uses_xla(jit_compile: bool) -> bool:
    """Returns whether a step is compiled with XLA.

    Args:
        jit_compile: Whether that is wanted.
    """
    # Keras would otherwise have JAX do one operation after the other: dozens of
    # times as slow.
    return jit_compile or keras.backend.backend() == "jax"


def make_loss(model: keras.Model, dice_weight: float) -> keras.losses.Loss:
    """Returns the loss of an output."""
    if any(isinstance(x, palette.PaletteLogits) for x in model.layers):
        return palette.PaletteLoss()
    return losses.PartLoss(dice_weight)


def learning_rate(
    optimization: config_lib.Optimization, steps: int, epochs: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """Returns the learning rate, or its schedule in steps.

    Args:
        optimization: Peak and schedule.
        steps: Number of steps per epoch.
        epochs: Number of epochs.

    Raises:
        ValueError: There are fewer steps than gradients to accumulate.
    """
    count = optimization.accumulate
    if count > epochs * steps:
        raise ValueError(
            "`accumulate` must be at most the number of steps, "
            f"{epochs * steps}. Received: accumulate={count}"
        )
    peak = optimization.learning_rate
    if optimization.schedule == "constant":
        return peak
    # Keras asks for the rate of a step, also if it accumulates gradients.
    warmup = optimization.warmup_epochs * steps
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else peak,
        decay_steps=max(epochs * steps - warmup, 1),
        warmup_target=peak if warmup else None,
        warmup_steps=warmup,
    )


def make_optimizer(
    optimization: config_lib.Optimization, rate
) -> keras.optimizers.Optimizer:
    """Returns the optimizer with a rate returned by `learning_rate`."""
    count = optimization.accumulate
    # Keras takes no 1.
    steps = {"gradient_accumulation_steps": count if count > 1 else None}
    if optimization.optimizer == "adamw":
        return keras.optimizers.AdamW(
            rate, weight_decay=optimization.weight_decay, **steps
        )
    if optimization.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, **steps)
    return keras.optimizers.Adam(rate, **steps)
