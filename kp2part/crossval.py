r"""Compares systems: trains and scores each on the same folds or splits.

    python -m kp2part.crossval --flagfile=configs/lite_quadruped.flags \
        --tfrecords=data/quadruped --systems=kp2part,ternausnet \
        --protocol=folds --output=runs/paper

Takes the flags of kp2part.train, which all runs share. A system is the name of
a network, or the path of a .flags file whose flags differ. Protocols:

    split      the named splits, once for each of --seeds
    folds      the paper's: all classes pooled, and each alone, in --num_folds
    holdout    learn from all classes but one and be judged on it, for each
    alone      learn from one class and be judged on it, for each, in as many
               steps as with all
    shares     learn from a share of the objects, for each of --shares, in as
               many steps: a share of 0.1 takes ten times --epochs

Every run is a command of its own (kp2part.trial; see trial.log in its
directory). Finished runs are not run again, stopped ones go on: give the same
command. --output then holds table.json, table.md, comparison.png (of shares
fractions.png, curves) and of each group examples.png: the same validation
examples with the masks that the last network of each system predicts.
"""

import pathlib

from absl import flags
from absl import logging

from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import labels
from kp2part.experiments import execution
from kp2part.experiments import paper
from kp2part.experiments import protocols
from kp2part.experiments import tables
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.training import config as config_lib
from kp2part.training import flags as flags_lib

flags.adopt_module_key_flags(flags_lib)

_SYSTEMS = flags.DEFINE_list(
    "systems",
    ["kp2part", "ternausnet", "pose_to_part"],
    "Names of networks, or paths of .flags files.",
)
_PROTOCOL = flags.DEFINE_enum(
    "protocol",
    "split",
    ["split", "folds", "holdout", "alone", "shares"],
    "Which runs to compare, see above.",
)
_SEEDS = flags.DEFINE_list("seeds", ["0"], "Seeds; each is a run.")
_SHARES = flags.DEFINE_list(
    "shares", ["0.05", "0.1", "0.25", "0.5", "1"], "Of the training objects."
)
_PROCESSES = flags.DEFINE_integer(
    "processes",
    1,
    "Runs at a time. Each computes on its share of the cores, unless "
    "TF_NUM_INTRAOP_THREADS and OMP_NUM_THREADS are set: on two cores, two "
    "runs of one thread each did 1.4 times the work of one run of two.",
    lower_bound=1,
)
_LABELS = flags.DEFINE_enum(
    "labels",
    "pseudo",
    list(labels.KINDS),
    "What the masks of the records are: true (drawn by hand, as Pascal-Part's) "
    "or pseudo. It decides what tables and charts call a score; with true, the "
    "paper's figures stand beside those of its own protocol, folds.",
)
_NUM_EXAMPLES = flags.DEFINE_integer(
    "num_examples",
    5,
    "Rows of examples.png of each group: the same validation examples answered "
    "by all systems. 0 makes none.",
    lower_bound=0,
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory of the experiment.")


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    output = pathlib.Path(_OUTPUT.value)
    flags.FLAGS.workdir = str(output)  # Each run has its own below.
    config = flags_lib.from_flags()
    manifest = manifest_lib.load(config.tfrecords)
    runs = plan(config, manifest)
    common = output / "common.flags"
    atomic.write_text(common, config.to_flagfile())
    failed = execution.execute(runs, common, output, _PROCESSES.value)
    reported = {}
    if _PROTOCOL.value == "folds" and _LABELS.value == "true":
        reported = paper.figures(config, manifest.category)
    fractions = None
    if _PROTOCOL.value == "shares":
        values = _numbers("shares", float, _SHARES.value)
        fractions = {protocols.share_group(value): value for value in values}
    tables.write_comparison(
        output, runs, _LABELS.value, reported=reported, fractions=fractions
    )
    if _NUM_EXAMPLES.value:
        tables.write_examples(output, runs, _LABELS.value, _NUM_EXAMPLES.value)
    if failed:
        raise ValueError(
            f"{len(failed)} of {len(runs)} runs failed; the others are in "
            f"{output}/table.md. See "
            + ", ".join(str(output / run.name / "trial.log") for run in failed)
        )


def plan(
    config: config_lib.TrainConfig, manifest: manifest_lib.Manifest
) -> list[protocols.Run]:
    """Returns the runs that the flags ask for."""
    systems, seeds = _SYSTEMS.value, _numbers("seeds", int, _SEEDS.value)
    classes = manifest.category.classes
    steps = config.epochs, config.warmup_epochs
    if _PROTOCOL.value == "folds":
        return protocols.folds(systems, flags.FLAGS.num_folds, classes)
    if _PROTOCOL.value == "holdout":
        return protocols.holdout(systems, seeds, classes)
    if _PROTOCOL.value == "shares":
        shares = _numbers("shares", float, _SHARES.value)
        return protocols.shares(systems, seeds, shares, *steps)
    if _PROTOCOL.value == "alone":
        shares = class_shares(manifest, config.train_split)
        return protocols.alone(systems, seeds, shares, *steps)
    return protocols.split(systems, seeds)


def class_shares(
    manifest: manifest_lib.Manifest, split: str
) -> dict[str, float]:
    """Returns the share of a split's objects that each of its classes has."""
    total = manifest.split(split).num_records
    kept = {k: v["kept"] for k, v in manifest.table[split].items()}
    return {name: count / total for name, count in kept.items() if count}


def _numbers(name: str, kind: type, values: list[str]) -> list:
    try:
        return [kind(value) for value in values]
    except ValueError as error:
        raise ValueError(
            f"`{name}` must be numbers with commas. Received: "
            f"{name}={','.join(values)}"
        ) from error


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "output"))
