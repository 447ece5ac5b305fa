"""Chooses the examples to show, the same for all systems.

The rule does not depend on the predictions.
"""

import collections
from collections.abc import Mapping
from collections.abc import Sequence
import pathlib

from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import example_rows
from kp2part.experiments import protocols
from kp2part.schema import keys
from kp2part.training import flagfile
from kp2part.training import splits


def shared_runs(
    directory: pathlib.Path, runs: Sequence[protocols.Run]
) -> list[protocols.Run]:
    """Returns a finished run of each system, all of the same repeat.

    Args:
        directory: Directory of the runs.
        runs: The runs of one group.

    Returns:
        The runs of the first repeat that is finished by all systems with any
        finished run; empty if there is none.
    """
    finished = [
        run for run in runs if (directory / run.name / "metrics.json").is_file()
    ]
    systems = {run.system for run in finished}
    for repeat in dict.fromkeys(run.repeat for run in finished):
        shared = [run for run in finished if run.repeat == repeat]
        if len(shared) == len(systems):
            return shared
    return []


def validation(workdir: pathlib.Path) -> example_set.Examples:
    """Returns the validation examples of a run."""
    config = flagfile.load(workdir / "train.flags")
    manifest = manifest_lib.load(config.selection.tfrecords)
    return splits.choose(
        config.selection, manifest, config.loop.seed
    ).validation


def classes(examples: example_set.Examples) -> dict[example_rows.Key, str]:
    """Returns the class of each example, in the files' order."""
    return {
        example_rows.key(example): example[keys.CLASS_NAME].decode()
        for example in example_stream.read(examples).as_numpy_iterator()
    }


def shared(
    sets: Sequence[Mapping[example_rows.Key, str]],
) -> dict[example_rows.Key, str]:
    """Returns the entries of the first set whose keys are in all sets."""
    first, *others = sets
    return {k: v for k, v in first.items() if all(k in o for o in others)}


def choose(
    classes: Mapping[example_rows.Key, str], count: int
) -> list[example_rows.Key]:
    """Returns examples spread over the classes, and over each class.

    Args:
        classes: The class of each example.
        count: Number of examples; all, if there are fewer. It is divided
            evenly among the classes that have enough; a remainder goes to the
            first classes in alphabetical order.

    Returns:
        Their keys, ordered by class name. The q examples of a class are the
        middles of q equal stretches of its examples.
    """
    members = collections.defaultdict(list)
    for name, of_class in classes.items():
        members[of_class].append(name)
    quotas = dict.fromkeys(sorted(members), 0)
    for _ in range(min(count, len(classes))):
        open_ = [c for c in quotas if quotas[c] < len(members[c])]
        quotas[min(open_, key=quotas.__getitem__)] += 1
    return [
        members[c][(2 * i + 1) * len(members[c]) // (2 * quota)]
        for c, quota in quotas.items()
        for i in range(quota)
    ]
