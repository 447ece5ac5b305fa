"""How good a predicted mask is likely to be: signs of it, and one number.

The signs need no truth. `Calibration` makes of them the mean IoU to expect; its
weights are fitted on objects with masks, see `kp2part.calibrate`.
"""

from collections.abc import Sequence
import dataclasses
from typing import Any

from keras import ops
import numpy as np

from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.system import json_file

# In the order of their columns; each is in [0, 1].
SIGNS = (
    "expected_iou",  # Mean IoU if the probabilities are right.
    "doubt",  # 1 - the mean probability of the predicted parts.
    "border_entropy",  # Mean entropy at the borders of parts.
    "mirror_difference",  # 1 - IoU with the mirrored prediction, if averaged.
    "keypoints_outside",  # Share of keypoints that lie in no part of theirs.
    "parts_missing",  # Share of parts with keypoints of their own, not found.
    "keypoints_absent",  # Share of keypoints that nobody has set.
)
# Clicks and borders are exact to about a hundredth of a crop.
_REACH = 0.01
_SMALL = 1e-6


@dataclasses.dataclass(frozen=True)
class Calibration:
    """What mean IoU to expect from the signs: sigmoid(signs @ weights + bias).

    Attributes:
        weights: For each of `SIGNS`.
        bias: Added to the weighted sum.
    """

    weights: tuple[float, ...]
    bias: float

    def __post_init__(self):
        numbers = np.array([*self.weights, self.bias], np.float64)
        if len(self.weights) != len(SIGNS) or not np.isfinite(numbers).all():
            raise ValueError(
                f"`weights` must be {len(SIGNS)} finite numbers, one for each "
                f"of {SIGNS}, and `bias` one. Received: {self}"
            )

    def __call__(self, signs):
        """Returns the mean IoU to expect, [N], of signs [N, len(SIGNS)]."""
        weights = ops.convert_to_tensor(np.array(self.weights, np.float32))
        return ops.sigmoid(ops.sum(signs * weights, -1) + self.bias)

    def to_json(self) -> dict:
        """Returns plain lists, dicts and numbers, with the names of signs."""
        return {"signs": list(SIGNS), **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, fields: dict) -> "Calibration":
        """Returns the calibration with the fields of `to_json`.

        Raises:
            ValueError: It is of other signs.
        """
        if tuple(fields.get("signs", ())) != SIGNS:
            raise ValueError(
                f"`signs` must be {list(SIGNS)}: fit the calibration again. "
                f"Received: {fields.get('signs')!r:.200}"
            )
        return cls(tuple(fields["weights"]), fields["bias"])


def load(path: str) -> Calibration:
    """Returns the calibration in a file of `kp2part.calibrate`.

    Raises:
        ValueError: Not such a file, or of other signs; the message names it.
    """
    fields = json_file.read(path, dict[str, Any])
    try:
        return Calibration.from_json(fields)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not a calibration: {error}") from error


def signs(probabilities, agreement, keypoints, category: category_lib.Category):
    """Returns the signs of N predictions, float32 [N, len(SIGNS)].

    Args:
        probabilities: float32 [N, S, S, P].
        agreement: float32 [N], see `mirrored.average`; 1 if nothing was
            averaged.
        keypoints: float32 [N, K, 3], rows of (x, y, v), in pixels of the crop.
        category: Names of keypoints and parts, and which belong together.
    """
    num_parts = probabilities.shape[-1]
    best = ops.max(probabilities, -1)
    # Not `ops.argmax`: it looks at bits for the sign of zero, which no other
    # runtime than TensorFlow can.
    labels = ops.min(
        ops.where(
            probabilities == best[..., None], np.arange(num_parts), num_parts
        ),
        -1,
    )
    chosen = ops.one_hot(labels, num_parts, dtype="float32")
    is_part = ops.cast(labels > 0, "float32")
    entropy = -ops.sum(
        probabilities * ops.log(ops.maximum(probabilities, _SMALL)), -1
    ) / np.log(num_parts)
    outside, missing = _of_keypoints(chosen, keypoints, category)
    columns = [
        _expected_iou(probabilities, chosen),
        1 - _mean(best, is_part),
        _mean(entropy, _borders(labels)),
        1 - agreement,
        outside,
        missing,
        ops.mean(ops.cast(keypoints[..., 2] <= 0, "float32"), -1),
    ]
    return ops.stack(columns, -1)


def agreement(outputs):
    """Returns what `signs` takes of a network's outputs, float32 [N]."""
    if keys.MIRROR_AGREEMENT in outputs:
        return outputs[keys.MIRROR_AGREEMENT]
    return ops.ones_like(outputs[keys.PARTS][:, 0, 0, 0])


def belonging(category: category_lib.Category) -> np.ndarray:
    """Returns which parts a keypoint belongs to, bool [K, P].

    By the category's `pieces`; a keypoint between parts belongs to several.
    """
    found = np.zeros([len(category.keypoints), len(category.parts)], bool)
    parts = list(category.parts)
    for piece in category.pieces:
        for name in piece.keypoints:
            k = category.keypoints.index(name)
            found[k, parts.index(piece.part)] = True
    return found


def _expected_iou(probabilities, chosen):
    """Returns the mean over parts of their IoU with truths as probable."""
    both = ops.sum(probabilities * chosen, (1, 2))[:, 1:]
    either = ops.sum(ops.maximum(probabilities, chosen), (1, 2))[:, 1:]
    found = ops.cast(ops.any(chosen, (1, 2)), "float32")[:, 1:]
    return _mean(both / ops.maximum(either, _SMALL), found, axes=(1,))


def _borders(labels):
    """Returns 1 where a pixel below or to the right has another label."""
    below = ops.pad(labels[:, 1:] != labels[:, :-1], ((0, 0), (0, 1), (0, 0)))
    right = ops.pad(
        labels[:, :, 1:] != labels[:, :, :-1], ((0, 0), (0, 0), (0, 1))
    )
    return ops.cast(ops.logical_or(below, right), "float32")


def _of_keypoints(chosen, keypoints, category):
    """Returns shares [N] of keypoints outside, of parts not found."""
    belongs = belonging(category).astype(np.float32)
    size = chosen.shape[1]
    reach = max(1, round(_REACH * size))
    near = ops.max_pool(chosen, 2 * reach + 1, 1, "same")
    # An absent keypoint is at (0, 0) and is not counted.
    places = ops.cast(ops.round(keypoints[..., :2]), "int32")
    places = ops.clip(places, 0, size - 1)
    index = places[..., 1] * size + places[..., 0]
    rows = ops.reshape(near, (-1, size * size, near.shape[-1]))
    at = ops.take_along_axis(rows, index[..., None], 1)
    here = ops.cast(keypoints[..., 2] > 0, "float32")
    has_part = here * belongs.any(-1)
    outside = 1 - ops.max(at * belongs, -1)
    expected = ops.max(here[..., None] * _own(belongs), 1)
    found = ops.max(chosen, (1, 2))
    return (
        _mean(outside, has_part, axes=(1,)),
        _mean(1 - found, expected, axes=(1,)),
    )


def _own(belongs: np.ndarray) -> np.ndarray:
    """Returns the part of keypoints that belong to one only, [K, P]."""
    return belongs * (belongs.sum(-1, keepdims=True) == 1)


def _mean(values, weights, axes: Sequence[int] = (1, 2)):
    """Returns weighted means, 0 where there is nothing to weigh."""
    total = ops.sum(weights, axes)
    return ops.sum(values * weights, axes) / ops.maximum(total, _SMALL)
