"""Cuts an object out of a labeled photo, as an example to store."""

import numpy as np
import tensorflow as tf

from kp2part.data import crops
from kp2part.data import records
from kp2part.schema import boxes
from kp2part.schema import task as task_lib


def cut(
    image,
    labels: np.ndarray,
    keypoints: np.ndarray,
    box: boxes.Box,
    task: task_lib.Task,
    *,
    class_name: str,
    image_id: str,
    object_index: int,
) -> records.Example:
    """Returns the example of an object.

    Args:
        image: uint8 [H, W, 3], RGB, the photo.
        labels: uint8 [H, W], the object's part ids.
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels of the photo.
        box: Around the object, in pixel edges of the photo.
        task: Size, context and aspect of the crop.
        class_name: See `records.Example`, as the others.
        image_id: Likewise.
        object_index: Likewise.

    Raises:
        ValueError: The box has no pixel of the photo.
    """
    size, aspect = task.image_size, task.aspect
    source_size = tf.shape(image)[:2]
    whole = crops.whole_pixels(box, source_size, task.context)
    if not tf.reduce_all(whole[2:] > whole[:2]):
        raise ValueError(
            "`box` must have a pixel of the photo, "
            f"{image.shape[1]} x {image.shape[0]}. Received: box={box}"
        )
    pixels = crops.cut_image(image, whole, size, aspect)
    mask = crops.cut_mask(tf.constant(labels), whole, size, aspect)
    points = crops.move_keypoints(tf.constant(keypoints), whole, size, aspect)
    return records.Example(
        image=tf.cast(tf.round(pixels), tf.uint8).numpy(),
        part_mask=mask.numpy(),
        keypoints=points.numpy(),
        class_name=class_name,
        image_id=image_id,
        object_index=object_index,
        box=tuple(float(edge) for edge in whole.numpy()),
        source_size=tuple(int(side) for side in source_size.numpy()),
    )
