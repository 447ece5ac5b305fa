"""Which examples are shown of several systems: the same of all.

A rule chooses them before anything is known of the answers.
"""

import collections
from collections.abc import Mapping
from collections.abc import Sequence
import pathlib

from kp2part.data import example_set
from kp2part.data import manifest as manifest_lib
from kp2part.experiments import protocols
from kp2part.schema import keys
from kp2part.training import flagfile
from kp2part.training import splits

Key = tuple[str, int]  # The photo's id and the object's number in it.


def shared_runs(
    directory: pathlib.Path, runs: Sequence[protocols.Run]
) -> list[protocols.Run]:
    """Returns a finished run of each system, all of the same repeat.

    Args:
        directory: Where the runs are.
        runs: Those of one group.

    Returns:
        Those of the first repeat that all systems have which have any; nothing
        if there is none.
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
    """Returns what a run is judged by."""
    config = flagfile.load(workdir / "train.flags")
    manifest = manifest_lib.load(config.selection.tfrecords)
    return splits.choose(
        config.selection, manifest, config.loop.seed
    ).validation


def classes(examples: example_set.Examples) -> dict[Key, str]:
    """Returns the class of each example, in the files' order."""
    return {
        key(example): example[keys.CLASS_NAME].decode()
        for example in examples.read().as_numpy_iterator()
    }


def shared(sets: Sequence[Mapping[Key, str]]) -> dict[Key, str]:
    """Returns those of the first of some `classes` that all the others have."""
    first, *others = sets
    return {k: v for k, v in first.items() if all(k in o for o in others)}


def choose(classes: Mapping[Key, str], count: int) -> list[Key]:
    """Returns examples spread over the classes, and over each class.

    Args:
        classes: The class of each example.
        count: How many; all, if there are fewer. The classes get equal numbers
            as far as they have them, those first by name one more.

    Returns:
        Their keys, by the classes' names. Of n examples q are the middles of q
        equal stretches.
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


def key(example: Mapping) -> Key:
    """Returns what tells an example, of NumPy values, from all others."""
    return example[keys.IMAGE_ID].decode(), int(example[keys.OBJECT_INDEX])
