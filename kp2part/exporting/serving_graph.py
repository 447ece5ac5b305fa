"""The functions of an exported model: files and keypoints in, masks out.

Inputs are processed by the code that prepared the training records
(`photos.decode`, `crops`, `heatmaps.draw_pose`), so that serving cannot
drift from training. Nothing here depends on where the graph runs.
"""

import dataclasses
import functools
import json

import keras
import tensorflow as tf

from kp2part.data import crops
from kp2part.data import heatmaps
from kp2part.data import photos
from kp2part.data import prior_maps
from kp2part.exporting import batches
from kp2part.exporting import serving_checks
from kp2part.exporting import serving_masks
from kp2part.models import metadata as metadata_lib
from kp2part.pose_priors import pose_library
from kp2part.schema import keys
from kp2part.schema import task as task_lib

# Names of the signatures' tensors.
IMAGE_BYTES = serving_checks.IMAGE_BYTES
PROBABILITIES = "probabilities"
KEY = "key"
JSON_BYTES = "json_bytes"
# Names of columns within the graph.
_WHERE = "where"
_ORIENTATION = "orientation"

# Without a box, the extent of the keypoints is used with this margin on each
# side, as a fraction of its longer side. 0.08 fits the boxes of animals best,
# but a crop that is too large costs less than one that cuts off the tail; see
# benchmarks/box_margin.py.
BOX_MARGIN = 0.3


