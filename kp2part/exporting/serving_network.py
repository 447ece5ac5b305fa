"""What a network makes of crops, in an exported graph.

Heatmaps and priors are drawn by the code that prepared the training batches, so
that serving cannot drift from training.
"""

import dataclasses
import functools

import keras
import tensorflow as tf

from kp2part.data import crops
from kp2part.data import heatmaps
from kp2part.data import prior_maps
from kp2part.exporting import batches
from kp2part.models import mask_quality
from kp2part.models import metadata as metadata_lib
from kp2part.pose_priors import pose_library
from kp2part.schema import keys
from kp2part.schema import task as task_lib

PROBABILITIES = "probabilities"


@dataclasses.dataclass(frozen=True)
class CropNetwork:
    """A network with what it needs besides the crop.

    Attributes:
        model: A network of `models`.
        calibration: Of the quality; None if that is unknown.
    """

    model: keras.Model
    calibration: mask_quality.Calibration | None = None

    @property
    def task(self) -> task_lib.Task:
        """The task of the network."""
        return metadata_lib.task_of(self.model)

    @property
    def tensor_specs(self) -> dict[str, tf.TensorSpec]:
        """The inputs of the network itself."""
        return {
            name: tf.TensorSpec([None, *x.shape[1:]], tf.float32, name)
            for name, x in self.model.input.items()
        }

    @property
    def crop_specs(self) -> dict[str, tf.TensorSpec]:
        """What `predict` takes."""
        size, num_keypoints = self.task.image_size, self.task.num_keypoints
        return {
            keys.IMAGE: tf.TensorSpec(
                [None, size, size, 3], tf.float32, keys.IMAGE
            ),
            keys.KEYPOINTS: tf.TensorSpec(
                [None, num_keypoints, 3], tf.float32, keys.KEYPOINTS
            ),
            keys.BOX: tf.TensorSpec([None, 4], tf.int32, keys.BOX),
        }

    def logits(self, inputs):
        """Returns the outputs of the network for a batch of any size."""
        return batches.in_turn(self._network, inputs)

    def predict(self, crop):
        """Returns what each part's probability is in each pixel of crops.

        Args:
            crop: Tensors as in `crop_specs`: images in 0..255, keypoints in
                pixels of the crop, and the pixels of the photo that it is.

        Returns:
            probabilities: float32 [N, S, S, P]; quality: float32 [N], the mean
            IoU to expect, if there is a calibration.
        """
        return self._predict({name: crop[name] for name in self.crop_specs})

    # Functions of their own, which every signature calls: each is written once,
    # with its four hundred variables.
    @functools.cached_property
    def _predict(self):
        return tf.function(
            lambda crop: batches.in_turn(self._predict_few, crop),
            input_signature=[self.crop_specs],
            autograph=False,
        )

    @functools.cached_property
    def _network(self):
        return tf.function(
            lambda inputs: self.model(inputs, training=False),
            input_signature=[self.tensor_specs],
            autograph=False,
        )

    @functools.cached_property
    def _predict_few(self):
        return tf.function(
            self.outputs_of, input_signature=[self.crop_specs], autograph=False
        )

    def outputs_of(self, crop):
        """Returns what `predict` does, for a few crops, all at once.

        Only networks that take a prior need the box.
        """
        inputs = {
            **crop,
            keys.HEATMAPS: heatmaps.draw_pose(crop[keys.KEYPOINTS], self.task),
        }
        if self._lookup is not None:
            inputs[keys.PRIOR] = tf.map_fn(
                self._prior,
                (crop[keys.KEYPOINTS], crop[keys.BOX]),
                fn_output_signature=tf.float32,
            )
        outputs = self._network(
            {name: inputs[name] for name in self.model.input}
        )
        found = {PROBABILITIES: tf.nn.softmax(outputs[keys.PARTS])}
        if self.calibration is not None:
            found[keys.QUALITY] = self.calibration(
                mask_quality.signs(
                    found[PROBABILITIES],
                    mask_quality.agreement(outputs),
                    crop[keys.KEYPOINTS],
                    self.task.category,
                )
            )
        return found

    def _prior(self, row):
        keypoints, box = row
        task, library = self.task, self._lookup.library
        here = tf.constant([0, 0, task.image_size, task.image_size])
        maps = self._lookup.part_maps(
            crops.move_keypoints(keypoints, here, library.size, "stretch"),
            pose_library.scale_of(box, library.size, task.aspect),
            prior_maps.NUM_AVERAGED,
        )
        there = tf.constant([0, 0, library.size, library.size])
        maps = crops.cut_labels(
            tf.transpose(maps, [1, 2, 0]), there, task.image_size, "stretch", 0
        )
        return prior_maps.average(maps, task.num_parts)

    @functools.cached_property
    def _lookup(self) -> pose_library.Lookup | None:
        if keys.PRIOR not in self.model.input:
            return None
        library = pose_library.PoseLibrary.from_bytes(
            metadata_lib.known_poses(self.model).library
        )
        return pose_library.Lookup(library, self.task.category)
