r"""Measures the cost of image encoders: per training step and prediction.

    python -m benchmarks.encoders --flagfile=configs/best.flags \
        --encoders=squeezenet,efficientnet_lite0 --output=encoders.md

Each encoder is built into the network of the flags, with random weights and
with batch normalization frozen, as for pretrained weights. Encoders alternate
on the same random batch. Reports median CPU times, and ratios to the first
encoder.
"""

from collections.abc import Callable
import time

from absl import flags
import numpy as np
import tqdm

from benchmarks.speed import new_network
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.system import tables
from kp2part.training import config as config_lib
from kp2part.training import flags as flags_lib

flags.adopt_module_key_flags(flags_lib)

_ENCODERS = flags.DEFINE_list(
    "encoders", ["squeezenet", "efficientnet_lite0"], "Encoders to compare."
)
_NUM_STEPS = flags.DEFINE_integer(
    "num_steps", 10, "Number of steps of each.", lower_bound=1
)
_OUTPUT = flags.DEFINE_string("output", None, "Markdown file of the table.")


def seconds(function: Callable, *arguments) -> float:
    """Returns the CPU time of a call."""
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def measure(config: config_lib.TrainConfig) -> dict[str, tuple]:
    """Returns by encoder: parameters, seconds of a step and of a prediction."""
    networks = {
        name: new_network.build(name, config) for name in _ENCODERS.value
    }
    inputs, part_ids = new_network.batch(
        next(iter(networks.values())), config.loop.batch_size
    )
    times = {name: [] for name in networks}
    for _ in tqdm.trange(1 + _NUM_STEPS.value, unit="round"):
        for name, model in networks.items():
            step = seconds(model.train_on_batch, inputs, part_ids)
            prediction = seconds(model.predict_on_batch, inputs)
            times[name].append((step, prediction))
    return {  # Without the first round, which includes compilation.
        name: (model.count_params(), *np.median(times[name][1:], axis=0))
        for name, model in networks.items()
    }


def table(costs: dict[str, tuple]) -> tables.Table:
    """Returns the table of the results of `measure`."""
    rows = []
    _, first_step, first_prediction = next(iter(costs.values()))
    for name, (parameters, step, prediction) in costs.items():
        cells = (
            *(f"`{name}`", f"{parameters:,}"),
            *(f"{step:.2f}", f"{step / first_step:.2f}"),
            *(f"{prediction:.2f}", f"{prediction / first_prediction:.2f}"),
        )
        rows.append(cells)
    heads = (
        *("encoder", "parameters", "step, s", "ratio"),
        *("prediction, s", "ratio"),
    )
    return tables.Table(heads, rows)


def main(argv):
    del argv
    text = table(measure(flags_lib.read())).to_markdown()
    atomic.write_text(_OUTPUT.value, text)
    print(text)  # noqa: T201


if __name__ == "__main__":
    cli.run(main, required=("output", "image_size"))
