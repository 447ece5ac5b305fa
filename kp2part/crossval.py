r"""Compares systems: trains and scores each on the same folds or splits.

    python -m kp2part.crossval --flagfile=configs/lite.flags \
        --tfrecords=data/quadruped --systems=kp2part,ternausnet \
        --protocol=folds --output=runs/paper

Takes the flags of kp2part.train, which all runs share. A system is the name of
a network, or the path of a .flags file that overrides some flags. Protocols:

    split      the named splits, once for each of --seeds
    folds      the paper's: --num_folds folds, with all classes pooled and with
               each class alone
    holdout    for each class: train on all others, score it
    alone      for each class: train on it alone, score it; as many steps as
               with all classes
    fractions  train on a fraction of the objects, for each of
               --train_fractions; as many steps as with all objects: a fraction
               of 0.1 takes ten times --epochs

Each run is a separate process (kp2part.trial), which logs to trial.log in the
directory of the run. Give the same command again to resume: finished runs are
skipped, interrupted ones continue. --output then holds table.json, table.md, a
chart (comparison.png, or fractions.png for that protocol) and, for each group,
examples.png: the same validation examples with the predictions of each system's
last epoch.
"""

import pathlib

from absl import flags
from absl import logging

from kp2part.experiments import experiment as experiment_lib
from kp2part.system import cli
from kp2part.system import settings_flags
from kp2part.training import flags as train_flags

flags.adopt_module_key_flags(train_flags)
settings_flags.define(experiment_lib.Experiment, __name__)

_NUM_WORKERS = flags.DEFINE_integer(
    "num_workers",
    1,
    "Number of runs in parallel, each in its own process with an equal share "
    "of the cores, unless TF_NUM_INTRAOP_THREADS and OMP_NUM_THREADS are set. "
    "On two cores, two runs of one thread each did 1.4 times the work of one "
    "run of two threads.",
    lower_bound=1,
)
_DRY_RUN = cli.define_dry_run(__name__, "List the runs.")
_OUTPUT = flags.DEFINE_string("output", None, "Directory of the experiment.")


def main(argv):
    del argv
    experiment = settings_flags.read(experiment_lib.Experiment)
    config = train_flags.read()
    from kp2part.data import integrity
    from kp2part.data import manifest as manifest_lib
    from kp2part.experiments import execution
    from kp2part.experiments import tables

    manifest = manifest_lib.load(config.selection.tfrecords)
    runs = experiment.runs(config, manifest)
    output = pathlib.Path(_OUTPUT.value)
    if _DRY_RUN.value:
        for run in runs:
            logging.info("%s: %s", run.name, " ".join(run.flags))
        return
    integrity.check(
        manifest, [name for name, n in manifest.num_records.items() if n]
    )
    failed = execution.execute(runs, config, output, _NUM_WORKERS.value)
    tables.write(output, runs, experiment, config, manifest.category)
    if failed:
        raise ValueError(
            f"{len(failed)} of {len(runs)} runs failed; the others are in "
            f"{output}/table.md. See "
            + ", ".join(str(output / run.name / "trial.log") for run in failed)
        )


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "output"))
