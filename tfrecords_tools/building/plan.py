"""Plans a build: assigns the photos to shards, as a list of jobs."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import hashlib
import itertools
import pathlib

from kp2part.formats import photo_directory
from kp2part.formats import pose_matches
from kp2part.formats import vocabulary as vocabulary_lib
from tfrecords_tools.building import fingerprints
from tfrecords_tools.building import found_files
from tfrecords_tools.building import inputs as inputs_lib
from tfrecords_tools.building import instances
from tfrecords_tools.building import settings as settings_lib
from tfrecords_tools.building import shards

UNFINISHED = "unfinished"  # Directory of a build in progress.


@dataclasses.dataclass(frozen=True)
class Plan:
    """The photos of a build.

    Attributes:
        splits: Photos of each split, sorted by id.
        notes: A line for each kind of data that matched nothing.
    """

    splits: Mapping[str, Sequence[instances.Source]]
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Checksum of ids, file sizes and keypoints of all photos."""
        return fingerprints.of(self.splits)


def make(inputs: inputs_lib.Inputs, settings: settings_lib.Settings) -> Plan:
    """Returns the photos of each split, and what matched nothing.

    Raises:
        ValueError: No photo has keypoints; or a file is missing, or keypoints
            are broken, unless the settings say to skip such photos.
    """
    mats = photo_directory.Directory(inputs.annotations, (".mat",))
    splits = found_files.splits(inputs, mats)
    photos = photo_directory.photos(inputs.images)
    boxes = inputs.boxes and photo_directory.Directory(inputs.boxes, (".xml",))
    for directory, suffix in (
        (mats, ".mat"),
        (photos, ".jpg"),
        (boxes, ".xml"),
    ):
        if directory:
            directory.expect(itertools.chain(*splits.values()), suffix)
    vocabulary = _vocabulary(inputs, settings)
    matches = pose_matches.read(
        inputs.keypoints, vocabulary, photos, needs_box=True
    )
    photo_ids = _photo_ids(splits, photos)
    found = {
        split: [
            instances.Source(
                image_id,
                annotation=mats.find(image_id),
                image=photos.find(image_id),
                boxes=boxes and boxes.find(image_id),
                **_of_keypoints(matches, photo_ids[image_id]),
            )
            for image_id in image_ids
        ]
        for split, image_ids in splits.items()
    }
    notes = tuple(
        pose_matches.notes(matches, photo_ids.values(), photos, vocabulary)
    )
    _check_any(inputs, found, notes)
    if not settings.skip_bad_images:
        for split, items in found.items():
            _check(split, items)
    return Plan(found, notes)


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


def _photo_ids(splits, photos: photo_directory.Directory) -> dict[str, str]:
    """Returns the id of the photo of each .mat file."""
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for image_id in itertools.chain(*splits.values()):
        photo_id = found[image_id] = photos.find_id(image_id) or image_id
        if (other := owners.setdefault(photo_id, image_id)) != image_id:
            raise ValueError(
                f"{photos.files[photo_id]}: must have one .mat file. Received: "
                f"{other} and {image_id}"
            )
    return found


def _vocabulary(inputs, settings) -> vocabulary_lib.Vocabulary:
    keypoint_map = {}
    if inputs.keypoint_map is not None:
        keypoint_map = vocabulary_lib.read_map(inputs.keypoint_map)
    return vocabulary_lib.Vocabulary(
        settings.category, keypoint_map, inputs.ignore_keypoints
    )


def _of_keypoints(matches: pose_matches.Matches, photo_id: str) -> dict:
    found = matches.of_photo.get(photo_id)
    if found is None:
        return {}
    (named, *_) = found.named
    return {
        "keypoints": tuple(found.annotations),
        "keypoints_error": found.error,
        "declared_size": (named.height, named.width),
    }


def _check_any(inputs, found, notes):
    if not any(
        s.keypoints or s.keypoints_error for f in found.values() for s in f
    ):
        listed = "".join(f"\n  {note}" for note in notes)
        raise ValueError(
            f"{inputs.keypoints}: no photo of the build has keypoints.{listed}"
        )


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
