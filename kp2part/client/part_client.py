"""The client of a model, over whichever backend: batches in, masks out."""

from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import functools
import json
from typing import Protocol

import cv2
import numpy as np

from kp2part.client import orientation
from kp2part.schema import coordinates
from kp2part.schema import keys
from kp2part.schema import task as task_lib

# Limits of one request, below those of servers and proxies (16 MiB in deploy/).
# Over REST files grow by a third.
MAX_OBJECTS = 16
MAX_BYTES = 8 << 20

_OUTPUTS = ("mask_bytes", "box", "area", "confidence")


class Backend(Protocol):
    """One way to reach a model."""

    def run(
        self, signature: str, inputs: dict[str, np.ndarray], outputs: list[str]
    ) -> dict[str, np.ndarray]:
        """Returns outputs of a signature; strings are object arrays of bytes.

        Raises:
            ValueError: The model refuses the input; the message says why.
            TimeoutError: No response came in time.
            ConnectionError: No response came.
        """

    def close(self):
        """Ends the connection, if there is one."""


@dataclasses.dataclass(frozen=True)
class Prediction:
    """The parts of one object.

    Attributes:
        mask: uint8 [H, W], part ids, of the size of the photo as it is shown:
            turned upright as its tag (EXIF) says.
        box: float32 [4], (xmin, ymin, xmax, ymax), the crop that the model saw.
        area: int64 [P], pixels of each part.
        confidence: float32 [P], in [0, 1], the mean probability of each part
            over its pixels; 0 if it has none.
        quality: The mean IoU to expect, in [0, 1]; None if it was not asked
            for, or the model does not tell it, see `kp2part.calibrate`.
        box_is_guessed: Whether no box was given, and the keypoints' extent with
            a margin stood in.
    """

    mask: np.ndarray
    box: np.ndarray
    area: np.ndarray
    confidence: np.ndarray
    quality: float | None = None
    box_is_guessed: bool = False


