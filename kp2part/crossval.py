r"""Compares systems: trains and scores each on the same folds or splits.

    python -m kp2part.crossval --flagfile=configs/lite.flags \
        --tfrecords=data/quadruped --systems=kp2part,ternausnet \
        --protocol=folds --output=runs/paper

Takes the flags of kp2part.train, which all runs share. A system is the name of
a network, or the path of a .flags file whose flags differ. Protocols:

    split      the named splits, once for each of --seeds
    folds      the paper's: all classes pooled, and each alone, in --num_folds
    holdout    learn from all classes but one and be judged on it, for each
    alone      learn from one class and be judged on it, for each, in as many
               steps as with all
    fractions  learn from a fraction of the objects, for each of
               --train_fractions, in as many steps: a fraction of 0.1 takes ten
               times --epochs

Every run is a command of its own (kp2part.trial; see trial.log in its
directory). Finished runs are not run again, and stopped ones continue: give the
same command. --output then holds table.json, table.md, comparison.png (of
fractions fractions.png, curves) and of each group examples.png: the same
validation examples with the predictions of the last network of each system.
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
    "Runs at a time, each a process. Each computes on its part of the cores, "
    "unless TF_NUM_INTRAOP_THREADS and OMP_NUM_THREADS are set: on two cores, "
    "two runs of one thread each did 1.4 times the work of one run of two.",
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
