"""Crops of objects from photo files and keypoints, in an exported graph."""

import dataclasses

import tensorflow as tf

from kp2part.data import crops
from kp2part.data import photos
from kp2part.exporting import serving_checks
from kp2part.schema import keys
from kp2part.schema import task as task_lib

IMAGE_BYTES = serving_checks.IMAGE_BYTES
# Names of columns within the graph.
_WHERE = "where"
_ORIENTATION = "orientation"


@dataclasses.dataclass(frozen=True)
class Cropper:
    """Cuts out what a network looks at.

    Attributes:
        task: Of the network.
    """

    task: task_lib.Task

    def cut(self, image_bytes, keypoints, box):
        """Returns the crops of objects, by name.

        Args: as `serving_graph.PartServer.masks`.

        Returns:
            image: float32 [N, S, S, 3]; keypoints: float32 [N, K, 3], in pixels
            of the crops; box: int32 [N, 4], the pixels that they were cut from;
            source_size: int32 [N, 2].
        """
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
            self._cut_one,
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

    def _cut_one(self, row):
        task, where = self.task, row[_WHERE]
        keypoints = serving_checks.check_keypoints(row[keys.KEYPOINTS], where)
        if keys.BOX in row:
            box = serving_checks.check_finite(keys.BOX, row[keys.BOX], where)
        else:
            box = _box_of_keypoints(keypoints, where)
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


def _box_of_keypoints(keypoints, where):
    known = tf.math.count_nonzero(keypoints[:, 2] > 0)
    keypoints = serving_checks.checked(
        keypoints,
        known > 1,
        tf.strings.join(
            [
                where,
                "`keypoints` must have at least 2 with v > 0 if no `box` is "
                "given.",
            ]
        ),
    )
    return crops.around_keypoints(keypoints)
