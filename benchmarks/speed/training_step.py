"""A training step of the shipped network's recipe, and of the paper's.

Forward, backward and the optimizer, in float32, on a batch of random numbers.
Ours also updates its metrics, as in a training.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import functools

from absl import flags
import keras
import numpy as np

from benchmarks.speed import clock
from benchmarks.speed import installed
from benchmarks.speed import new_network
from benchmarks.speed import results
from benchmarks.speed import sizes as sizes_lib
from benchmarks.speed import workplace
from kp2part.schema import keys
from kp2part.training import config as config_lib

OURS = "kp2part: TensorFlow"
TORCH = "PyTorch, eager"
CHANNELS_LAST = "PyTorch, eager, channels last"
TOLERANCE = 0.01  # Of the losses of the first steps, relative.
_NUM_COMPARED = 3


def cases(sizes: sizes_lib.Sizes) -> list[results.Case]:
    """Returns the rows of the table."""
    return [
        results.Case(
            f"training step, configs/{name}.flags, batch of {size}",
            (OURS, TORCH, CHANNELS_LAST),
        )
        for name, size in sizes.steps
    ]


def measure(
    place: workplace.Workplace, cores: int, rounds: int
) -> Iterator[results.Measured]:
    """Yields the times of a step of each recipe."""
    for (name, size), case in zip(
        place.sizes.steps, cases(place.sizes), strict=True
    ):
        config = _config(name, size, place.sizes.step_flags)
        steps = _steps(config)
        check({who: _losses(step) for who, step in steps.items()})
        # A step of the others takes ten times as long.
        few = rounds if name == "best" else max(rounds // 2, 1)
        times = clock.interleave(steps, few, warm_rounds=0)
        yield results.Measured(case, cores, times)


def _steps(config: config_lib.TrainConfig) -> dict[str, Callable]:
    model = new_network.build(config.architecture.encoder, config)
    inputs, labels = new_network.batch(model, config.loop.batch_size)
    steps = {OURS: lambda: model.train_on_batch(inputs, labels)[0]}
    if installed.has("PyTorch", ["torch"]):
        same = np.asarray(labels[keys.PARTS], np.int64)
        for who, step in _peers(model, config).items():
            steps[who] = functools.partial(step, inputs, same)
    return steps


def check(losses: dict[str, np.ndarray]):
    """Checks that all learn the same, within `TOLERANCE`.

    Args:
        losses: Of the first steps of each; the first is what others are held
            to.

    Raises:
        ValueError: One differs; the message names it.
    """
    first, *others = losses
    for who in others:
        if not np.allclose(losses[who], losses[first], rtol=TOLERANCE):
            raise ValueError(
                f"{who}: the losses of the first steps must be those of "
                f"{first!r}, {losses[first].tolist()}, within "
                f"{TOLERANCE:.0%}. Received: {losses[who].tolist()}"
            )


def _losses(step) -> np.ndarray:
    return np.array([float(step()) for _ in range(_NUM_COMPARED)])


def _config(
    name: str, batch_size: int, more: Sequence[str]
) -> config_lib.TrainConfig:
    # Here, as it defines flags: another program may have some of these names.
    from kp2part.training import flags as flags_lib

    path = workplace.ROOT / "configs" / f"{name}.flags"
    flags.FLAGS.unparse_flags()  # Of the recipe before.
    flags.FLAGS(["", f"--flagfile={path}", f"--batch_size={batch_size}", *more])
    return flags_lib.read()


def _peers(model: keras.Model, config: config_lib.TrainConfig) -> dict:
    import torch

    from benchmarks.peers import torch_encoder
    from benchmarks.peers import torch_network
    from benchmarks.peers import torch_step
    from benchmarks.peers import torch_vgg
    from benchmarks.peers import torch_weights

    encoders = {
        "efficientnet_lite0": torch_encoder.Encoder,
        "vgg16": torch_vgg.Encoder,
    }
    sizes = config.architecture
    if sizes.encoder not in encoders:  # That of little work.
        return {}
    found = {}
    for who, memory_format in (
        (TORCH, torch.contiguous_format),
        (CHANNELS_LAST, torch.channels_last),
    ):
        network = torch_network.PartNetwork(
            encoders[sizes.encoder](),
            sizes.output_stride,
            model.input[keys.HEATMAPS].shape[-1],
            model.output[keys.PARTS].shape[-1],
            sizes.num_filters,
            sizes.pose_widths,
        )
        torch_weights.copy(network, model.layers)
        found[who] = torch_step.Step(
            network,
            (config.objective.pseudo_parts_weight, 1.0),
            config.objective.dice_weight,
            config.optimization.learning_rate,
            config.optimization.weight_decay,
            memory_format,
        )
    return found
