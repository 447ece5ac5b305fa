"""Plans a build: assigns the photos to shards, as a list of jobs."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import hashlib
import pathlib

from kp2part.formats import readers
from kp2part.formats import voc
from tfrecords_tools.building import inputs as inputs_lib
from tfrecords_tools.building import instances
from tfrecords_tools.building import settings as settings_lib
from tfrecords_tools.building import shards

UNFINISHED = "unfinished"  # Directory of a build in progress.
_IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")


def sources(
    inputs: inputs_lib.Inputs, settings: settings_lib.Settings
) -> dict[str, list[instances.Source]]:
    """Returns the photos of each split, sorted by id.

    Raises:
        ValueError: A file is missing, or keypoints are broken, unless the
            settings say to skip such photos.
    """
    splits = _splits(inputs)
    photos = _photos(inputs.images)
    errors = {}
    annotations = readers.read(
        inputs.keypoints,
        settings.category,
        lambda image_id, error: errors.setdefault(image_id, str(error)),
    )
    found = {
        split: [
            instances.Source(
                image_id,
                annotation=inputs.annotations / f"{image_id}.mat",
                image=photos.get(image_id, inputs.images / f"{image_id}.jpg"),
                boxes=inputs.boxes and inputs.boxes / f"{image_id}.xml",
                keypoints=tuple(annotations.get(image_id, ())),
                keypoints_error=errors.get(image_id),
            )
            for image_id in sorted(ids)
        ]
        for split, ids in splits.items()
    }
    if not settings.skip_bad_images:
        for split, items in found.items():
            _check(split, items)
    return found


def jobs(
    splits: Mapping[str, Sequence[instances.Source]],
    settings: settings_lib.Settings,
    output: pathlib.Path,
) -> list[shards.Job]:
    """Returns a job for each shard of each split."""
    return [
        shards.Job(split, output / name, output / UNFINISHED, chunk, settings)
        for split, photos in splits.items()
        for name, chunk in _deal(split, photos, settings)
    ]


def fingerprint(splits: Mapping[str, Sequence[instances.Source]]) -> str:
    """Returns a checksum of ids, file sizes and keypoints of all photos."""
    digest = hashlib.sha256()
    for split, photos in splits.items():
        for source in photos:
            sizes = [
                path.stat().st_size if path.is_file() else None
                for path in (source.annotation, source.image, source.boxes)
                if path is not None
            ]
            digest.update(f"{split} {source.image_id} {sizes}".encode())
            digest.update(f" {source.keypoints_error is None}".encode())
            for annotation in source.keypoints:
                digest.update(annotation.class_name.encode())
                digest.update(f"{annotation.box}".encode())
                digest.update(annotation.keypoints.tobytes())
    return digest.hexdigest()


def _splits(inputs: inputs_lib.Inputs) -> Mapping[str, Sequence[str]]:
    if inputs.image_sets is not None:
        return voc.read_image_sets(inputs.image_sets)
    ids = [path.stem for path in inputs.annotations.glob("*.mat")]
    if not ids:
        raise ValueError(f"{inputs.annotations}: has no .mat file.")
    return {"all": ids}


def _photos(directory: pathlib.Path) -> dict[str, pathlib.Path]:
    photos = {}
    for path in sorted(directory.iterdir()):
        if path.suffix.lower() in _IMAGE_SUFFIXES:
            if path.stem in photos:
                raise ValueError(
                    f"{directory}: images must differ in more than suffix: "
                    f"{photos[path.stem].name}, {path.name}"
                )
            photos[path.stem] = path
    return photos


def _check(split: str, photos: Sequence[instances.Source]):
    for kind in ("annotation", "image", "boxes"):
        paths = [getattr(source, kind) for source in photos]
        missing = [p for p in paths if p is not None and not p.is_file()]
        if missing:
            raise ValueError(
                f"{missing[0]}: no such file. Split {split!r} lacks "
                f"{len(missing)} of {len(paths)} files of this kind. "
                "--skip_bad_images skips such images."
            )
    for source in photos:
        if source.keypoints_error:
            raise ValueError(source.keypoints_error)


def _deal(split, photos, settings) -> Iterator[tuple[str, tuple]]:
    def position(source: instances.Source) -> bytes:
        key = f"{settings.seed}/{source.image_id}"
        return hashlib.sha256(key.encode()).digest()

    shuffled = sorted(photos, key=position)
    size = settings.images_per_shard
    count = -(-len(shuffled) // size)
    for i in range(count):
        chunk = tuple(shuffled[i * size : (i + 1) * size])
        yield f"{split}-{i:05d}-of-{count:05d}.tfrecord", chunk
