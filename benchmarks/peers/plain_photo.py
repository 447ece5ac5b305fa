r"""Masks of animals in a photo with OpenCV and ONNX Runtime: a short script.

    python -m benchmarks.peers.plain_photo animals.onnx dog.jpg dog.json \
        mask.png

The photo is decoded once for all its animals. Nothing is checked.
"""

from collections.abc import Sequence
import json
import pathlib
import sys

import cv2
import numpy as np
import onnxruntime

_BATCH = 4  # Larger ones are no faster.
_MARGIN = 0.3  # Around keypoints, if there is no box.
_TOLERANCE = 0.05  # How far outside the crop a keypoint still counts.


class Predictor:
    """Predicts the parts of animals.

    Args:
        path: A file of `kp2part.export --format=onnx`.
        num_threads: 0 for as many as ONNX Runtime chooses.
    """

    def __init__(self, path: pathlib.Path, num_threads: int = 0):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = num_threads
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._size = self._session.get_inputs()[0].shape[1]

    def __call__(
        self, jpeg: bytes, keypoints: np.ndarray, boxes: np.ndarray
    ) -> list[bytes]:
        """Returns the mask of each animal, a PNG file of the photo's size.

        Args:
            jpeg: The photo.
            keypoints: float32 [N, K, 3], rows of (x, y, v), in pixels.
            boxes: float32 [N, 4], (xmin, ymin, xmax, ymax).
        """
        read = np.frombuffer(jpeg, np.uint8)
        photo = cv2.imdecode(read, cv2.IMREAD_COLOR_RGB)
        whole = [_whole(box, photo) for box in boxes]
        rows = zip(keypoints, whole, strict=True)
        crops = [_cut(photo, points, box, self._size) for points, box in rows]
        found = []
        for i in range(0, len(crops), _BATCH):
            few = zip(*crops[i : i + _BATCH], strict=True)
            images, points = map(np.stack, few)
            found.extend(self._probabilities(images, points))
        return [
            _paste(x, box, photo.shape[:2])
            for x, box in zip(found, whole, strict=True)
        ]

    def _probabilities(self, images, points) -> np.ndarray:
        inputs = {"image": images, "keypoints": points}
        return self._session.run(["probabilities"], inputs)[0]


def around(keypoints: np.ndarray) -> np.ndarray:
    """Returns a box around keypoints, float32 [4]."""
    shown = keypoints[keypoints[:, 2] > 0, :2]
    low, high = shown.min(0), shown.max(0) + 1
    margin = _MARGIN * (high - low).max()
    return np.concatenate([low - margin, high + margin])


def _whole(box: np.ndarray, photo: np.ndarray) -> np.ndarray:
    limits = [*photo.shape[1::-1]] * 2
    outwards = [*np.floor(box[:2]), *np.ceil(box[2:])]
    return np.clip(outwards, 0, limits).astype(int)


def _cut(photo, keypoints, box, size: int) -> tuple[np.ndarray, np.ndarray]:
    left, top, right, bottom = box
    pixels = photo[top:bottom, left:right]
    smaller = min(pixels.shape[:2]) > size
    crop = cv2.resize(
        pixels,
        (size, size),
        interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR,
    )
    points = (keypoints[:, :2] + 0.5 - box[:2]) * (size / (box[2:] - box[:2]))
    points -= 0.5
    reach = 0.5 + _TOLERANCE * size
    near = ((points >= -reach) & (points <= size - 1 + reach)).all(1)
    inside = np.clip(points, 0, size - 1)
    points = np.column_stack([inside, keypoints[:, 2]])
    points[~near | (keypoints[:, 2] == 0)] = 0
    return crop.astype(np.float32), points.astype(np.float32)


def _paste(probabilities, box, size: Sequence[int]) -> bytes:
    left, top, right, bottom = box
    large = cv2.resize(probabilities, (right - left, bottom - top))
    mask = np.zeros(size, np.uint8)
    mask[top:bottom, left:right] = large.argmax(-1)
    return cv2.imencode(".png", mask)[1].tobytes()


if __name__ == "__main__":
    model, image, pose, output = map(pathlib.Path, sys.argv[1:])
    given = np.array(json.loads(pose.read_bytes()), np.float32)
    (png,) = Predictor(model)(
        image.read_bytes(), given[None], around(given)[None]
    )
    output.write_bytes(png)
