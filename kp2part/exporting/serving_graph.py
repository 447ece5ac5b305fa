"""The functions of an exported model: files and keypoints in, masks out.

Inputs are processed by the code that prepared the training records, see
`serving_crops` and `serving_network`. Nothing here depends on where the graph
runs.
"""

import dataclasses
import functools
import json

import keras
import tensorflow as tf

from kp2part.exporting import serving_checks
from kp2part.exporting import serving_crops
from kp2part.exporting import serving_masks
from kp2part.exporting import serving_network
from kp2part.models import mask_quality
from kp2part.models import metadata as metadata_lib
from kp2part.schema import keys
from kp2part.schema import task as task_lib

# Names of the signatures' tensors.
IMAGE_BYTES = serving_checks.IMAGE_BYTES
KEY = "key"
JSON_BYTES = "json_bytes"


@dataclasses.dataclass(frozen=True)
class PartServer:
    """A network with its pre- and postprocessing, as graphs.

    Attributes:
        model: A network of `models`.
        metadata: Values that a client can request by key: plain lists, dicts,
            strings and numbers.
        calibration: Of the quality of masks; None if that is unknown.
    """

    model: keras.Model
    metadata: dict[str, object] = dataclasses.field(default_factory=dict)
    calibration: mask_quality.Calibration | None = None

    @property
    def task(self) -> task_lib.Task:
        """The task of the network."""
        return metadata_lib.task_of(self.model)

    def signatures(self) -> dict[str, tuple]:
        """Returns the function and `TensorSpec`s of each signature, by name."""
        photo = (
            tf.TensorSpec([None], tf.string, IMAGE_BYTES),
            tf.TensorSpec(
                [None, self.task.num_keypoints, 3], tf.float32, keys.KEYPOINTS
            ),
        )
        box = tf.TensorSpec([None, 4], tf.float32, keys.BOX)
        network = self._network
        return {
            "serving_default": (self.masks, photo),
            "masks_of_boxes": (self.masks, (*photo, box)),
            "probabilities": (self.probabilities, (*photo, box)),
            "crops": (self.crops, (network.crop_specs,)),
            "tensors": (self.tensors, (network.tensor_specs,)),
            "metadata": (self.values, (tf.TensorSpec([None], tf.string, KEY),)),
        }

    def masks(self, image_bytes, keypoints, box=None):
        """Returns label maps of whole photos.

        Args:
            image_bytes: string [N], JPEG or PNG files, N at most 64. They are
                turned upright as their EXIF tags say.
            keypoints: float32 [N, K, 3], rows of (x, y, v), in pixels of the
                upright photos; v = 0 is absent.
            box: float32 [N, 4], (xmin, ymin, xmax, ymax) of the objects, in
                pixels; by default the keypoints' extent with a margin.

        Returns:
            mask_bytes: string [N], PNG files of the sizes of the photos, gray
            levels are part ids; area: int32 [N, P], pixels of each part in the
            mask; confidence: float32 [N, P], in [0, 1], the mean probability of
            each part over its pixels in the box, 0 if there are none; box:
            float32 [N, 4], the pixels that each crop was cut from; quality:
            float32 [N], the mean IoU to expect, if there is a calibration.
        """
        crop = self._cropper.cut(image_bytes, keypoints, box)
        found = self._network.predict(crop)
        pasted = serving_masks.paste(
            found.pop(serving_network.PROBABILITIES),
            crop[keys.BOX],
            crop[keys.SOURCE_SIZE],
            self.task,
        )
        box = tf.cast(crop[keys.BOX], tf.float32)
        return {**found, **pasted, keys.BOX: box}

    def probabilities(self, image_bytes, keypoints, box):
        """Returns the probability of each part in each pixel of the crops.

        Args: as `masks`.

        Returns:
            probabilities: float32 [N, S, S, P]; box: float32 [N, 4], the
            pixels that each crop was cut from; quality: see `masks`.
        """
        crop = self._cropper.cut(image_bytes, keypoints, box)
        found = self._network.predict(crop)
        return {**found, keys.BOX: tf.cast(crop[keys.BOX], tf.float32)}

    def crops(self, inputs):
        """Returns the probability of each part in each pixel of crops.

        For clients that decode a photo once for all its objects.

        Args:
            inputs: image: float32 [N, S, S, 3], RGB in 0..255; keypoints:
                float32 [N, K, 3], in pixels of the crops; box: int32 [N, 4],
                the pixels of the photos that the crops were cut from.

        Returns:
            probabilities: float32 [N, S, S, P]; quality: see `masks`.
        """
        specs = self._network.crop_specs
        return self._network.predict(_checked(inputs, specs))

    def tensors(self, inputs):
        """Returns the outputs of the network itself.

        Args:
            inputs: The inputs that the network has: image float32
                [N, S, S, 3], RGB in 0..255; heatmaps float32
                [N, S, S, `task.num_heatmaps`].

        Returns:
            Logits float32 [N, S, S, P] by output name.
        """
        specs = self._network.tensor_specs
        return self._network.logits(_checked(inputs, specs))

    def values(self, key):
        """Returns values of `metadata`, by key.

        Args:
            key: string [N].

        Returns:
            json_bytes: string [N], JSON documents.
        """
        key = serving_checks.check_number(key)
        found = key[:, tf.newaxis] == tf.constant(list(self.metadata))
        found = serving_checks.checked(
            found,
            tf.reduce_all(tf.reduce_any(found, 1)),
            f"`{KEY}` must be one of {', '.join(self.metadata)}. Received:",
            key,
        )
        documents = [json.dumps(value) for value in self.metadata.values()]
        return {JSON_BYTES: tf.gather(documents, tf.argmax(found, 1))}

    @functools.cached_property
    def _network(self) -> serving_network.CropNetwork:
        return serving_network.CropNetwork(self.model, self.calibration)

    @functools.cached_property
    def _cropper(self) -> serving_crops.Cropper:
        return serving_crops.Cropper(self.task)


def _checked(inputs, specs: dict[str, tf.TensorSpec]):
    """Returns the inputs, if their shapes are those and numbers are finite."""
    first = next(iter(inputs.values()))
    num_rows = tf.shape(serving_checks.check_number(first))[0]
    found = {}
    for name, spec in specs.items():
        values = serving_checks.check_shape(
            name, inputs[name], tuple(spec.shape[1:]), num_rows
        )
        if spec.dtype.is_floating:
            values = serving_checks.check_finite(name, values)
        found[name] = values
    return found