class PartClient:
    """Predicts the parts of objects with a model.

    Args:
        backend: How to reach the model.
        max_objects: The most objects in one request.
        max_bytes: The most bytes of photos in one request with more than one
            object.
        quality: Whether to ask for the quality of masks: one more request, as
            not every model tells it.
    """

    def __init__(
        self,
        backend: Backend,
        max_objects: int = MAX_OBJECTS,
        max_bytes: int = MAX_BYTES,
        quality: bool = False,
    ):
        self.backend = backend
        self.quality = quality
        self.max_objects = max_objects
        self.max_bytes = max_bytes

    def __enter__(self) -> "PartClient":
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the connection, if there is one."""
        self.backend.close()

    @functools.cached_property
    def _outputs(self) -> list[str]:
        if not self.quality:
            return list(_OUTPUTS)
        inputs = {"key": np.array([keys.QUALITY.encode()], object)}
        try:
            self.backend.run("metadata", inputs, ["json_bytes"])
        except ValueError:  # No such key.
            return list(_OUTPUTS)
        return [*_OUTPUTS, keys.QUALITY]

    @functools.cached_property
    def task(self) -> task_lib.Task:
        """The task of the model: names of keypoints and parts, sizes."""
        inputs = {"key": np.array([b"task"], object)}
        try:
            found = self.backend.run("metadata", inputs, ["json_bytes"])
            return task_lib.Task.from_json(json.loads(found["json_bytes"][0]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                "The model must describe its task, as those of kp2part.export "
                f"do: {error}"
            ) from error

    def __call__(
        self,
        images: Sequence[bytes],
        keypoints: np.ndarray,
        boxes: np.ndarray | None = None,
    ) -> list[Prediction]:
        """Returns the parts of any number of objects, in order.

        Args:
            images: N JPEG or PNG files, one for each object.
            keypoints: float32 [N, K, 3], rows of (x, y, v), in pixels of the
                upright photos; v is 0 (absent), 1 (hidden) or 2 (visible).
            boxes: float32 [N, 4], (xmin, ymin, xmax, ymax); by default the
                keypoints' extent with a margin.

        Raises:
            ValueError: An input is refused; the message names the object, the
                rule and the value.
            TimeoutError: No response came in time.
            ConnectionError: No response came, not even to a retry.
        """
        inputs = {keys.KEYPOINTS: np.asarray(keypoints, np.float32)}
        if boxes is not None:
            inputs[keys.BOX] = np.asarray(boxes, np.float32)
        for name, values in inputs.items():
            if values.ndim == 0 or len(values) != len(images):
                raise ValueError(
                    f"`{name}` must have one row for each of the "
                    f"{len(images)} images. Received shape: {values.shape}"
                )
        self._check_orientation(images)
        files = np.empty(len(images), object)
        files[:] = images
        inputs["image_bytes"] = files
        predictions = [
            prediction
            for rows in self._batches(images)
            for prediction in self._predict(inputs, rows)
        ]
        _check_coordinates(inputs, predictions)
        return predictions

    def _check_orientation(self, images: Sequence[bytes]):
        if orientation.may_be_tagged(images) and not self._turns_upright:
            raise ValueError(
                "The model takes the pixels of photos as they are stored, and "
                "a photo has tags (EXIF) that may turn it. Export the model "
                "again with this version of kp2part, or store the photos "
                "upright and without tags."
            )

    @functools.cached_property
    def _turns_upright(self) -> bool:
        keypoints = self.task.category.keypoints
        return orientation.turns_upright(self.backend, len(keypoints))

    def _batches(self, images: Sequence[bytes]) -> Iterator[slice]:
        start = size = 0
        for i, image in enumerate(images):
            full = i - start == self.max_objects
            if i > start and (full or size + len(image) > self.max_bytes):
                yield slice(start, i)
                start, size = i, 0
            size += len(image)
        if start < len(images):
            yield slice(start, len(images))

    def _predict(
        self, inputs: dict[str, np.ndarray], rows: slice
    ) -> list[Prediction]:
        named = keys.BOX in inputs
        try:
            found = self.backend.run(
                "masks_of_boxes" if named else "serving_default",
                {name: values[rows] for name, values in inputs.items()},
                self._outputs,
            )
        except ValueError as error:
            if len(inputs["image_bytes"]) == 1:
                raise
            if rows.stop - rows.start == 1:
                raise ValueError(f"object {rows.start}: {error}") from error
            # Smaller requests may be taken, or one object is refused: its name
            # is to be told.
            middle = (rows.start + rows.stop) // 2
            halves = slice(rows.start, middle), slice(middle, rows.stop)
            return [
                prediction
                for half in halves
                for prediction in self._predict(inputs, half)
            ]
        return [
            _prediction({n: x[i] for n, x in found.items()}, not named)
            for i in range(rows.stop - rows.start)
        ]


def _check_coordinates(
    inputs: dict[str, np.ndarray], predictions: Sequence[Prediction]
):
    """Raises a ValueError if keypoints are not of their photo."""
    for i, prediction in enumerate(predictions):
        coordinates.check_keypoints(
            inputs[keys.KEYPOINTS][i],
            prediction.mask.shape[:2],
            f"object {i}" if len(predictions) > 1 else f"`{keys.KEYPOINTS}`",
            box=inputs[keys.BOX][i] if keys.BOX in inputs else None,
        )


def _prediction(row: dict, box_is_guessed: bool) -> Prediction:
    mask_bytes = row["mask_bytes"]
    png = np.frombuffer(mask_bytes, np.uint8)
    mask = cv2.imdecode(png, cv2.IMREAD_UNCHANGED) if len(png) else None
    if mask is None:
        raise ValueError(
            "The model must respond with PNG files in `mask_bytes`. Received: "
            f"{mask_bytes[:20]!r}"
        )
    return Prediction(
        mask=mask,
        box=np.asarray(row["box"], np.float32),
        area=np.asarray(row["area"], np.int64),
        confidence=np.asarray(row["confidence"], np.float32),
        quality=float(row[keys.QUALITY]) if keys.QUALITY in row else None,
        box_is_guessed=box_is_guessed,
    )
