r"""Measures the cost of a missing box, for margins around the keypoints.

    python -m benchmarks.box_margin --tfrecords=records \
        --images=$DATA/JPEGImages --margins=0.08,0.3 --output=margin.md

Users who click keypoints need not draw a box: by default it is the extent of
the keypoints, with a margin on each side that is a fraction of the longer side.
Masks predicted with the true box and with these boxes are scored on the whole
photo, including false positives outside the object.
"""

import collections
from collections.abc import Iterator
import pathlib

from absl import flags
import cv2
import numpy as np
import tqdm

from kp2part import client as client_lib
from kp2part import presets
from kp2part.data import crops
from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import manifest as manifest_lib
from kp2part.data import records
from kp2part.evaluation import metrics
from kp2part.schema import keys
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.system import tables

_TFRECORDS = flags.DEFINE_string("tfrecords", None, "Directory of records.")
_SPLIT = flags.DEFINE_string("split", "val", "Name of the split to read.")
_IMAGES = flags.DEFINE_string("images", None, "Directory of its .jpg photos.")
_MODEL = flags.DEFINE_string(
    "model",
    str(presets.directory("quadruped_lite")),
    "Model: as --saved_model or --url of kp2part.predict.",
)
_MARGINS = flags.DEFINE_list("margins", ["0.08", "0.3"], "Margins to compare.")
_NUM_OBJECTS = flags.DEFINE_integer(
    "num_objects", 200, "Number of objects of the split.", 1
)
_OUTPUT = flags.DEFINE_string("output", None, "Markdown file of the table.")
_TRUE = "the object's box"


def objects() -> Iterator[dict]:
    """Yields records spread over the split, images decoded."""
    manifest = manifest_lib.load(_TFRECORDS.value)
    examples = example_set.Examples(manifest, (_SPLIT.value,))
    step = max(examples.count() // _NUM_OBJECTS.value, 1)
    chosen = (
        example_stream.read(examples).shard(step, 0).take(_NUM_OBJECTS.value)
    )
    return chosen.map(records.decode_images).as_numpy_iterator()


def in_photo(record: dict) -> tuple[np.ndarray, np.ndarray]:
    """Returns keypoints float32 [K, 3] and part ids uint8 [H, W] of a photo."""
    box, mask = record[keys.BOX], record[keys.PART_MASK]
    left, top, right, bottom = box.astype(int)
    scale = (box[2:] - box[:2]) / mask.shape[1::-1]
    keypoints = record[keys.KEYPOINTS].copy()
    keypoints[:, :2] = box[:2] + keypoints[:, :2] * scale
    truth = np.zeros(record[keys.SOURCE_SIZE], np.uint8)
    truth[top:bottom, left:right] = cv2.resize(
        mask, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST
    )
    return keypoints, truth


def boxes_to_try(
    box: np.ndarray, keypoints: np.ndarray, size: np.ndarray
) -> dict[str, np.ndarray]:
    """Returns boxes float32 [4], clipped to the photo, by name.

    Args:
        box: float32 [4], the object's.
        keypoints: float32 [K, 3], in pixels of the photo.
        size: int [2], height and width of the photo.
    """
    limit = np.tile(size[::-1], 2)
    around = {
        f"keypoints, margin {margin}": crops.around_keypoints(
            keypoints, float(margin)
        ).numpy()
        for margin in _MARGINS.value
    }
    return {
        name: np.clip(edges, 0, limit).astype(np.float32)
        for name, edges in {_TRUE: box, **around}.items()
    }


def compare(client) -> dict[str, np.ndarray]:
    """Returns confusion matrices int64 [P, P], by kind of box."""
    num_parts = len(client.task.category.parts)
    totals = collections.defaultdict(lambda: 0)
    for record in tqdm.tqdm(objects(), total=_NUM_OBJECTS.value):
        image_id = record[keys.IMAGE_ID].decode()
        photo = pathlib.Path(_IMAGES.value, f"{image_id}.jpg").read_bytes()
        keypoints, truth = in_photo(record)
        boxes = boxes_to_try(
            record[keys.BOX], keypoints, record[keys.SOURCE_SIZE]
        )
        predictions = client(
            [photo] * len(boxes),
            np.stack([keypoints] * len(boxes)),
            np.stack(list(boxes.values())),
        )
        for name, prediction in zip(boxes, predictions, strict=True):
            totals[name] += metrics.confusion(
                truth[np.newaxis], prediction.mask[np.newaxis], num_parts
            )[0]
    return totals


def table(totals: dict[str, np.ndarray], parts: list[str]) -> tables.Table:
    """Returns the table of the results of `compare`, IoU in percent."""
    rows = []
    for name, matrix in totals.items():
        iou = 100 * metrics.iou(matrix)[1:]
        rows.append((name, *(f"{value:.1f}" for value in (*iou, iou.mean()))))
    return tables.Table(("box", *parts[1:], "mean"), rows)


def main(argv):
    del argv
    with client_lib.connect(_MODEL.value) as client:
        parts = list(client.task.category.parts)
        text = table(compare(client), parts).to_markdown()
    atomic.write_text(_OUTPUT.value, text)
    print(text)  # noqa: T201


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "images", "output"))
