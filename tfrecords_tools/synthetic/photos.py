"""Writes a set of drawn photos, annotated in the formats of real data sets."""

from collections.abc import Iterable
from collections.abc import Iterator
from concurrent import futures
import dataclasses
import functools
import itertools
import json
import multiprocessing
import pathlib
import shutil
import tempfile

import numpy as np
import tqdm

from kp2part.system import atomic
from kp2part.system import json_file
from kp2part.system import processes
from tfrecords_tools.synthetic import annotation_writers
from tfrecords_tools.synthetic import scenes
from tfrecords_tools.synthetic import settings as settings_lib


def draw(
    output: pathlib.Path, settings: settings_lib.Settings, num_workers: int
) -> bool:
    """Creates `output` atomically.

    Returns:
        Whether anything was drawn: False if `output` was complete.

    Raises:
        ValueError: `output` has other contents.
        OSError: It cannot be written, e.g. as the disk is full.
    """
    if _is_complete(output, settings):
        return False
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = pathlib.Path(
        tempfile.mkdtemp(prefix=f".{output.name}.partial.", dir=output.parent)
    )
    try:
        partial.chmod(0o755)  # `mkdtemp` allows only the owner to read.
        with atomic.naming_full_disk(output):
            _write_all(partial, settings, num_workers)
        partial.replace(output)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True


def _is_complete(output: pathlib.Path, settings: settings_lib.Settings) -> bool:
    if not output.exists():
        return False
    if output.is_dir() and not any(output.iterdir()):
        return False
    path = output / "draw.json"
    if not path.is_file():
        raise ValueError(
            "`output` must be new, empty or written by this program. "
            f"Received: output={output}, which has no draw.json"
        )
    found, wanted = json_file.read(path), dataclasses.asdict(settings)
    if found != wanted:
        raise ValueError(
            f"{output} was drawn with other settings: {found}. Received: "
            f"{wanted}. Choose another --output, or delete this one."
        )
    return True


def _write_all(directory, settings, num_workers):
    annotation_writers.make_directories(directory)
    numbers = range(1, settings.num_images + 1)
    write = functools.partial(_write_photo, directory, settings)
    photos = tqdm.tqdm(
        _map(write, numbers, num_workers), "drawing", len(numbers), unit="photo"
    )
    annotations = list(itertools.chain.from_iterable(photos))
    images = {number: f"{_image_id(number)}.jpg" for number in numbers}
    (directory / "keypoints" / "animal_pose.json").write_bytes(
        annotation_writers.animal_pose_json(images, annotations)
    )
    for name, ids in _split(settings).items():
        if ids:
            path = directory / "ImageSets" / f"{name}.txt"
            path.write_text("".join(f"{i}\n" for i in ids))
    _write_sample(directory, settings, images, annotations)
    fields = dataclasses.asdict(settings)
    json_file.write(directory / "draw.json", fields)


def _write_sample(directory, settings, images, annotations):
    """Copies a val photo with a large animal that is spanned by keypoints."""
    val = set(_split(settings)["val"])
    held_out = [a for a in annotations if images[a["image_id"]][:-4] in val]
    best = max(held_out or annotations, key=_sample_score, default=None)
    if best is None:  # No animal has a keypoint, as happens with few photos.
        return
    photo = directory / "JPEGImages" / images[best["image_id"]]
    shutil.copyfile(photo, directory / "sample.jpg")
    text = json.dumps(best["keypoints"])
    (directory / "sample.json").write_text(text + "\n")


def _sample_score(annotation: dict) -> float:
    left, top, right, bottom = annotation["bbox"]
    x, y, v = np.transpose(annotation["keypoints"])
    shown = v > 0
    if not shown.any():
        return 0.0
    area = (right - left) * (bottom - top)
    # The sample is used without a box: one is derived from the keypoints.
    covered = np.ptp(x[shown]) * np.ptp(y[shown]) / area
    return shown.sum() * covered**4 * area**0.5


def _map(function, items: Iterable, num_workers: int) -> Iterator:
    """Yields results in the order of `items`."""
    if num_workers == 1:
        yield from map(function, items)
        return
    # Spawn, not fork: OpenCV's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with futures.ProcessPoolExecutor(
        num_workers, context, processes.end_with_pool
    ) as pool:
        yield from pool.map(function, items, chunksize=4)


def _write_photo(directory, settings, number) -> list[dict]:
    """Draws a photo and returns its entries for Animal-Pose's file."""
    # Each photo has its own random stream, independent of the other photos.
    rng = np.random.default_rng([settings.seed, number])
    scene = scenes.draw(rng, settings.size)
    quality = int(rng.integers(72, 93))
    image_id = _image_id(number)
    annotation_writers.write_scene(scene, image_id, directory, quality)
    return annotation_writers.animal_pose_annotations(scene, number)


def _image_id(number: int) -> str:
    return f"2026_{number:06d}"


def _split(settings: settings_lib.Settings) -> dict[str, list[str]]:
    """Returns the image ids of train and val, in order."""
    rng = np.random.default_rng([settings.seed, settings.num_images, 0])
    order = rng.permutation(settings.num_images) + 1
    num_val = round(settings.val_fraction * settings.num_images)
    return {
        "train": [_image_id(number) for number in sorted(order[num_val:])],
        "val": [_image_id(number) for number in sorted(order[:num_val])],
    }
