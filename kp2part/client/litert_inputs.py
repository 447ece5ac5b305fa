"""Checks of what a LiteRT file is asked, as `exporting.serving_checks` does."""

from collections.abc import Sequence

import numpy as np

from kp2part.data.arrays import crops
from kp2part.schema import keys
from kp2part.schema import task as task_lib


def check(
    image_bytes: Sequence[bytes],
    keypoints: np.ndarray,
    box: np.ndarray | None,
    task: task_lib.Task,
):
    """Checks shapes and numbers.

    Args:
        image_bytes: N files.
        keypoints: float32 [N, K, 3], rows of (x, y, v).
        box: float32 [N, 4]; None if the keypoints say where the object is.
        task: Of the network.

    Raises:
        ValueError: They break a rule; the message has it and the values.
    """
    count = len(image_bytes)
    _check_shape(keys.KEYPOINTS, keypoints, (count, task.num_keypoints, 3))
    _check_finite(keys.KEYPOINTS, keypoints)
    v = keypoints[..., 2]
    if not np.isin(v, (keys.ABSENT, keys.OCCLUDED, keys.VISIBLE)).all():
        raise ValueError(
            f"The v of `{keys.KEYPOINTS}` must be 0, 1 or 2. Received: "
            f"{v.tolist()!s:.200}"
        )
    if box is not None:
        _check_shape(keys.BOX, box, (count, 4))
        _check_finite(keys.BOX, box)
    elif ((v > 0).sum(1) < 2).any():
        raise ValueError(
            f"`{keys.KEYPOINTS}` must have at least 2 with v > 0 if no "
            f"`{keys.BOX}` is given. Received: {(v > 0).sum(1).min()}"
        )


def pixels(
    keypoints: np.ndarray,
    box: np.ndarray | None,
    source_size: tuple[int, int],
    task: task_lib.Task,
) -> np.ndarray:
    """Returns the pixels of a photo that an object's crop is cut from.

    Args:
        keypoints: float32 [K, 3], checked.
        box: float32 [4], checked; None for the keypoints' extent with a margin.
        source_size: (height, width) of the photo.
        task: Of the network.

    Returns:
        int32 [4], not empty.

    Raises:
        ValueError: The box is outside the photo.
    """
    around = crops.around_keypoints(keypoints) if box is None else box
    found = crops.whole_pixels(around, source_size, task.context)
    if (found[:2] >= found[2:]).any():
        raise ValueError(
            f"`{keys.BOX}` must overlap the photo: xmin, ymin, xmax, ymax in "
            "its pixels. Received a box, and a photo of (height, width): "
            f"{np.asarray(around).tolist()}, {tuple(source_size)}"
        )
    return found


def _check_shape(name: str, values: np.ndarray, shape: tuple[int, ...]):
    if values.shape != shape:
        sides = ", ".join(str(side) for side in ("N", *shape[1:]))
        raise ValueError(
            f"`{name}` must have shape [{sides}] and all inputs the same N. "
            f"Received shape and N: {values.shape}, {shape[0]}"
        )


def _check_finite(name: str, values: np.ndarray):
    if not np.isfinite(values).all():
        raise ValueError(
            f"`{name}` must be finite numbers. Received: "
            f"{values.tolist()!s:.200}"
        )
