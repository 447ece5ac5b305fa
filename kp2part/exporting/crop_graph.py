"""The graph of a model file: crops and their keypoints in, part masks out.

Other runtimes have neither TensorFlow's files of variables nor its loops and
checks, so the graph has its weights as constants and computes all rows at once.
"""

from collections.abc import Callable
import dataclasses

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import convert_to_constants

from kp2part.exporting import serving_network
from kp2part.schema import keys

MASK = "mask"
INPUTS = (keys.IMAGE, keys.KEYPOINTS)
# A session of another runtime: arrays by the names of inputs and outputs.
Predict = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]


@dataclasses.dataclass(frozen=True)
class CropGraph:
    """What a model file computes.

    Attributes:
        network: The network that is exported.
        batch_size: Number N of crops; None for any.
    """

    network: serving_network.CropNetwork
    batch_size: int | None = None

    def __post_init__(self):
        if keys.PRIOR in self.network.model.input:
            raise ValueError(
                f"Network {self.network.model.name!r} looks up known poses, "
                "which only --format=saved_model can do."
            )

    @property
    def specs(self) -> list[tf.TensorSpec]:
        """The inputs, see `INPUTS`."""
        specs = self.network.crop_specs
        return [
            tf.TensorSpec(
                [self.batch_size, *specs[name].shape[1:]], tf.float32, name
            )
            for name in INPUTS
        ]

    def outputs_of(self, image, keypoints) -> dict[str, tf.Tensor]:
        """Returns the parts of crops.

        Args:
            image: float32 [N, S, S, 3], RGB in 0..255.
            keypoints: float32 [N, K, 3], rows of (x, y, v), in pixels of the
                crop; v = 0 is absent.

        Returns:
            mask: uint8 [N, S, S], part ids; probabilities: float32
            [N, S, S, P]; quality: float32 [N], the mean IoU to expect, if the
            network has a calibration.
        """
        found = self.network.outputs_of(
            {keys.IMAGE: image, keys.KEYPOINTS: keypoints}
        )
        labels = tf.argmax(
            found[serving_network.PROBABILITIES], -1, output_type=tf.int32
        )
        return {MASK: tf.cast(labels, tf.uint8), **found}

    def frozen(self):
        """Returns `outputs_of` as a `tf.function` without variables.

        Not Keras's `model.export`: a network takes heatmaps, which its callers
        would have to draw; and arrays that a layer made would be inputs of an
        ONNX file, variables would be lost from a LiteRT file.
        """
        function = tf.function(
            self.outputs_of, input_signature=self.specs, autograph=False
        ).get_concrete_function()
        names = sorted(function.structured_outputs)
        constant = convert_to_constants.convert_variables_to_constants_v2(
            function
        )
        # Constants have no names: those of outputs are given back.
        return tf.function(
            lambda image, keypoints: dict(
                zip(names, constant(image, keypoints), strict=True)
            ),
            input_signature=self.specs,
            autograph=False,
        )
