"""Records of the objects of drawn photos, from their files."""

from collections.abc import Iterator
import os
import pathlib
import shutil

import numpy as np

from benchmarks.speed import clock
from benchmarks.speed import results
from benchmarks.speed import sizes as sizes_lib
from benchmarks.speed import workplace

OURS = "kp2part: tfrecords_tools.build"
PEER = "plain loop, OpenCV and SciPy"
AGREEMENT = 0.98  # Share of pixels with the same part.
_SIZE = 192


def cases(sizes: sizes_lib.Sizes) -> list[results.Case]:
    """Returns the rows of the table."""
    what = f"{sizes.photos} photos to records, each"
    return [results.Case(what, (OURS, PEER), count=sizes.photos)]


def measure(
    place: workplace.Workplace, cores: int, rounds: int
) -> Iterator[results.Measured]:
    """Yields the times of a whole build, without the start of the program."""
    from benchmarks.peers import plain_build
    from tfrecords_tools.building import build_run

    inputs, settings = place.build_of(_SIZE)
    workers = cores or len(os.sched_getaffinity(0))
    ours, plain = (place.directory / x for x in ("built", "plain.tfrecord"))
    kept = _kept(place)

    def build():
        shutil.rmtree(ours, ignore_errors=True)
        build_run.build(inputs, settings, ours, workers)

    def build_plainly():
        plain_build.build(place.photos(), kept, settings.category, _SIZE, plain)

    build()
    build_plainly()
    check(_masks(place, ours), _masks(place, plain))
    runs = {OURS: build, PEER: build_plainly}
    times = clock.interleave(runs, rounds, warm_rounds=0)
    yield results.Measured(cases(place.sizes)[0], cores, times)


def check(ours: dict, theirs: dict):
    """Checks that both have the same objects, and nearly the same masks.

    Args:
        ours: uint8 [S, S] by photo and object.
        theirs: Likewise.

    Raises:
        ValueError: They have not.
    """
    if ours.keys() != theirs.keys():
        raise ValueError(
            "Both must have the same objects. Only in one: "
            f"{sorted(ours.keys() ^ theirs.keys())}"
        )
    same = np.mean([(ours[key] == theirs[key]).mean() for key in ours])
    if same < AGREEMENT:
        raise ValueError(
            f"{AGREEMENT:.0%} of the pixels must have the same part. "
            f"Received: {same:.2%}"
        )


def _kept(place: workplace.Workplace) -> dict[str, list[int]]:
    kept = {}
    for photo, index in _masks(place, place.records(_SIZE)):
        kept.setdefault(photo, []).append(index)
    return kept


def _masks(place: workplace.Workplace, path: pathlib.Path) -> dict:
    import tensorflow as tf

    from kp2part.data import records

    files = sorted(path.glob("*.tfrecord")) if path.is_dir() else [path]
    found = {}
    for line in tf.data.TFRecordDataset([str(x) for x in files]):
        example = records.decode_images(records.parse(line, _num_keypoints()))
        key = example["image_id"].numpy().decode()
        found[key, int(example["object_index"])] = example["part_mask"].numpy()
    return found


def _num_keypoints() -> int:
    from kp2part.schema import category

    return len(category.load("quadruped").keypoints)
