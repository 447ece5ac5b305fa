"""The optimizer, losses and metrics of a network."""

import keras

from kp2part.models import losses
from kp2part.models import metadata
from kp2part.models import palette
from kp2part.schema import keys
from kp2part.training import config as config_lib


def compile_model(
    model: keras.Model, config: config_lib.TrainConfig, steps: int
):
    """Compiles a network with the paper's losses (equation 3).

    Args:
        model: A network of `models`.
        config: Optimizer and weights.
        steps: Number of steps of an epoch, for the schedule.
    """
    weights = {
        keys.PSEUDO_PARTS: config.pseudo_parts_weight,
        keys.PARTS: 1.0,
    }
    model.compile(
        optimizer=make_optimizer(config, steps),
        loss={name: make_loss(model, config) for name in model.output},
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
        jit_compile=config.jit_compile,
    )
    # Inside the first step Keras would make these variables one by one, each in
    # a conditional of its own: a minute for nothing.
    model.optimizer.build(model.trainable_variables)


def make_loss(
    model: keras.Model, config: config_lib.TrainConfig
) -> keras.losses.Loss:
    """Returns the loss of an output."""
    if any(isinstance(x, palette.PaletteLogits) for x in model.layers):
        return palette.PaletteLoss()
    return losses.PartLoss(config.dice_weight)


def make_optimizer(
    config: config_lib.TrainConfig, steps: int
) -> keras.optimizers.Optimizer:
    """Returns the optimizer with its schedule, in steps."""
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
