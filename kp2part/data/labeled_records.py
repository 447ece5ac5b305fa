"""Writes labeled photos as TFRecords, to train on masks that were transferred.

The directory is like one of `tfrecords_tools.build`. An object becomes an
example if it has a part; the manifest counts the others. Its crop is that of
its box as it was given, otherwise of the extent of its parts.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import itertools
import os
import pathlib
import shutil
import uuid

import numpy as np
import tensorflow as tf

from kp2part.data import cutting
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_files
from kp2part.data import records
from kp2part.formats.labeled import label_checks
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.formats.photos import image_size
from kp2part.schema import category as category_lib
from kp2part.schema import task as task_lib
from kp2part.system import json_file
from kp2part.system import op_messages
from kp2part.system import text_file

NO_PART = "no_part"
_PHOTOS_PER_SHARD = 256
# What `build` leaves out, and this does not: it is in model cards.
_NO_THRESHOLDS = {"max_overlap": 1.0, "min_side": 0.0, "min_keypoints": 0}

Named = Iterator[tuple[str, labels.LabeledPhoto]]


def write(
    photos: Iterable[labels.LabeledPhoto],
    category: category_lib.Category,
    path: str | os.PathLike,
    *,
    images: str | os.PathLike,
    task: task_lib.Task,
    split: str = "train",
) -> manifest_lib.Manifest:
    """Writes a directory of shards with a manifest, photo by photo.

    Args:
        photos: Each once.
        category: Names of classes, keypoints and parts.
        path: The directory; it must be new or empty.
        images: The directory of the photos. Of a frame, there must be a picture
            with the name that `label_names.file_name` gives it.
        task: Size, context and aspect of the crops; its category is not used.
        split: Name of the split that all examples are in.

    Raises:
        ValueError: See `label_checks.by_stem`; or a photo cannot be read, has
            another size, an object has no class, or none has a part. Nothing
            is left behind.
    """
    path = pathlib.Path(path)
    if path.exists() and any(path.iterdir()):
        raise ValueError(f"{path}: must be a new or an empty directory.")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{uuid.uuid4().hex}-{path.name}")
    partial.mkdir()
    try:
        written = _Writer(partial, pathlib.Path(images), category, task)
        manifest = written.write(photos, split)
        json_file.write(partial / manifest_lib.FILE_NAME, manifest.to_json())
        if path.exists():
            path.rmdir()  # Empty: Windows renames to nothing that exists.
        os.replace(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest_lib.load(str(path))


class _Writer:
    """Makes the shards of one directory, and counts the objects."""

    def __init__(
        self,
        directory: pathlib.Path,
        images: pathlib.Path,
        category: category_lib.Category,
        task: task_lib.Task,
    ):
        self._directory = directory
        self._images = images
        self._category = category
        self._task = task
        self._table: dict[str, dict] = {}

    def write(
        self, photos: Iterable[labels.LabeledPhoto], split: str
    ) -> manifest_lib.Manifest:
        """Writes the shards; returns what they are."""
        shards = tuple(self._shards(photos, split))
        count = sum(shard.num_records for shard in shards)
        if not count:
            raise ValueError(f"No object has a part: {self._table}")
        return manifest_lib.Manifest(
            directory=self._directory,
            category=self._category,
            image_size=self._task.image_size,
            context=self._task.context,
            aspect=self._task.aspect,
            splits={split: manifest_lib.Split(count, shards)},
            settings={"thresholds": _NO_THRESHOLDS, "masks": "transferred"},
            table={split: self._table},
            skipped={split: {}},
        )

    def _shards(self, photos, split: str) -> Iterator[manifest_lib.Shard]:
        named = label_checks.by_stem(photos, self._category)
        for number in itertools.count():
            chunk = itertools.islice(named, _PHOTOS_PER_SHARD)
            if (first := next(chunk, None)) is None:
                return
            encoded = self._records(itertools.chain([first], chunk))
            # Pixels computed on a GPU would differ from those of others.
            with tf.device("CPU:0"):
                name = f"{split}-{number:05d}.tfrecord"
                yield record_files.write(self._directory / name, encoded)

    def _records(self, chunk: Named) -> Iterator[bytes]:
        for stem, photo in chunk:
            image = None
            for index, item in enumerate(photo.objects):
                where = f"{label_names.shown(photo)}: object {index}"
                if not self._count(item, where):
                    continue
                if image is None:
                    name = label_names.file_name(photo)
                    image = _read(self._images / name, photo)
                example = self._example(image, photo, index, stem, where)
                yield records.encode(example)

    def _count(self, item: labels.LabeledObject, where: str) -> bool:
        """Returns whether an object becomes an example."""
        name = label_names.known_class(item, self._category, where)
        row = self._table.setdefault(
            name, {"seen": 0, "kept": 0, "dropped": {}}
        )
        is_kept = bool(item.labels.any())
        row["seen"] += 1
        row["kept"] += is_kept
        if not is_kept:
            row["dropped"][NO_PART] = row["dropped"].get(NO_PART, 0) + 1
        return is_kept

    def _example(
        self,
        image: tf.Tensor,
        photo: labels.LabeledPhoto,
        index: int,
        stem: str,
        where: str,
    ) -> records.Example:
        item = photo.objects[index]
        drawn = np.zeros([photo.height, photo.width], np.uint8)
        drawn[labels.crop_of(item)] = item.labels
        try:
            return cutting.cut(
                image,
                drawn,
                item.keypoints.astype(np.float32),
                item.box or item.extent(),
                self._task,
                class_name=label_names.known_class(item, self._category, where),
                image_id=stem,
                object_index=index,
            )
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error


def _read(path: pathlib.Path, photo: labels.LabeledPhoto) -> tf.Tensor:
    """Returns the pixels of a photo, uint8 [H, W, 3], upright."""
    contents = text_file.read_bytes(path)
    image_size.check(contents, str(path))
    try:
        image = records.decode_photo(contents)
    except tf.errors.InvalidArgumentError as error:
        raise ValueError(
            f"{path}: not a whole JPEG or PNG image: "
            f"{op_messages.reason(error.message)}"
        ) from error
    if (size := tuple(image.shape[:2])) != (photo.height, photo.width):
        raise ValueError(
            f"{path}: must have the size of its masks, {photo.width} x "
            f"{photo.height}. Received: {size[1]} x {size[0]}, shown upright"
        )
    return image
