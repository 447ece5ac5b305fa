"""A tiny category and tiny records, for tests that need some."""

import hashlib
import json
import pathlib

import numpy as np
import tensorflow as tf

from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import manifest
from kp2part.data import records
from kp2part.schema import category
from kp2part.schema import keys
from kp2part.schema import rig

CATEGORY = category.Category(
    name="toy",
    classes=("cat", "dog"),
    keypoints=("left_ear", "right_ear", "nose"),
    parts={"background": (), "left_leg": ("a",), "right_leg": ("b",)},
    skeleton=(("left_ear", "nose"), ("right_ear", "nose")),
    pieces=(
        rig.Piece("left_leg", (("left_ear", "nose"),), follows=True),
        rig.Piece("right_leg", (("right_ear", "nose"),), follows=True),
    ),
)


def example(index: int, size: int = 40) -> records.Example:
    """Returns an example that differs from those of other indices."""
    rng = np.random.default_rng(index)
    mask = np.zeros((size, size), np.uint8)
    x = int(rng.integers(4, size - 12))
    mask[8 : size - 4, x : x + 8] = 1
    mask[size // 2 :, : x // 2] = 2
    mask[0] = 255
    image = rng.integers(0, 60, (size, size, 3)).astype(np.uint8)
    image[mask == 1] += 150
    return records.Example(
        image=image,
        part_mask=mask,
        keypoints=np.array([[x, 8, 2], [0, 0, 0], [x + 3, 20, 1]], np.float32),
        class_name=("cat", "dog")[index % 2],
        image_id=f"photo{index // 2}",
        object_index=index % 2,
        box=(1.0, 2.0, 1.0 + size, 2.0 + size),
        source_size=(70, 90),
    )


def write_records(directory: str, counts: dict[str, int], size: int = 40):
    """Writes examples and their manifest; returns the manifest.

    Args:
        directory: Where to.
        counts: Number of examples of each split.
        size: Side of the crops, in pixels.
    """
    path = pathlib.Path(directory)
    path.mkdir(parents=True, exist_ok=True)
    splits, first = {}, 0
    for name, count in counts.items():
        file = path / f"{name}-00000-of-00001.tfrecord"
        with tf.io.TFRecordWriter(str(file)) as writer:
            for index in range(first, first + count):
                writer.write(records.encode(example(index, size)))
        first += count + count % 2  # No photo in two splits.
        contents = file.read_bytes()
        shard = {
            "name": file.name,
            "num_records": count,
            "num_bytes": len(contents),
            "sha256": hashlib.sha256(contents).hexdigest(),
        }
        splits[name] = {"num_records": count, "shards": [shard]}
    fields = {
        "format": 1,
        "category": CATEGORY.to_json(),
        "image_size": size,
        "context": 0.0,
        "aspect": "stretch",
        "splits": splits,
        "settings": {},
        "table": {},
        "skipped": {},
    }
    (path / "manifest.json").write_text(json.dumps(fields))
    return manifest.load(str(path))


def objects(examples: example_set.Examples) -> list[tuple[str, int]]:
    """Returns the photo and number of each object of a set, in its order."""
    return [
        (e[keys.IMAGE_ID].decode(), int(e[keys.OBJECT_INDEX]))
        for e in example_stream.read(examples).as_numpy_iterator()
    ]
