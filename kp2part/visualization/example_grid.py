"""Examples and what a network predicts for them, in rows."""

from collections.abc import Mapping
from collections.abc import Sequence

import cv2
import numpy as np

from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.visualization import lettering
from kp2part.visualization import pictures

_CELL = 128  # Small examples are enlarged to about this side.


def draw(
    batch: Mapping[str, np.ndarray],
    predictions: Mapping[str, np.ndarray],
    category: category_lib.Category,
    label_title: str = "label",
) -> np.ndarray:
    """Returns a row for each example: image, keypoints, predictions, label.

    Args:
        batch: A batch from `input_pipeline.eval_batches`.
        predictions: Output name -> logits [B, S, S, P].
        category: Names and colors.
        label_title: Heading of the last column.

    Returns:
        uint8 [any, any, 3].
    """
    images = np.round(batch[keys.IMAGE]).astype(np.uint8)
    names = [n for n in (keys.PSEUDO_PARTS, keys.PARTS) if n in predictions]
    rows = []
    for i, image in enumerate(images):
        masks = [np.argmax(predictions[n][i], -1) for n in names]
        masks.append(batch[keys.PART_MASK][i])
        image, keypoints, masks = _enlarge(
            image, batch[keys.KEYPOINTS][i], masks
        )
        rows.append(
            [
                image,
                pictures.draw_keypoints(image, keypoints, category),
                *(pictures.blend(image, mask, category) for mask in masks),
            ]
        )
    return _grid(rows, ["image", "keypoints", *names, label_title])


def _grid(
    rows: Sequence[Sequence[np.ndarray]], titles: Sequence[str]
) -> np.ndarray:
    """Returns a grid of pictures of equal size.

    Args:
        rows: Rows of pictures, uint8 [H, W, 3] each.
        titles: One for each column.

    Returns:
        uint8 [any, any, 3].
    """
    body = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    return np.concatenate([lettering.headings(titles, body.shape[1]), body])


def _enlarge(image, keypoints, masks):
    factor = max(round(_CELL / image.shape[1]), 1)
    size = (factor * image.shape[1], factor * image.shape[0])
    # (0, 0) is the center of the first pixel.
    points = (keypoints[:, :2] + 0.5) * factor - 0.5
    return (
        cv2.resize(image, size, interpolation=cv2.INTER_CUBIC),
        np.concatenate([points, keypoints[:, 2:]], axis=1),
        [
            cv2.resize(
                m.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST
            )
            for m in masks
        ],
    )