@dataclasses.dataclass(frozen=True)
class PartServer:
    """A network with its pre- and postprocessing, as graphs.

    Attributes:
        model: A network of `models`.
        metadata: Values that a client can request by key: plain lists, dicts,
            strings and numbers.
    """

    model: keras.Model
    metadata: dict[str, object] = dataclasses.field(default_factory=dict)

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
        return {
            "serving_default": (self.masks, photo),
            "masks_of_boxes": (self.masks, (*photo, box)),
            "probabilities": (self.probabilities, (*photo, box)),
            "tensors": (self.tensors, (self._tensor_specs,)),
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
            float32 [N, 4], the pixels that each crop was cut from.
        """
        crop = self._crop(image_bytes, keypoints, box)
        probabilities = self._predict(crop)
        return {
            **serving_masks.paste(
                probabilities, crop[keys.BOX], crop[keys.SOURCE_SIZE], self.task
            ),
            keys.BOX: tf.cast(crop[keys.BOX], tf.float32),
        }

    def probabilities(self, image_bytes, keypoints, box):
        """Returns the probability of each part in each pixel of the crops.

        Args: as `masks`.

        Returns:
            probabilities: float32 [N, S, S, P]; box: float32 [N, 4], the
            pixels that each crop was cut from.
        """
        crop = self._crop(image_bytes, keypoints, box)
        return {
            PROBABILITIES: self._predict(crop),
            keys.BOX: tf.cast(crop[keys.BOX], tf.float32),
        }

    def tensors(self, inputs):
        """Returns the outputs of the network itself.

        Args:
            inputs: The inputs that the network has: image float32
                [N, S, S, 3], RGB in 0..255; heatmaps float32
                [N, S, S, `task.num_heatmaps`].

        Returns:
            Logits float32 [N, S, S, P] by output name.
        """
        first = next(iter(inputs.values()))
        num_rows = tf.shape(serving_checks.check_number(first))[0]
        for name, spec in self._tensor_specs.items():
            values = serving_checks.check_shape(
                name, inputs[name], tuple(spec.shape[1:]), num_rows
            )
            inputs = {**inputs, name: serving_checks.check_finite(name, values)}
        return batches.in_turn(self._network, inputs)

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
    def _network(self):
        # A separate function is stored once, not once for each signature.
        return tf.function(
            lambda inputs: self.model(inputs, training=False),
            input_signature=[self._tensor_specs],
            autograph=False,
        )

    @property
    def _tensor_specs(self) -> dict[str, tf.TensorSpec]:
        return {
            name: tf.TensorSpec([None, *x.shape[1:]], tf.float32, name)
            for name, x in self.model.input.items()
        }

    def _crop(self, image_bytes, keypoints, box):
        image_bytes = serving_checks.check_rows(image_bytes)
        num_rows = tf.size(image_bytes)
        rows = {
            keys.KEYPOINTS: serving_checks.check_shape(
                keys.KEYPOINTS,
                keypoints,
                (self.task.num_keypoints, 3),
                num_rows,
            ),
            _WHERE: serving_checks.places(num_rows),
        }
        if box is not None:
            rows[keys.BOX] = serving_checks.check_shape(
                keys.BOX, box, (4,), num_rows
            )
        rows |= _headers(image_bytes, rows[_WHERE])
        size = self.task.image_size
        return tf.map_fn(
            self._crop_one,
            rows,
            fn_output_signature={
                keys.IMAGE: tf.TensorSpec([size, size, 3], tf.float32),
                keys.KEYPOINTS: tf.TensorSpec(
                    [self.task.num_keypoints, 3], tf.float32
                ),
                keys.BOX: tf.TensorSpec([4], tf.int32),
                keys.SOURCE_SIZE: tf.TensorSpec([2], tf.int32),
            },
            parallel_iterations=1,  # Each has the pixels of a photo.
        )

    def _crop_one(self, row):
        task, where = self.task, row[_WHERE]
        keypoints = serving_checks.check_keypoints(row[keys.KEYPOINTS], where)
        if keys.BOX in row:
            box = serving_checks.check_finite(keys.BOX, row[keys.BOX], where)
        else:
            box = box_of_keypoints(keypoints, where=where)
        source_size = row[keys.SOURCE_SIZE]
        pixels = serving_checks.check_inside(
            crops.whole_pixels(box, source_size, task.context),
            box,
            source_size,
            where,
        )
        with tf.control_dependencies([pixels]):  # Before what takes time.
            image = _decode(row[IMAGE_BYTES], row[_ORIENTATION], where)
        how = (pixels, task.image_size, task.aspect)
        return {
            keys.IMAGE: crops.cut_image(image, *how),
            keys.KEYPOINTS: crops.move_keypoints(keypoints, *how),
            keys.BOX: pixels,
            keys.SOURCE_SIZE: source_size,
        }

    def _predict(self, crop):
        crop = {
            name: crop[name] for name in (keys.IMAGE, keys.KEYPOINTS, keys.BOX)
        }
        return batches.in_turn(self._predict_few, crop)

    @functools.cached_property
    def _predict_few(self):
        size, num_keypoints = self.task.image_size, self.task.num_keypoints
        specs = {
            keys.IMAGE: tf.TensorSpec([None, size, size, 3], tf.float32),
            keys.KEYPOINTS: tf.TensorSpec([None, num_keypoints, 3], tf.float32),
            keys.BOX: tf.TensorSpec([None, 4], tf.int32),
        }
        return tf.function(
            self._probabilities_of, input_signature=[specs], autograph=False
        )

    def _probabilities_of(self, crop):
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
        logits = self._network(
            {name: inputs[name] for name in self.model.input}
        )
        return tf.nn.softmax(logits[keys.PARTS])

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


# Functions of their own, which every signature calls: each is written once.
@tf.function(
    input_signature=[
        tf.TensorSpec([], tf.string),
        tf.TensorSpec([], tf.int32),
        tf.TensorSpec([], tf.string),
    ],
    autograph=False,
)
def _decode(contents, orientation, where):
    return photos.decode(contents, orientation, f"`{IMAGE_BYTES}`", where)


@tf.function(
    input_signature=[tf.TensorSpec([], tf.string)] * 2, autograph=False
)
def _header(contents, where):
    header = serving_checks.check_file(contents, where)
    return header.upright_size, header.orientation


def _headers(image_bytes, where):
    """Returns the files, once none is too large, and what headers say."""
    sizes, orientations = tf.map_fn(
        lambda row: _header(*row),
        (image_bytes, where),
        fn_output_signature=(
            tf.TensorSpec([2], tf.int32),
            tf.TensorSpec([], tf.int32),
        ),
    )
    return {
        IMAGE_BYTES: serving_checks.check_request(image_bytes, sizes),
        keys.SOURCE_SIZE: sizes,
        _ORIENTATION: orientations,
    }


def box_of_keypoints(keypoints, margin: float = BOX_MARGIN, where=""):
    """Returns the box to use if none is given: around the keypoints.

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels; at least two
            must have v > 0.
        margin: Margin on each side, as a fraction of the longer side.
        where: See `serving_checks.places`.

    Returns:
        float32 [4].
    """
    known = tf.boolean_mask(keypoints[:, :2], keypoints[:, 2] > 0)
    known = serving_checks.checked(
        known,
        tf.shape(known)[0] > 1,
        tf.strings.join(
            [
                where,
                "`keypoints` must have at least 2 with v > 0 if no `box` is "
                "given.",
            ]
        ),
    )
    low = tf.reduce_min(known, 0)
    high = tf.reduce_max(known, 0) + 1  # From points to pixel edges.
    border = margin * tf.reduce_max(high - low)
    return tf.concat([low - border, high + border], 0)
