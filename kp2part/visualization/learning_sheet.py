"""What a network sees, predicts and gets wrong, on a few examples."""

from collections.abc import Iterable
from collections.abc import Mapping

import cv2
import numpy as np

from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.visualization import lettering
from kp2part.visualization import pictures

_SIDE = 128  # Smaller examples are enlarged to about this side.
_GAP = 2  # Pixels between pictures.
_WRONG = (230, 0, 60)
_BONE = (255, 255, 0)  # As the skeleton in other pictures.
_OUTPUTS = {keys.PSEUDO_PARTS: "pseudo parts", keys.PARTS: "parts"}


def draw(
    batch: Mapping[str, np.ndarray],
    predictions: Mapping[str, np.ndarray],
    category: category_lib.Category,
) -> np.ndarray:
    """Returns a row for each example, under a legend and headings.

    A row has the image, the heatmaps if the batch has any, the outputs, the
    truth and the errors of `parts`.

    Args:
        batch: B examples: image float32 [B, S, S, 3], part_mask uint8
            [B, S, S], and maybe heatmaps float32 [B, S, S, any].
        predictions: Output name -> logits [B, S, S, P].
        category: Names and colors.

    Returns:
        uint8 [any, any, 3], RGB.
    """
    rows = []
    for i in range(len(batch[keys.PART_MASK])):
        example = {name: values[i] for name, values in batch.items()}
        outputs = {
            title: predictions[name][i].argmax(-1)
            for name, title in _OUTPUTS.items()
            if name in predictions
        }
        rows.append(_cells(example, outputs, category))
    body = np.concatenate([_side_by_side(row.values()) for row in rows])
    width = body.shape[1]
    legend = lettering.legend(category, width)
    return np.concatenate([legend, lettering.headings([*rows[0]], width), body])


def heatmaps(
    image: np.ndarray, maps: np.ndarray, category: category_lib.Category
) -> np.ndarray:
    """Returns a darkened image that shines where a network is told of a pose.

    Args:
        image: uint8 [H, W, 3], RGB.
        maps: float32 [H, W, any], in [0, 1]: those of the keypoints, left ones
            blue, right ones orange, others white; then those of the bones,
            yellow.
        category: Names of the keypoints.

    Returns:
        uint8 [H, W, 3].
    """
    colors = list(map(pictures.side_color, category.keypoints))
    colors += [_BONE] * (maps.shape[-1] - len(colors))
    picture = 0.3 * image
    # The keypoints last: they lie on the ends of the bones.
    for k, color in reversed(list(enumerate(colors))):
        heat = np.float32(maps[..., k, np.newaxis])
        picture = (1 - heat) * picture + heat * color
    return np.round(picture).clip(0, 255).astype(np.uint8)


def errors(
    image: np.ndarray, prediction: np.ndarray, truth: np.ndarray
) -> np.ndarray:
    """Returns a darkened image whose wrong pixels are red, with their share.

    Args:
        image: uint8 [H, W, 3], RGB.
        prediction: uint8 [H, W], part ids.
        truth: uint8 [H, W], part ids or `keys.IGNORE_LABEL`, which is never
            wrong.

    Returns:
        uint8 [H, W, 3].
    """
    known = truth != keys.IGNORE_LABEL
    wrong = known & (prediction != truth)
    picture = (0.4 * image).astype(np.uint8)
    picture[wrong] = _WRONG
    share = wrong.sum() / max(known.sum(), 1)
    corner = (4, len(picture) - 6)
    lettering.write(picture, f"{share:.1%}", corner, (255, 255, 255))
    return picture


def _cells(
    example: Mapping[str, np.ndarray],
    outputs: Mapping[str, np.ndarray],
    category: category_lib.Category,
) -> dict[str, np.ndarray]:
    """Returns the pictures of an example by title."""
    small = np.round(example[keys.IMAGE]).astype(np.uint8)
    masks = {
        title: _enlarge(mask.astype(np.uint8), cv2.INTER_NEAREST)
        for title, mask in (
            *outputs.items(),
            ("truth", example[keys.PART_MASK]),
        )
    }
    image = _enlarge(small)
    cells = {"image": image}
    if keys.HEATMAPS in example:
        heat = heatmaps(small, example[keys.HEATMAPS], category)
        cells["heatmaps"] = _enlarge(heat)
    for title, mask in masks.items():
        cells[title] = pictures.blend(image, mask, category)
    prediction = masks[_OUTPUTS[keys.PARTS]]
    return {**cells, "errors (red)": errors(image, prediction, masks["truth"])}


def _enlarge(
    picture: np.ndarray, interpolation: int = cv2.INTER_CUBIC
) -> np.ndarray:
    factor = max(round(_SIDE / picture.shape[1]), 1)
    size = (factor * picture.shape[1], factor * picture.shape[0])
    return cv2.resize(picture, size, interpolation=interpolation)


def _side_by_side(cells: Iterable[np.ndarray]) -> np.ndarray:
    gap = ((0, _GAP), (0, _GAP), (0, 0))
    return np.concatenate(
        [np.pad(cell, gap, constant_values=255) for cell in cells], 1
    )
