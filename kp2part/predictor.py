"""Answers of an exported model, in this process.

Imports no network: the graph holds all.
"""

import json
import pathlib

import numpy as np
import tensorflow as tf

from kp2part import publishing
from kp2part import schema

# The model that comes with kp2part. An installed package has none.
SHIPPED = pathlib.Path(__file__).parents[1] / "saved_models" / "quadruped_lite"


class Predictor:
    """An exported model in this process.

    Args:
        directory: A version that `export` wrote, or the directory of versions,
            of which the newest is taken. A SavedModel is a program: load only
            those you trust.

    Attributes:
        path: The directory of the version.
        task: What the model is asked: names, sizes.
    """

    def __init__(self, directory: str):
        self.path = publishing.newest_version(pathlib.Path(directory))
        metadata = self.path / "assets.extra" / "kp2part.json"
        try:
            fields = json.loads(metadata.read_text(encoding="utf-8"))
            self.task = schema.Task.from_json(fields["task"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{metadata}: must say what the model is asked, as "
                f"kp2part.export writes it ({error})."
            ) from error
        try:
            self._model = tf.saved_model.load(str(self.path))
        except (OSError, tf.errors.OpError) as error:
            raise ValueError(
                f"{self.path}: not a whole model: {error}"
            ) from error

    def __call__(
        self, image: bytes, keypoints: np.ndarray, box: np.ndarray | None = None
    ) -> np.ndarray:
        """Returns the parts of one object.

        Args:
            image: A JPEG or PNG file.
            keypoints: float32 [K, 3], rows of (x, y, v), in its pixels.
            box: float32 [4], (xmin, ymin, xmax, ymax); by default the
                keypoints' extent with a margin.

        Returns:
            uint8 [H, W], part ids, of the photo's own size.

        Raises:
            ValueError: The model refuses the input; the message says why.
        """
        expected = (self.task.num_keypoints, 3)
        if keypoints.shape != expected:
            raise ValueError(
                f"`keypoints` must have shape {expected}. Received: "
                f"{keypoints.shape}"
            )
        inputs = {
            "image_bytes": tf.constant([image]),
            "keypoints": tf.constant(keypoints[np.newaxis], tf.float32),
        }
        name = "serving_default"
        if box is not None:
            name = "masks_of_boxes"
            inputs["box"] = tf.constant([box], tf.float32)
        try:
            answer = self._model.signatures[name](**inputs)
        except tf.errors.OpError as error:
            raise ValueError(_message(error)) from error
        return tf.io.decode_png(answer["mask_bytes"][0])[..., 0].numpy()


def _message(error: tf.errors.OpError) -> str:
    # Between the names of nodes and stack traces stands one line of sense.
    lines = error.message.splitlines()
    noise = ("Graph execution error", "Detected at node", "<stack", "\t [[")
    told = [x for x in lines if x.strip() and not x.startswith(noise)]
    return " ".join(told).removeprefix("assertion failed: ")
