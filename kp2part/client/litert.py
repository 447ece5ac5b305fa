"""Runs a LiteRT file in this process, without TensorFlow.

What the graph of a SavedModel does around its network, `data.arrays` does here.
"""

import json
import pathlib

import cv2
import numpy as np

from kp2part.client import litert_inputs
from kp2part.client import litert_session
from kp2part.data.arrays import crops
from kp2part.data.arrays import pasting
from kp2part.data.arrays import photos
from kp2part.schema import keys
from kp2part.schema import task as task_lib

PROBABILITIES = "probabilities"
# The client decodes masks at once: no time is spent on smaller files.
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


class Predictor:
    """A LiteRT file in this process; see `part_client.Backend`.

    Args:
        file: Written by `kp2part.export --format=litert`.
        num_threads: 0 for one on each core.

    Attributes:
        path: The file.
        signatures: Its functions: names of their outputs, by name.

    Raises:
        ValueError: Not such a file.
        ModuleNotFoundError: LiteRT is not installed.
    """

    def __init__(self, file: str, num_threads: int = 0):
        self.path = pathlib.Path(file)
        self._session = litert_session.Session(self.path, num_threads)
        self._values = self._session.metadata
        self._task = _task(self._values, self.path)
        told = [x for x in self._session.outputs if x == keys.QUALITY]
        masks = ["mask_bytes", "area", "confidence", keys.BOX, *told]
        self.signatures = {
            "serving_default": masks,
            "masks_of_boxes": masks,
            "crops": [PROBABILITIES, *told],
            "metadata": ["json_bytes"],
        }

    def run(
        self, signature: str, inputs: dict[str, np.ndarray], outputs: list[str]
    ) -> dict[str, np.ndarray]:
        """Returns outputs of a signature.

        Args:
            signature: Name of the signature.
            inputs: Arrays by name; strings are object arrays of bytes.
            outputs: Names of the outputs.

        Raises:
            ValueError: An input is refused; the message says why.
        """
        if signature not in self.signatures:
            raise ValueError(f"{self.path}: has no signature {signature!r}.")
        if signature == "metadata":
            found = self._metadata(inputs["key"])
        elif signature == "crops":
            found = self._crops(inputs)
        else:
            found = self._masks(**inputs)
        return {name: found[name] for name in outputs}

    def close(self):
        """Does nothing: there is no connection."""

    def _metadata(self, names: np.ndarray) -> dict[str, np.ndarray]:
        for name in names:
            if name.decode() not in self._values:
                raise ValueError(
                    f"`key` must be one of {', '.join(self._values)}. "
                    f"Received: {name.decode()!r:.80}"
                )
        told = [json.dumps(self._values[x.decode()]).encode() for x in names]
        return {"json_bytes": _strings(told)}

    def _crops(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        count, step = len(inputs[keys.IMAGE]), self._values["batch_size"]
        found = []
        for start in range(0, count, step):
            # A file takes so many crops: the last one may be there repeatedly.
            rows = np.minimum(np.arange(start, start + step), count - 1)
            found.append(
                self._session(
                    {
                        name: inputs[name][rows]
                        for name in (keys.IMAGE, keys.KEYPOINTS)
                    }
                )
            )
        return {
            name: np.concatenate([few[name] for few in found])[:count]
            for name in self.signatures["crops"]
        }

    def _masks(self, image_bytes, keypoints, box=None) -> dict[str, np.ndarray]:
        litert_inputs.check(image_bytes, keypoints, box, self._task)
        boxes = [None] * len(image_bytes) if box is None else box
        cuts = [
            self._cut(*row)
            for row in zip(image_bytes, keypoints, boxes, strict=True)
        ]
        inputs = {
            name: np.stack([cut[name] for cut in cuts]) for name in cuts[0]
        }
        found = self._crops(inputs)
        rows = zip(
            found.pop(PROBABILITIES),
            inputs[keys.BOX],
            inputs[keys.SOURCE_SIZE].tolist(),
            strict=True,
        )
        masks, areas, confidences = zip(
            *(self._paste(*row) for row in rows), strict=True
        )
        return {
            **found,
            "mask_bytes": _strings(masks),
            "area": np.stack(areas),
            "confidence": np.stack(confidences),
            keys.BOX: inputs[keys.BOX].astype(np.float32),
        }

    def _cut(self, contents, keypoints, box) -> dict[str, np.ndarray]:
        image = photos.decode(contents, "`image_bytes`")
        size = image.shape[:2]
        pixels = litert_inputs.pixels(keypoints, box, size, self._task)
        how = (pixels, self._task.image_size, self._task.aspect)
        return {
            keys.IMAGE: crops.cut_image(image, *how),
            keys.KEYPOINTS: crops.move_keypoints(keypoints, *how),
            keys.BOX: pixels,
            keys.SOURCE_SIZE: np.array(size),
        }

    def _paste(self, probabilities, box, size):
        """Returns PNG file, area and confidence of each part; of one object."""
        labels, areas, sums = pasting.labels(probabilities, box, self._task)
        confidence = pasting.confidence(areas, sums)
        mask = pasting.surround(labels, box, size)
        areas[0] += mask.size - labels.size
        return cv2.imencode(".png", mask, _PNG)[1].tobytes(), areas, confidence


def _task(values: dict, path: pathlib.Path) -> task_lib.Task:
    try:
        return task_lib.Task.from_json(values["task"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path}: must have the task of its network in its metadata, as "
            f"the files of kp2part.export do: {error}"
        ) from error


def _strings(values) -> np.ndarray:
    # Not `np.array`: it would cut zeros from the ends.
    found = np.empty(len(values), object)
    found[:] = values
    return found
