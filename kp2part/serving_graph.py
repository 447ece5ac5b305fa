"""The functions of an exported model: files and keypoints in, masks out.

All that happens to an input is the code that prepared the training records
(`records.decode_photo`, `crops`, `heatmaps.draw_pose`), so that serving cannot
drift from training. Nothing here knows where the graph will run.
"""

import dataclasses
import functools

import keras
import tensorflow as tf

from kp2part import crops
from kp2part import heatmaps
from kp2part import layers
from kp2part import pose_library
from kp2part import priors
from kp2part import records
from kp2part import schema

# Names of the signatures' tensors.
IMAGE_BYTES = "image_bytes"
MASK_BYTES = "mask_bytes"
PROBABILITIES = "probabilities"

# Without a box the keypoints' extent stands in, with this margin on each side,
# as a share of its longer side. Of 0, 0.01, ... 0.4 it fits the boxes of real
# animals best (mean IoU 0.714 over 1,925).
BOX_MARGIN = 0.08

MAX_PIXELS = 40_000_000


@dataclasses.dataclass(frozen=True)
class PartServer:
    """A network with everything around it, as graphs.

    Attributes:
        model: A network of `models`.
    """

    model: keras.Model

    @property
    def task(self) -> schema.Task:
        """What the network is asked."""
        return layers.task_of(self.model)

    def signatures(self) -> dict[str, tuple]:
        """Returns, by name, each signature's function and its `TensorSpec`s."""
        photo = (
            tf.TensorSpec([None], tf.string, IMAGE_BYTES),
            tf.TensorSpec(
                [None, self.task.num_keypoints, 3], tf.float32, schema.KEYPOINTS
            ),
        )
        box = tf.TensorSpec([None, 4], tf.float32, schema.BOX)
        return {
            "serving_default": (self.masks, photo),
            "masks_of_boxes": (self.masks, (*photo, box)),
            "probabilities": (self.probabilities, (*photo, box)),
            "tensors": (self.tensors, (self._tensor_specs,)),
        }

    def masks(self, image_bytes, keypoints, box=None):
        """Returns label maps of whole photos.

        Args:
            image_bytes: string [N], JPEG or PNG files.
            keypoints: float32 [N, K, 3], rows of (x, y, v), in pixels of the
                photos; v = 0 is absent.
            box: float32 [N, 4], (xmin, ymin, xmax, ymax) of the objects, in
                pixels; by default the keypoints' extent with a margin.

        Returns:
            mask_bytes: string [N], PNG files of the photos' own sizes, grey
            levels are part ids; box: float32 [N, 4], the pixels looked at.
        """
        crop = self._crop(image_bytes, keypoints, box)
        answers = self._answer(crop)
        masks = tf.map_fn(
            self._paste,
            (answers, crop[schema.BOX], crop[schema.SOURCE_SIZE]),
            fn_output_signature=tf.string,
        )
        return {
            MASK_BYTES: masks,
            schema.BOX: tf.cast(crop[schema.BOX], tf.float32),
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
            PROBABILITIES: self._answer(crop),
            schema.BOX: tf.cast(crop[schema.BOX], tf.float32),
        }

    def tensors(self, inputs):
        """Returns the network's own answers to ready tensors.

        Args:
            inputs: image float32 [N, S, S, 3], RGB in 0..255, and heatmaps
                float32 [N, S, S, `task.num_heatmaps`], as far as the network
                takes them.

        Returns:
            Logits float32 [N, S, S, P] by output name.
        """
        return self._network(inputs)

    @functools.cached_property
    def _network(self):
        # A function of its own is written once, not once for each signature.
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
        # Servers do not enforce the shapes of a signature.
        keypoints = tf.ensure_shape(
            keypoints, [None, self.task.num_keypoints, 3]
        )
        if box is None:
            box = tf.map_fn(box_of_keypoints, keypoints)
        rows = tf.shape(image_bytes)[0]
        for name, values in ((schema.KEYPOINTS, keypoints), (schema.BOX, box)):
            tf.debugging.assert_equal(
                tf.shape(values)[0],
                rows,
                f"`{name}` must have as many rows as `{IMAGE_BYTES}`.",
            )
        size = self.task.image_size
        return tf.map_fn(
            lambda row: self._crop_one(*row),
            (image_bytes, keypoints, box),
            fn_output_signature={
                schema.IMAGE: tf.TensorSpec([size, size, 3], tf.float32),
                schema.KEYPOINTS: tf.TensorSpec(
                    [self.task.num_keypoints, 3], tf.float32
                ),
                schema.BOX: tf.TensorSpec([4], tf.int32),
                schema.SOURCE_SIZE: tf.TensorSpec([2], tf.int32),
            },
        )

    def _crop_one(self, contents, keypoints, box):
        task = self.task
        keypoints, box = check_values(keypoints, box)
        image = records.decode_photo(check_file(contents))
        source_size = tf.shape(image)[:2]
        pixels = check_inside(
            crops.whole_pixels(box, source_size, task.context), box, source_size
        )
        how = (pixels, task.image_size, task.aspect)
        return {
            schema.IMAGE: crops.cut_image(image, *how),
            schema.KEYPOINTS: crops.move_keypoints(keypoints, *how),
            schema.BOX: pixels,
            schema.SOURCE_SIZE: source_size,
        }

    def _answer(self, crop):
        inputs = {
            **crop,
            schema.HEATMAPS: heatmaps.draw_pose(
                crop[schema.KEYPOINTS], self.task
            ),
        }
        if self._lookup is not None:
            inputs[schema.PRIOR] = tf.map_fn(
                self._prior,
                (crop[schema.KEYPOINTS], crop[schema.BOX]),
                fn_output_signature=tf.float32,
            )
        logits = self._network(
            {name: inputs[name] for name in self.model.input}
        )
        return tf.nn.softmax(logits[schema.PARTS])

    def _prior(self, row):
        keypoints, box = row
        task, library = self.task, self._lookup.library
        here = tf.constant([0, 0, task.image_size, task.image_size])
        maps = self._lookup.part_maps(
            crops.move_keypoints(keypoints, here, library.size, "stretch"),
            pose_library.scale_of(box, library.size, task.aspect),
            priors.NUM_AVERAGED,
        )
        there = tf.constant([0, 0, library.size, library.size])
        maps = crops.cut_labels(
            tf.transpose(maps, [1, 2, 0]), there, task.image_size, "stretch", 0
        )
        return priors.average(maps, task.num_parts)

    @functools.cached_property
    def _lookup(self) -> pose_library.Lookup | None:
        if schema.PRIOR not in self.model.input:
            return None
        library = pose_library.PoseLibrary.from_bytes(
            layers.known_poses(self.model).library
        )
        return pose_library.Lookup(library, self.task.category)

    def _paste(self, row):
        labels = crops.paste_labels(*row, self.task.aspect)
        return tf.io.encode_png(labels[..., tf.newaxis])


