"""Plans a build: finds the photos of each split and what belongs to them."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import itertools

from kp2part.formats import part_masks
from kp2part.formats import pose_matches
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.photos import photo_directory
from tfrecords_tools.building import fingerprints
from tfrecords_tools.building import found_files
from tfrecords_tools.building import inputs as inputs_lib
from tfrecords_tools.building import settings as settings_lib
from tfrecords_tools.building import sources


@dataclasses.dataclass(frozen=True)
class Plan:
    """The photos of a build.

    Attributes:
        splits: Photos of each split, sorted by id.
        notes: A line for each kind of data that matched nothing.
    """

    splits: Mapping[str, Sequence[sources.Source]]
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
    masks = part_masks.read(
        inputs.annotations, inputs.instances, settings.category
    )
    splits = found_files.splits(inputs, masks)
    photos = photo_directory.photos(inputs.images)
    boxes = inputs.boxes and photo_directory.Directory(inputs.boxes, (".xml",))
    masks.expect(itertools.chain(*splits.values()))
    photos.expect(itertools.chain(*splits.values()), ".jpg")
    if boxes:
        boxes.expect(itertools.chain(*splits.values()), ".xml")
    vocabulary = _vocabulary(inputs, settings)
    matches = pose_matches.read(
        inputs.keypoints, vocabulary, photos, needs_box=True
    )
    photo_ids = _photo_ids(splits, photos, masks.kind)
    found = {
        split: [
            sources.Source(
                image_id,
                masks=masks.find(image_id),
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
            # What is wrong in all of them is told before the build begins.
            if items:
                items[0].masks.read(settings.category)
    return Plan(found, notes)


def _photo_ids(
    splits, photos: photo_directory.Directory, kind: str
) -> dict[str, str]:
    """Returns the id of the photo of each id of masks."""
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for image_id in itertools.chain(*splits.values()):
        photo_id = found[image_id] = photos.find_id(image_id) or image_id
        if (other := owners.setdefault(photo_id, image_id)) != image_id:
            raise ValueError(
                f"{photos.files[photo_id]}: must have one {kind}. Received: "
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
        "num_others": found.others,
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


def _check(split: str, photos: Sequence[sources.Source]):
    masks = [source.masks.files for source in photos]
    for paths in (
        *itertools.zip_longest(*masks),
        [source.image for source in photos],
        [source.boxes for source in photos],
    ):
        missing = [p for p in paths if p is not None and not p.is_file()]
        if missing:
            raise ValueError(
                f"{missing[0]}: no such file. Split {split!r} lacks "
                f"{len(missing)} of {len(paths)} files of this kind. "
                "--skip_bad_images skips such images."
            )
    for source in photos:
        if error := source.masks.error or source.keypoints_error:
            raise ValueError(error)
