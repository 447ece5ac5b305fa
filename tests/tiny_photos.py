"""Hand-made photos and annotations, small enough to check by eye."""

import json
import pathlib

import numpy as np
import scipy.io
import tensorflow as tf

from kp2part.schema import category
from tfrecords_tools.building import inputs as inputs_lib
from tfrecords_tools.building import settings

SIZE = (40, 60)  # (height, width): never square.
CATEGORY = category.Category(
    name="pet",
    classes=("cat", "dog"),
    keypoints=("left_ear", "right_ear", "nose"),
    parts={
        "background": ("collar",),
        "head": ("head", "leye"),
        "torso": ("torso",),
    },
    skeleton=(("left_ear", "nose"),),
    keypoint_aliases={"berkeley": {"L_EarBase": "left_ear", "Nose": "nose"}},
)
THRESHOLDS = settings.Thresholds(min_side=8, min_keypoints=2)


def rectangle(xmin: int, ymin: int, xmax: int, ymax: int) -> np.ndarray:
    mask = np.zeros(SIZE, np.uint8)
    mask[ymin:ymax, xmin:xmax] = 1
    return mask


def animal(class_name: str = "dog", left: int = 10) -> dict:
    """Box (left, 10, left + 20, 30): the head on the left, the torso right."""
    return {
        "class": class_name,
        "mask": rectangle(left, 10, left + 20, 30),
        "parts": {
            "head": rectangle(left, 10, left + 8, 30),
            "leye": rectangle(left + 2, 12, left + 4, 14),
            "torso": rectangle(left + 8, 10, left + 20, 30),
        },
    }


def save_mat(path: pathlib.Path, objects: list[dict], imname: str = ""):
    """As in Pascal-Part: (1, N) structs, and (0, 0) for no parts at all."""
    fields = ("class", "class_ind", "mask", "parts")
    structs = np.zeros((1, len(objects)), [(f, object) for f in fields])
    for struct, item in zip(structs[0], objects, strict=True):
        parts = item.get("parts", {})
        shape = (1, len(parts)) if parts else (0, 0)
        of_parts = np.zeros(shape, [("part_name", object), ("mask", object)])
        for part, (name, mask) in zip(of_parts.ravel(), parts.items()):  # noqa: B905
            part["part_name"], part["mask"] = name, mask
        struct["class"], struct["class_ind"] = item["class"], np.uint8(12)
        struct["mask"], struct["parts"] = item["mask"], of_parts
    anno = {"imname": imname or path.stem, "objects": structs}
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, {"anno": anno}, do_compression=True)


def save_photo(path: pathlib.Path, size: tuple[int, int] = SIZE):
    rng = np.random.default_rng(len(path.stem))
    pixels = rng.integers(0, 256, (*size, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tf.io.encode_jpeg(pixels).numpy())


def animal_pose(photos: dict[str, list[dict]]) -> dict:
    """Animal-Pose's file for annotations by image id."""
    return {
        "images": {
            str(number): f"{image_id}.jpg"
            for number, image_id in enumerate(photos, start=1)
        },
        "annotations": [
            {"image_id": number, "num_keypoints": 3, **annotation}
            for number, annotations in enumerate(photos.values(), start=1)
            for annotation in annotations
        ],
        "categories": [
            {"id": 1, "name": "dog", "keypoints": list(CATEGORY.keypoints)},
            {"id": 2, "name": "cat", "keypoints": list(CATEGORY.keypoints)},
            {"id": 9, "name": "zebra", "keypoints": ["stripe"]},
        ],
    }


def pose(left: int = 10, category_id: int = 1) -> dict:
    """The keypoints of `animal`: its box is 1-based, inclusive."""
    return {
        "category_id": category_id,
        "bbox": [left + 1, 11, left + 20, 30],
        "keypoints": [[left + 1, 11, 1], [3, 3, 0], [left + 2, 20, 1]],
    }


def save_dataset(root: pathlib.Path, num_photos: int = 6) -> inputs_lib.Inputs:
    """Photos p0, p1, ... of one dog each; the last two are `val`."""
    ids = [f"p{i}" for i in range(num_photos)]
    for image_id in ids:
        save_mat(root / "mat" / f"{image_id}.mat", [animal()])
        save_photo(root / "jpg" / f"{image_id}.jpg")
    save_json(
        root / "pose.json",
        animal_pose({image_id: [pose()] for image_id in ids}),
    )
    (root / "sets").mkdir()
    (root / "sets/train.txt").write_text("\n".join(ids[:-2]) + "\n")
    (root / "sets/val.txt").write_text("\n".join(ids[-2:]) + "\n")
    return inputs_lib.Inputs(
        images=root / "jpg",
        annotations=root / "mat",
        keypoints=root / "pose.json",
        image_sets=root / "sets",
    )


def save_json(path: pathlib.Path, fields: object):
    path.write_text(json.dumps(fields))


def tiny_settings(**changes) -> settings.Settings:
    fields = {
        "category": CATEGORY,
        "thresholds": THRESHOLDS,
        "image_size": 32,
        "images_per_shard": 2,
    }
    return settings.Settings(**{**fields, **changes})