def box_of_keypoints(keypoints):
    """Returns the box that stands in for an unknown one.

    Args:
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels; at least two
            must have v > 0.

    Returns:
        float32 [4].
    """
    known = tf.boolean_mask(keypoints[:, :2], keypoints[:, 2] > 0)
    known = _checked(
        known,
        tf.shape(known)[0] > 1,
        "`keypoints` must have at least 2 with v > 0 if no `box` is given.",
    )
    low = tf.reduce_min(known, 0)
    high = tf.reduce_max(known, 0) + 1  # Of points to pixels' edges.
    margin = BOX_MARGIN * tf.reduce_max(high - low)
    return tf.concat([low - margin, high + margin], 0)


def check_values(keypoints, box):
    """Returns keypoints float32 [K, 3] and a box float32 [4], if possible."""
    keypoints, box = (
        _checked(
            values,
            tf.reduce_all(tf.math.is_finite(values)),
            f"`{name}` must be finite numbers. Received:",
            values,
        )
        for name, values in ((schema.KEYPOINTS, keypoints), (schema.BOX, box))
    )
    v = keypoints[:, 2]
    return (
        _checked(
            keypoints,
            tf.reduce_all((v == 0) | (v == 1) | (v == 2)),
            "The v of `keypoints` must be 0, 1 or 2. Received:",
            v,
        ),
        box,
    )


def check_inside(pixels, box, source_size):
    """Returns the pixels int32 [4] of a box, if it has any in the photo."""
    return _checked(
        pixels,
        tf.reduce_all(pixels[:2] < pixels[2:]),
        "`box` must overlap the photo: xmin, ymin, xmax, ymax in its pixels. "
        "Received a box, and a photo of (height, width):",
        box,
        source_size,
    )


def check_file(contents):
    """Returns string [], if it is a JPEG or PNG file of a bearable size."""
    begin = tf.strings.substr(contents, 0, 8)
    jpeg = tf.strings.substr(begin, 0, 3) == b"\xff\xd8\xff"
    png = begin == b"\x89PNG\r\n\x1a\n"
    contents = _checked(
        contents,
        jpeg | png,
        "`image_bytes` must be a JPEG or PNG file. It begins with:",
        begin,
    )
    # From the header: a small file can decode to gigabytes.
    sides = tf.cond(
        jpeg,
        lambda: tf.io.extract_jpeg_shape(contents)[:2],
        lambda: _png_sides(contents),
    )
    return _checked(
        contents,
        tf.reduce_prod(tf.cast(sides, tf.int64)) <= MAX_PIXELS,
        f"`image_bytes` must have at most {MAX_PIXELS} pixels. Received "
        "(height, width):",
        sides,
    )


def _checked(value, condition, message, *evidence):
    # A graph runs in any order: what comes after must depend on the check.
    check = tf.debugging.Assert(condition, [message, *evidence])
    with tf.control_dependencies([] if check is None else [check]):
        return tf.identity(value)


def _png_sides(contents):
    # IHDR is always first: width and height in bytes 16 to 23, big endian.
    header = tf.strings.substr(contents, 16, 8)
    header = _checked(
        header,
        tf.strings.length(header) == 8,
        "`image_bytes` must be a whole PNG file: it ends in its header.",
    )
    # decode_raw reads 8 bytes as two numbers of 4.
    sides = tf.io.decode_raw(header, tf.int32, little_endian=False)
    sides = tf.reverse(tf.ensure_shape(sides, [2]), [0])
    return tf.where(sides < 0, tf.int32.max, sides)
