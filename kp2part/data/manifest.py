"""The contents of a directory of TFRecords: reads its `manifest.json`.

`tfrecords_tools.build` writes it last: a directory with a manifest is complete.
Without TensorFlow.
"""

import collections
from collections.abc import Mapping
import dataclasses
import pathlib

from kp2part.schema import category as category_lib
from kp2part.system import json_file

FILE_NAME = "manifest.json"
FORMAT = 1


@dataclasses.dataclass(frozen=True)
class Shard:
    """One TFRecord file.

    Attributes:
        name: File name, in the manifest's directory.
        num_records: Number of examples in it.
        num_bytes: Size of the file.
        sha256: Checksum of the file, in hexadecimal digits.
    """

    name: str
    num_records: int
    num_bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class Split:
    """A named subset; no two splits share a source photo.

    Attributes:
        num_records: Number of examples in all its shards.
        shards: Its files, in order.
    """

    num_records: int
    shards: tuple[Shard, ...]


@dataclasses.dataclass(frozen=True)
class Manifest:
    """The contents of a directory of TFRecords.

    Attributes:
        directory: Directory of the shards.
        category: Names of keypoints and parts.
        image_size: Side of the square crops, in pixels.
        context: Margin around an object's box, as a fraction of its sides.
        aspect: How crops were made square, see `task.ASPECTS`.
        splits: Name -> split.
        settings: All settings that determine the bytes of the shards.
        table: For each split and class, how many objects were "seen" and
            "kept", and how many were "dropped" for each reason.
        skipped: For each split, reason -> ids of the photos that were left out
            for it. Empty without `skip_bad_images`.
    """

    directory: pathlib.Path
    category: category_lib.Category
    image_size: int
    context: float
    aspect: str
    splits: Mapping[str, Split]
    settings: Mapping
    table: Mapping
    skipped: Mapping

    def __post_init__(self):
        shards = [x for split in self.splits.values() for x in split.shards]
        for name, count in collections.Counter(x.name for x in shards).items():
            if count > 1:
                raise ValueError(
                    f"`splits` must have each shard once. Received: {name!r} "
                    f"{count} times"
                )

    def split(self, name: str) -> Split:
        """Returns the split called `name`, which must not be empty."""
        if name not in self.splits:
            raise ValueError(
                f"{self.directory} has no split {name!r}. "
                f"Its splits: {sorted(self.splits)}"
            )
        if not self.splits[name].num_records:
            raise ValueError(
                f"Split {name!r} of {self.directory} is empty. Numbers of "
                f"records: {self.num_records}"
            )
        return self.splits[name]

    @property
    def num_records(self) -> dict[str, int]:
        """The number of records of each split."""
        return {name: s.num_records for name, s in self.splits.items()}

    def to_json(self) -> dict:
        """Returns the fields of the manifest's file."""
        fields = dataclasses.asdict(self)
        del fields["directory"]
        category = self.category.to_json()
        return {**fields, "format": FORMAT, "category": category}


def load(directory: str) -> Manifest:
    """Returns the manifest of a directory of TFRecords.

    Raises:
        ValueError: The manifest is missing or invalid; the message names the
            file and the field.
    """
    path = pathlib.Path(directory) / FILE_NAME
    if not path.is_file():
        raise ValueError(
            f"{path}: no such file. `tfrecords` must be a directory that "
            "tfrecords_tools.build has finished."
        )
    fields = json_file.read(path)
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise ValueError(f'{path}: must be a JSON object with "format": 1.')
    category = category_lib.renamed(fields.get("category"))
    fields = {**fields, "directory": path.parent, "category": category}
    return json_file.convert(fields, Manifest, str(path))
