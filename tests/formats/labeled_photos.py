"""Labeled photos for tests of writers: drawn, random, and the fixtures'."""

import dataclasses
import json
import pathlib

import hypothesis
from hypothesis import strategies
import numpy as np

from kp2part.formats import readers
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.formats.masks import rle
from kp2part.formats.names import vocabulary
from kp2part.formats.photos import photo_names
from kp2part.schema import category as category_lib

CATEGORY = category_lib.Category(
    name="pet",
    classes=("cat", "dog"),
    keypoints=("left_ear", "right_ear", "nose"),
    parts={
        "background": ("collar",),
        "head": ("head", "lear"),
        "body": ("torso",),
        "tail": ("tail",),
    },
    skeleton=(("left_ear", "nose"), ("right_ear", "nose")),
    palette=("#000000", "#ff0000", "#00ff00", "#0000ff"),
)
# Files of the tools, of which no copy is in this repository.
FIXTURES = (
    pathlib.Path(__file__).resolve().parents[3].joinpath("shared", "formats")
)


def photos() -> list[labels.LabeledPhoto]:
    """Returns photos with all that is special, the same each time."""
    head = np.array([[1, 1, 0], [0, 1, 2]], np.uint8)
    first = labels.LabeledObject(
        class_name="dog",
        keypoints=np.array(
            [[1.1, 2, 2], [3.75, 2.5, 1], [0, 0, 0]], np.float32
        ),
        labels=head,
        corner=(2, 1),
        box=(1.5, 0.5, 6.0, 4.0),
        confidence=np.array([0, 0.9, 0.8, 0], np.float32),
        quality=0.7,
        instance="rex",
    )
    second = labels.LabeledObject(
        class_name="*",
        keypoints=np.array([[5, 6, 2], [0, 0, 0], [6, 3, 2]], np.float32),
        labels=np.array([[3], [3]], np.uint8),
        corner=(6, 5),
    )
    empty = labels.LabeledObject(
        class_name="cat",
        keypoints=np.zeros([3, 3], np.float32),
        labels=np.zeros([1, 1], np.uint8),
        corner=(0, 0),
        box=(0.0, 3.0, 2.0, 5.0),
        quality=0.2,
    )
    return [
        labels.LabeledPhoto("pets/rex & co.jpg", 8, 7, (first, second)),
        labels.LabeledPhoto("no_object.png", 3, 4),
        labels.LabeledPhoto("no_part.png", 6, 5, (empty,)),
        labels.LabeledPhoto("walks/a.mp4", 8, 9, (second,), frame=12),
    ]


def named_photos() -> list[labels.LabeledPhoto]:
    """Returns the photos, with a class for each object."""
    return [
        dataclasses.replace(
            photo,
            objects=tuple(
                dataclasses.replace(item, class_name="dog")
                for item in photo.objects
            ),
        )
        for photo in photos()
    ]


def fixture() -> tuple[list[labels.LabeledPhoto], category_lib.Category]:
    """Returns the photos, objects and parts of the fixtures."""
    path = FIXTURES / "coco" / "parts_rle_compressed.json"
    fields = json.loads(path.read_text())
    animal, *parts = fields["categories"]
    category = category_lib.Category(
        name="animal",
        classes=("animal",),
        # Ours come in pairs; these lack some right ones.
        keypoints=tuple(k.replace("_", "") for k in animal["keypoints"]),
        parts={"background": (), **{p["name"]: (p["name"],) for p in parts}},
    )
    found = {image["id"]: (image, []) for image in fields["images"]}
    for item in fields["annotations"]:
        image, objects = found[item["image_id"]]
        if "keypoints" in item:
            points = np.array(item["keypoints"], np.float32).reshape(-1, 3)
            drawn = np.zeros([image["height"], image["width"]], np.uint8)
            objects.append(
                labels.LabeledObject("animal", points, drawn, (0, 0))
            )
        else:
            drawn = objects[-1].labels
            drawn[rle.decode(item["segmentation"])] = item["category_id"] - 1
    made = [
        labels.LabeledPhoto(
            image["file_name"], image["height"], image["width"], tuple(objects)
        )
        for image, objects in found.values()
    ]
    return made, category


def check_keypoints(case, path, photos, atol: float):
    """Checks that our reader finds the keypoints of photos in a file.

    Args:
        case: The test.
        path: Of the file.
        photos: What was written. Objects without keypoints are not read.
        atol: How much x and y may differ, in pixels.
    """
    read = readers.read_file(path, vocabulary.Vocabulary(CATEGORY))
    names = photo_names.PhotoNames([label_names.stem(p) for p in photos])
    found = {names.find(photo.name): photo for photo in read.photos}
    for photo in photos:
        ours = found[label_names.stem(photo)]
        case.assertIn(ours.height, (photo.height, None))
        expected = [o for o in photo.objects if o.keypoints[:, 2].any()]
        items = read.annotations.get(ours, [])
        for item, given in zip(items, expected, strict=True):
            np.testing.assert_allclose(
                item.keypoints, given.keypoints, rtol=0, atol=atol
            )
            case.assertEqual(item.class_name, given.class_name)


_COORDINATES = strategies.floats(-20, 60, width=32)
_NAMES = strategies.text("aé &<'_b-", min_size=1, max_size=5).map(str.strip)


@strategies.composite
def random_photos(draw) -> list[labels.LabeledPhoto]:
    """Draws photos whose objects have no pixel in common."""
    names = draw(strategies.lists(_NAMES.filter(bool), max_size=3, unique=True))
    return [draw(_photo(f"{i}{name}.png")) for i, name in enumerate(names)]


@strategies.composite
def _photo(draw, name: str) -> labels.LabeledPhoto:
    height, width = (draw(strategies.integers(1, 40)) for _ in range(2))
    rng = np.random.default_rng(draw(strategies.integers(0, 1000)))
    count = draw(strategies.integers(0, 3))
    items = [_object(draw, rng, height, width, i) for i in range(count)]
    # Our readers take objects with the same keypoints for copies of one.
    # The sum makes -0, which is the same place, 0.
    points = [(o.keypoints + 0.0).tobytes() for o in items if o.keypoints.any()]
    hypothesis.assume(len(set(points)) == len(points))
    return labels.LabeledPhoto(name, height, width, labels.separate(items))


def _object(draw, rng, height: int, width: int, index: int):
    x, y = int(rng.integers(width)), int(rng.integers(height))
    size = rng.integers(1, [height - y + 1, width - x + 1])
    drawn = rng.integers(0, len(CATEGORY.parts), size).astype(np.uint8)
    drawn[rng.random(size) < draw(strategies.sampled_from([0, 0.5, 1]))] = 0
    v = draw(
        strategies.lists(strategies.integers(0, 2), min_size=3, max_size=3)
    )
    rows = [
        (draw(_COORDINATES), draw(_COORDINATES), n) if n else (0, 0, 0)
        for n in v
    ]
    return labels.LabeledObject(
        class_name=draw(strategies.sampled_from(["cat", "dog"])),
        keypoints=np.array(rows, np.float32),
        labels=drawn,
        corner=(x, y),
        quality=draw(strategies.none() | strategies.floats(0, 1)),
        instance=f"pet{index}",
    )
