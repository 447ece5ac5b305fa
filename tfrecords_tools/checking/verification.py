"""Checks of TFRecords: files against the manifest, records one by one."""

import collections
from collections.abc import Iterator
import struct

from absl import logging
import numpy as np
import tensorflow as tf

from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import records
from kp2part.schema import keys
from kp2part.system import checksum
from kp2part.system import tables

_PNG = b"\x89PNG\r\n\x1a\n"


class Census:
    """Statistics of the records of one split.

    Attributes:
        num_records: Number of readable records.
        pixels: int64 [256], number of pixels of each label.
        occurrences: int64 [256], number of records with each label.
        objects: Number of records of each (image id, object index).
        classes: Number of records of each class.
    """

    def __init__(self):
        self.num_records = 0
        self.pixels = np.zeros(256, np.int64)
        self.occurrences = np.zeros(256, np.int64)
        self.objects = collections.Counter()
        self.classes = collections.Counter()

    def add(self, example: dict[str, np.ndarray]):
        """Counts one example, given by `schema.keys`."""
        counts = np.bincount(np.ravel(example[keys.PART_MASK]), minlength=256)
        self.num_records += 1
        self.pixels += counts
        self.occurrences += counts > 0
        self.objects[_object(example)] += 1
        self.classes[example[keys.CLASS_NAME].decode()] += 1

    @property
    def image_ids(self) -> set[str]:
        """The source photos."""
        return {image_id for image_id, _ in self.objects}


def verify(
    manifest: manifest_lib.Manifest,
) -> tuple[dict[str, Census], list[str]]:
    """Returns what the records hold, by split, and all problems found."""
    problems = [f"{n}: {text}" for n, text in integrity.strangers(manifest)]
    censuses = {}
    for name, split in manifest.splits.items():
        census = censuses[name] = Census()
        for shard in split.shards:
            logging.info("Reading %s", shard.name)
            found = list(_check_shard(manifest, shard, census))
            problems += [f"{shard.name}: {problem}" for problem in found]
        problems += [
            f"split {name!r}: {p}" for p in _check_split(split, census)
        ]
    problems += _shared(censuses)
    return censuses, problems


def report(manifest: manifest_lib.Manifest, censuses: dict[str, Census]) -> str:
    """Returns a table for each split: pixels and records of each part."""
    return "\n\n".join(
        f"{name}: {census.num_records} records ({_classes(census)})\n"
        + _parts_table(manifest, census).to_text()
        for name, census in censuses.items()
    )


def _classes(census: Census) -> str:
    return ", ".join(f"{c} {n}" for c, n in sorted(census.classes.items()))


def _parts_table(manifest, census: Census) -> tables.Table:
    labels = {**dict(enumerate(manifest.category.parts)), 255: "(ignored)"}
    total = max(census.pixels.sum(), 1)
    rows = [
        (
            part,
            f"{census.pixels[label] / total:.2%}",
            str(census.occurrences[label]),
        )
        for label, part in labels.items()
    ]
    return tables.Table(("part", "of pixels", "records with it"), rows)


def _check_shard(manifest, shard, census) -> Iterator[str]:
    path = manifest.directory / shard.name
    if fault := integrity.size_fault(path, shard):
        yield fault
    if not path.is_file():
        return
    # Read anew, whatever is remembered of it.
    if checksum.sha256(path) != shard.sha256:
        yield integrity.WRONG_CHECKSUM
    num_records = 0
    try:
        for record in tf.data.TFRecordDataset(str(path)):
            for problem in _check_record(manifest, record, census):
                yield f"record {num_records}: {problem}"
            num_records += 1
    except tf.errors.DataLossError:
        yield f"record {num_records}: corrupt; the rest cannot be read"
    if num_records != shard.num_records:
        yield f"{num_records} records; the manifest says {shard.num_records}"


