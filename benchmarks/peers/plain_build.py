"""Records of the objects of photos: a plain loop with OpenCV and SciPy.

The same crops in the same protocol buffers as `tfrecords_tools.build`. Which
objects to keep is given, nothing is checked, and nothing can be resumed.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import json
import pathlib

import cv2
import numpy as np
from scipy import io
import tensorflow as tf

from kp2part.schema import category as category_lib
from kp2part.schema import keys

_QUALITY = (cv2.IMWRITE_JPEG_QUALITY, 95)


def build(
    photos: pathlib.Path,
    kept: Mapping[str, Sequence[int]],
    category: category_lib.Category,
    size: int,
    output: pathlib.Path,
):
    """Writes records.

    Args:
        photos: Directory written by `tfrecords_tools.draw`.
        kept: Indices of the objects to keep, by photo.
        category: Names of classes and parts.
        size: Side of the crops, in pixels.
        output: The file.
    """
    poses = _poses(photos / "keypoints" / "animal_pose.json")
    with tf.io.TFRecordWriter(str(output)) as writer:
        for name, indices in kept.items():
            photo = cv2.imread(str(photos / "JPEGImages" / f"{name}.jpg"))
            path = photos / "Annotations_Part" / f"{name}.mat"
            read = io.loadmat(path, squeeze_me=True, struct_as_record=False)
            objects = np.atleast_1d(read["anno"].objects)
            for i in indices:
                example = _example(
                    photo, objects[i], poses[name], category, size
                )
                example[keys.IMAGE_ID] = [name.encode()]
                example[keys.OBJECT_INDEX] = [i]
                writer.write(_serialized(example))


def _poses(path: pathlib.Path) -> dict[str, list]:
    fields = json.loads(path.read_bytes())
    found = {pathlib.Path(x).stem: [] for x in fields["images"].values()}
    for item in fields["annotations"]:
        name = pathlib.Path(fields["images"][str(item["image_id"])]).stem
        keypoints = np.array(item["keypoints"], np.float32)
        # Numbers of pixels, from 1, to edges and centers, from 0.
        keypoints[:, :2] = (keypoints[:, :2] - 1) * (keypoints[:, 2:] > 0)
        found[name].append((np.array(item["bbox"]) - (1, 1, 0, 0), keypoints))
    return found


def _example(photo, item, poses, category, size: int) -> dict:
    mask = item.mask > 0
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    box = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
    keypoints = max(poses, key=lambda pose: _iou(pose[0], box))[1]
    left, top, right, bottom = box
    here = np.s_[top:bottom, left:right]
    labels = _labels(item, category)[here]
    shrinks = min(labels.shape) > size
    crop = cv2.resize(
        photo[here],
        (size, size),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    labels = cv2.resize(
        labels, (size, size), interpolation=cv2.INTER_NEAREST_EXACT
    )
    return {
        keys.IMAGE: [cv2.imencode(".jpg", crop, _QUALITY)[1].tobytes()],
        keys.PART_MASK: [cv2.imencode(".png", labels)[1].tobytes()],
        keys.KEYPOINTS: _moved(keypoints, box, size).ravel(),
        keys.CLASS_NAME: [getattr(item, "class").encode()],
        keys.BOX: box.astype(np.float32),
        keys.SOURCE_SIZE: photo.shape[:2],
    }


def _labels(item, category) -> np.ndarray:
    merged = {}
    for part in np.atleast_1d(item.parts):
        number = category.part_of(part.part_name)
        merged[number] = merged.get(number, False) | (part.mask > 0)
    labels = np.zeros(item.mask.shape, np.uint8)
    # Of overlapping parts, the smaller one is seen.
    for number in sorted(merged, key=lambda i: (-merged[i].sum(), i)):
        labels[merged[number]] = number
    return labels


def _iou(one: np.ndarray, other: np.ndarray) -> float:
    low = np.maximum(one[:2], other[:2])
    sides = np.maximum(np.minimum(one[2:], other[2:]) - low, 0)
    area = sum(np.prod(x[2:] - x[:2]) for x in (one, other))
    return sides.prod() / (area - sides.prod())


def _moved(keypoints: np.ndarray, box: np.ndarray, size: int) -> np.ndarray:
    points = (keypoints[:, :2] + 0.5 - box[:2]) * (size / (box[2:] - box[:2]))
    inside = np.clip(points - 0.5, 0, size - 1)
    shown = keypoints[:, 2:] > 0
    return np.where(shown, np.column_stack([inside, keypoints[:, 2]]), 0)


def _serialized(example: Mapping) -> bytes:
    features = {}
    for name, values in example.items():
        if isinstance(values[0], bytes):
            kind = {"bytes_list": tf.train.BytesList(value=values)}
        elif isinstance(values[0], (int, np.integer)):
            kind = {"int64_list": tf.train.Int64List(value=values)}
        else:
            kind = {"float_list": tf.train.FloatList(value=values)}
        features[name] = tf.train.Feature(**kind)
    message = tf.train.Example(features=tf.train.Features(feature=features))
    return message.SerializeToString()
