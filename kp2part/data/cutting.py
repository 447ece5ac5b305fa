"""Cuts an object out of a labeled photo, as an example to store."""

from collections.abc import Callable
import functools

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
    source_size = image.shape[:2]
    place, cut_out = _graphs(task.image_size, task.context, task.aspect)
    whole = place(tf.constant(box, tf.float32), tf.constant(source_size))
    xmin, ymin, xmax, ymax = whole.numpy().tolist()
    if xmin >= xmax or ymin >= ymax:
        raise ValueError(
            "`box` must have a pixel of the photo, "
            f"{image.shape[1]} x {image.shape[0]}. Received: box={box}"
        )
    pixels, mask, points = cut_out(image, labels, keypoints, whole)
    return records.Example(
        image=pixels.numpy(),
        part_mask=mask.numpy(),
        keypoints=points.numpy(),
        class_name=class_name,
        image_id=image_id,
        object_index=object_index,
        box=(float(xmin), float(ymin), float(xmax), float(ymax)),
        source_size=tuple(int(side) for side in source_size),
    )


@functools.cache
def _graphs(size: int, context: float, aspect: str) -> tuple[Callable, ...]:
    """Returns the computations of `cut`, as graphs for photos of any size.

    Run eagerly, they take several times as long.
    """
    pixels = [4], tf.int32

    @_graph(([4], tf.float32), ([2], tf.int32))
    def place(box, source_size):
        return crops.whole_pixels(box, source_size, context)

    @_graph(
        ([None, None, 3], tf.uint8),
        ([None, None], tf.uint8),
        ([None, 3], tf.float32),
        pixels,
    )
    def cut_out(image, labels, keypoints, box):
        crop = crops.cut_image(image, box, size, aspect)
        return (
            tf.cast(tf.round(crop), tf.uint8),
            crops.cut_mask(labels, box, size, aspect),
            crops.move_keypoints(keypoints, box, size, aspect),
        )

    return place, cut_out


def _graph(*specs: tuple) -> Callable:
    signature = [tf.TensorSpec(shape, dtype) for shape, dtype in specs]
    return tf.function(input_signature=signature, autograph=False)