def _check_record(manifest, record, census) -> Iterator[str]:
    num_keypoints = len(manifest.category.keypoints)
    try:
        example = records.parse(record, num_keypoints)
        # The headers first: an image of a few kilobytes can be gigabytes large.
        wrong = list(_check_sizes(manifest, example))
        example = example if wrong else records.decode_images(example)
    except (tf.errors.InvalidArgumentError, ValueError) as error:
        message = getattr(error, "message", str(error)).splitlines()[0]
        yield f"cannot be parsed: {message}"
        return
    example = {key: value.numpy() for key, value in example.items()}
    if not wrong:
        census.add(example)
        wrong = list(_check_labels(manifest, example))
    image_id, index = _object(example)
    for problem in (
        *wrong,
        *_check_keypoints(manifest, example),
        *_check_origin(manifest, example),
    ):
        yield f"({image_id}, object {index}) {problem}"


def _check_sizes(manifest, example) -> Iterator[str]:
    side = manifest.image_size
    for key in keys.IMAGE, keys.PART_MASK:
        if (found := _size_of(example[key].numpy())) != (side, side):
            yield f"`{key}` must be {(side, side)} pixels: {found}"


def _size_of(contents: bytes) -> tuple[int, int]:
    """Returns height and width that the header of a JPEG or PNG file tells."""
    if contents.startswith(_PNG):
        width, height = struct.unpack(">II", contents[16:24].ljust(8, b"\0"))
        return height, width
    height, width, _ = tf.io.extract_jpeg_shape(contents).numpy().tolist()
    return height, width


def _check_labels(manifest, example) -> Iterator[str]:
    num_parts = len(manifest.category.parts)
    labels = set(np.unique(example[keys.PART_MASK]).tolist())
    if wrong := sorted(labels - {*range(num_parts), keys.IGNORE_LABEL}):
        yield f"`{keys.PART_MASK}` has unknown labels {wrong}"


def _check_keypoints(manifest, example) -> Iterator[str]:
    rows = zip(
        manifest.category.keypoints, example[keys.KEYPOINTS], strict=True
    )
    for name, (x, y, v) in rows:
        if v not in (keys.ABSENT, keys.OCCLUDED, keys.VISIBLE):
            yield f"keypoint {name}: v must be 0, 1 or 2: {v}"
        # Comparisons with NaN are false; `min` and `max` may ignore it.
        if not all(0 <= c <= manifest.image_size - 1 for c in (x, y)):
            yield f"keypoint {name}: lies outside the crop: ({x}, {y})"


def _check_origin(manifest, example) -> Iterator[str]:
    class_name = example[keys.CLASS_NAME].decode()
    if class_name not in manifest.category.classes:
        yield f"class {class_name!r} is not in {manifest.category.classes}"
    xmin, ymin, xmax, ymax = box = example[keys.BOX].tolist()
    height, width = example[keys.SOURCE_SIZE].tolist()
    if not (0 <= xmin < xmax <= width and 0 <= ymin < ymax <= height):
        yield f"box {box} must lie in its photo, {width} x {height} pixels"


def _check_split(split: manifest_lib.Split, census: Census) -> Iterator[str]:
    total = sum(shard.num_records for shard in split.shards)
    if split.num_records != total:
        yield (
            f"the manifest says {split.num_records} records, "
            f"and {total} for its shards"
        )
    for (image_id, index), number in census.objects.items():
        if number > 1:
            yield f"({image_id}, object {index}) occurs {number} times"


def _shared(censuses: dict[str, Census]) -> Iterator[str]:
    first = {}
    for name, census in censuses.items():
        for image_id in sorted(census.image_ids):
            if (other := first.setdefault(image_id, name)) != name:
                yield f"splits {other!r} and {name!r} share photo {image_id}"


def _object(example) -> tuple[str, int]:
    image_id = example[keys.IMAGE_ID].decode()
    return image_id, int(example[keys.OBJECT_INDEX])
