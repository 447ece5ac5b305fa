"""Training examples with OpenCV, albumentations and NumPy.

The same steps as `kp2part.data.ops`. A thread for each core makes examples:
OpenCV and NumPy let others run meanwhile.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from concurrent import futures
import os
import threading

import albumentations
import cv2
import numpy as np

from kp2part.data import augmentation as augmentation_lib
from kp2part.schema import keys
from kp2part.schema import task as task_lib

# JPEG file of a crop, PNG file of its mask, keypoints float32 [K, 3].
Encoded = tuple[bytes, bytes, np.ndarray]


def batches(
    examples: Sequence[Encoded],
    task: task_lib.Task,
    augmentation: augmentation_lib.Augmentation,
    batch_size: int,
    draw: Callable | None,
) -> Iterator[tuple[np.ndarray, ...]]:
    """Yields shuffled batches without end.

    Args:
        examples: Crops of the network's size.
        task: Size, sigma, names to mirror.
        augmentation: Strengths.
        batch_size: B.
        draw: A function of `numpy_heatmaps`, None for no heatmaps.

    Yields:
        image float32 [B, S, S, 3], part_mask uint8 [B, S, S], keypoints
        float32 [B, K, 3], and heatmaps float32 [B, S, S, H] if they are drawn.
    """
    of_thread = threading.local()

    def start():  # Transforms keep what they draw: one set for each thread.
        of_thread.make = _Maker(task, augmentation, draw)

    def make(example):
        return of_thread.make(example)

    rng = np.random.default_rng(0)
    count = len(os.sched_getaffinity(0))
    with futures.ThreadPoolExecutor(count, initializer=start) as pool:
        while True:
            order = rng.permutation(len(examples))
            for i in range(0, len(order) - batch_size + 1, batch_size):
                rows = order[i : i + batch_size]
                made = pool.map(make, [examples[row] for row in rows])
                yield tuple(map(np.stack, zip(*made, strict=True)))


class _Maker:
    """Makes examples."""

    def __init__(self, task, augmentation, draw):
        self._task = task
        self._strengths = augmentation
        self._draw = draw
        self._change = _transforms(augmentation)
        category = task.category
        self._mirror = list(category.keypoint_mirror)
        parts = category.part_mirror
        # Ids beyond P stay as they are: 255 remains "ignore".
        self._parts = np.array([*parts, *range(len(parts), 256)], np.uint8)
        self._bones = np.array(category.skeleton_indices)
        self._rng = np.random.default_rng(0)

    def __call__(self, example: Encoded) -> tuple[np.ndarray, ...]:
        image, mask, keypoints = self._mirrored(*_decoded(example))
        changed = self._change(
            image=image, mask=mask, keypoints=keypoints[:, :2]
        )
        points = np.column_stack([changed["keypoints"], keypoints[:, 2]])
        points = self._disturbed(points)
        found = changed["image"].astype(np.float32), changed["mask"], points
        if self._draw is None:
            return found
        size, sigma = self._task.image_size, self._task.heatmap_sigma
        return *found, self._draw(points, self._bones, size, sigma)

    def _mirrored(self, image, mask, keypoints):
        if self._rng.random() >= self._strengths.flip:
            return image, mask, keypoints
        last = image.shape[1] - 1
        return (
            np.ascontiguousarray(image[:, ::-1]),
            self._parts[mask[:, ::-1]],
            keypoints[self._mirror] * (-1, 1, 1) + (last, 0, 0),
        )

    def _disturbed(self, points: np.ndarray) -> np.ndarray:
        size, strengths = self._task.image_size, self._strengths
        stddev = strengths.keypoint_jitter * size / 256
        points[:, :2] += self._rng.normal(0, stddev, (len(points), 2))
        kept = self._rng.random(len(points)) >= strengths.keypoint_dropout
        inside = ((points[:, :2] > -0.5) & (points[:, :2] < size - 0.5)).all(1)
        shown = kept & inside & (points[:, 2] > 0)
        return np.where(shown[:, None], points, 0).astype(np.float32)


def _decoded(example: Encoded) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    jpeg, png, keypoints = example
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    mask = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    return image, mask, keypoints


def _transforms(x: augmentation_lib.Augmentation) -> albumentations.Compose:
    factors = [(1 - x.color, 1 + x.color)] * 3
    return albumentations.Compose(
        [
            albumentations.Affine(
                scale=(1 / (1 + x.scale), 1 + x.scale),
                translate_percent=(-x.translation, x.translation),
                rotate=(-x.rotation, x.rotation),
                fill=0,
                fill_mask=keys.IGNORE_LABEL,
                p=1,
            ),
            albumentations.ColorJitter(*factors, hue=(0, 0), p=1),
        ],
        keypoint_params=albumentations.KeypointParams(
            "xy", remove_invisible=False
        ),
    )
