"""Rows of pictures of examples: image, keypoints, predictions, truth."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

import keras
import numpy as np

from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.evaluation import inference
from kp2part.schema import category as category_lib
from kp2part.schema import keys as keys_lib
from kp2part.schema import task as task_lib
from kp2part.visualization import lettering
from kp2part.visualization import pictures

Key = tuple[str, int]  # The photo's id and the object's number in it.

SIDE = 192  # Side of a picture in pixels, whatever size a network predicts.
_GAP = 2  # Pixels between pictures.
_BATCH_SIZE = 8


def key(example: Mapping) -> Key:
    """Returns the unique key of an example of NumPy values."""
    return (
        example[keys_lib.IMAGE_ID].decode(),
        int(example[keys_lib.OBJECT_INDEX]),
    )


def keys(batch: Mapping[str, np.ndarray]) -> list[Key]:
    """Returns the keys of a batch."""
    names = keys_lib.IMAGE_ID, keys_lib.OBJECT_INDEX
    return [
        key(dict(zip(names, values, strict=True)))
        for values in zip(*(batch[name] for name in names), strict=True)
    ]


def predict(
    model: keras.Model, examples: example_set.Examples, wanted: Iterable[Key]
) -> dict[Key, np.ndarray]:
    """Returns a network's part ids, uint8 [S, S], of some examples."""
    found = {}
    for batch, predictions in inference.predictions(
        model, _of_photos(examples, wanted), _BATCH_SIZE
    ):
        labels = predictions[keys_lib.PARTS].argmax(-1).astype(np.uint8)
        found |= zip(keys(batch), labels, strict=True)
    return found


def look_up(
    examples: example_set.Examples, wanted: Iterable[Key]
) -> dict[Key, dict]:
    """Returns the examples by key, in the size of the pictures."""
    task = task_lib.Task(examples.manifest.category, SIDE)
    batches = input_pipeline.eval_batches(
        _of_photos(examples, wanted), task, _BATCH_SIZE
    )
    found = {}
    for batch in batches.as_numpy_iterator():
        for i, name in enumerate(keys(batch)):
            found[name] = {field: batch[field][i] for field in batch}
    return found


def sheet(
    rows: Sequence[np.ndarray],
    titles: Sequence[str],
    category: category_lib.Category,
    note: str,
    with_ignored: bool = False,
) -> np.ndarray:
    """Returns a picture of rows under a legend and headings.

    Args:
        rows: From `row`.
        titles: A heading of each column.
        category: Names and colors.
        note: Text beside the legend.
        with_ignored: Whether a label has pixels to be ignored.

    Returns:
        uint8 [any, any, 3], RGB.
    """
    width = len(titles) * (SIDE + _GAP)
    legend = lettering.legend(category, width, note, with_ignored)
    return np.concatenate([legend, lettering.headings(titles, width), *rows])


def row(
    example: dict,
    predictions: Sequence[np.ndarray],
    category: category_lib.Category,
    note: str = "",
) -> np.ndarray:
    """Returns the pictures of an example side by side, under a caption.

    Args:
        example: From `look_up`.
        predictions: uint8 [S, S], part ids; S may differ.
        category: Names and colors.
        note: The end of the caption.

    Returns:
        uint8 [any, any, 3], RGB.
    """
    image = np.round(example[keys_lib.IMAGE]).astype(np.uint8)
    masks = [_resize(mask) for mask in predictions] + [
        example[keys_lib.PART_MASK]
    ]
    cells = [
        image,
        pictures.draw_keypoints(image, example[keys_lib.KEYPOINTS], category),
        *(pictures.blend(image, mask, category) for mask in masks),
    ]
    gap = ((0, _GAP), (0, _GAP), (0, 0))
    body = np.concatenate(
        [np.pad(cell, gap, constant_values=255) for cell in cells], 1
    )
    name, number = key(example)
    class_name = example[keys_lib.CLASS_NAME].decode()
    text = f"{class_name}: {name}, object {number}{note}"
    return np.concatenate([lettering.headings([text], body.shape[1]), body])


def _of_photos(
    examples: example_set.Examples, wanted: Iterable[Key]
) -> example_set.Examples:
    # Only these are decoded and predicted.
    photos = frozenset(photo for photo, _ in wanted)
    return dataclasses.replace(examples, image_ids=photos)


def _resize(mask: np.ndarray) -> np.ndarray:
    # Nearest neighbor: labels cannot be interpolated.
    places = (np.arange(SIDE) + 0.5) * len(mask) / SIDE
    places = places.astype(int)
    return mask[np.ix_(places, places)]
