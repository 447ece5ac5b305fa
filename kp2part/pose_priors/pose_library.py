"""A library of known poses and parts: finds similar poses, and morphs them.

Collected from training examples; stored in a file of its own and inside the
networks that use it.
"""

import dataclasses
import io

import numpy as np
import tensorflow as tf

from kp2part.data import crops
from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import records
from kp2part.pose_priors import morphing
from kp2part.schema import category as category_lib
from kp2part.schema import keys as keys_lib
from kp2part.schema import rig as rig_lib

_MIN_OBJECTS = 3


@dataclasses.dataclass(frozen=True)
class PoseLibrary:
    """N known objects.

    Attributes:
        keys: [N], the key of each object, see `key`.
        keypoints: float32 [N, K, 3], in pixels of the crops.
        scale: float32 [N, 2], see `morphing.Poses`.
        piece_maps: [N], PNG files of uint8 [S, S]; 0 is no piece, q + 1 piece
            q of the category.
        size: Side S of the crops, in pixels.
        strict: Whether to exclude poses that lack a keypoint of the new pose,
            see `morphing.distances`.
    """

    keys: np.ndarray
    keypoints: np.ndarray
    scale: np.ndarray
    piece_maps: np.ndarray
    size: int
    strict: bool

    def __len__(self) -> int:
        return len(self.keys)

    def to_bytes(self) -> bytes:
        """Returns the library as a deterministic `.npz` file."""
        file = io.BytesIO()
        np.savez_compressed(file, **dataclasses.asdict(self))
        return file.getvalue()

    @classmethod
    def from_bytes(cls, contents: bytes) -> "PoseLibrary":
        """Returns the library from the contents that `to_bytes` returned."""
        with np.load(io.BytesIO(contents), allow_pickle=False) as arrays:
            fields = dict(arrays)
        size, strict = int(fields.pop("size")), bool(fields.pop("strict"))
        return cls(**fields, size=size, strict=strict)


def collect(examples: example_set.Examples, strict: bool) -> PoseLibrary:
    """Returns the library with the poses of a set of examples."""
    manifest = examples.manifest
    size, rig = manifest.image_size, manifest.category.rig

    def describe(example):
        example = records.decode_images(example)
        scale = scale_of(example[keys_lib.BOX], size, manifest.aspect)
        pose = morphing.poses(example[keys_lib.KEYPOINTS], scale, size)
        mask = tf.ensure_shape(example[keys_lib.PART_MASK], [size, size])
        pieces = piece_map(mask, pose, rig)[..., tf.newaxis]
        keypoints = example[keys_lib.KEYPOINTS]
        return key(example), keypoints, scale, tf.io.encode_png(pieces)

    rows = example_stream.read(examples).map(
        describe, num_parallel_calls=tf.data.AUTOTUNE
    )
    rows = list(rows.as_numpy_iterator())
    if len(rows) < _MIN_OBJECTS:
        raise ValueError(
            f"Morphing needs at least {_MIN_OBJECTS} training examples. "
            f"Found: {len(rows)}"
        )
    columns = map(np.array, zip(*rows, strict=True))
    return PoseLibrary(*columns, size=size, strict=strict)


def key(example):
    """Returns the key of an object, string []: "<image_id>/<object_index>"."""
    index = tf.strings.as_string(example[keys_lib.OBJECT_INDEX])
    return tf.strings.join([example[keys_lib.IMAGE_ID], index], "/")


def scale_of(box, size: int, aspect: str):
    """Returns pixels of the photo per pixel of the crop (x, y): float32 [2]."""
    box = tf.cast(box, tf.int32)
    content, _ = crops.fit(box, size, aspect)
    sides = tf.cast(box[2:] - box[:2], tf.float32)
    return sides / tf.cast(tf.reverse(content, [0]), tf.float32)


def piece_map(part_mask, pose: morphing.Poses, rig: rig_lib.Rig):
    """Returns which piece each pixel of an object belongs to.

    If a part has several pieces, a pixel belongs to the one with the nearest
    axis, of those visible in the pose.

    Args:
        part_mask: uint8 [S, S], part ids.
        pose: The pose of the object.
        rig: The category's Q pieces.

    Returns:
        uint8 [S, S]; 0 is no piece, q + 1 is piece q.
    """
    whole = [np.count_nonzero(rig.parts == part) == 1 for part in rig.parts]
    far = _distances(pose, rig)  # [Q, S, S]
    far = tf.where(tf.constant(whole)[:, tf.newaxis, tf.newaxis], 0.0, far)
    parts = tf.constant(rig.parts, tf.uint8)[:, tf.newaxis, tf.newaxis]
    far = tf.where(part_mask == parts, far, float("inf"))
    nearest = tf.cast(tf.argmin(far, axis=0) + 1, tf.uint8)
    there = tf.math.is_finite(tf.reduce_min(far, axis=0))
    return tf.where(there, nearest, tf.zeros_like(nearest))


def _distances(pose: morphing.Poses, rig: rig_lib.Rig):
    # From each pixel to the first visible axis of each piece.
    first, last = rig.ends[..., 0], rig.ends[..., 1]
    begin, end, shown = morphing.axes(pose, rig, first, last)  # [Q, A]
    shown &= first >= 0
    best = tf.argmax(tf.cast(shown, tf.int32), axis=-1)
    begin, end = (
        tf.gather(x, best, axis=-1, batch_dims=1)[:, tf.newaxis, tf.newaxis]
        for x in (begin, end)
    )
    pixels = tf.range(pose.size, dtype=tf.float32) + 0.5
    x, y = (pixels * pose.scale[i] for i in (0, 1))
    offset = tf.complex(*tf.meshgrid(x, y)) - begin
    axis = end - begin
    along = tf.math.real(offset * tf.math.conj(axis))
    along = along / tf.maximum(abs(axis) ** 2, 1e-6)
    along = tf.complex(tf.clip_by_value(along, 0.0, 1.0), 0.0)
    there = tf.reduce_any(shown, -1)[:, tf.newaxis, tf.newaxis]
    return tf.where(there, abs(offset - along * axis), float("inf"))


@dataclasses.dataclass(frozen=True)
class Lookup:
    """A library as constants of a graph, with mirrored copies of all poses.

    Attributes:
        library: The known objects.
        category: Names and pieces.
    """

    library: PoseLibrary
    category: category_lib.Category

    def part_maps(self, keypoints, scale, count: int, but: str | None = None):
        """Returns the parts of the most similar objects, morphed onto a pose.

        Args:
            keypoints: float32 [K, 3], in pixels of a crop of the library's S.
            scale: float32 [2], see `morphing.Poses`.
            count: N, the number of objects to return.
            but: string [], the key of an object to exclude, usually the object
                of the pose itself.

        Returns:
            uint8 [N, S, S], part ids, the most similar first. If there are
            fewer than N objects, the remaining maps are background.
        """
        nearest, there = self.nearest(keypoints, scale, count, but)
        target = morphing.poses(keypoints, scale, self.library.size)
        maps = tf.map_fn(self._piece_map, nearest, fn_output_signature=tf.uint8)
        sources = self._known().take(nearest)
        maps = morphing.morph(maps, sources, target, self.category.rig)
        there = there[:, tf.newaxis, tf.newaxis]
        return tf.where(there, maps, tf.zeros_like(maps))

    def nearest(self, keypoints, scale, count: int, but: str | None = None):
        """Returns the indices of the most similar poses; see `part_maps`.

        Returns:
            int32 [N], indices into the library, plus its length for mirrored
            poses; bool [N], whether there is such a pose.
        """
        target = morphing.poses(keypoints, scale, self.library.size)
        far = morphing.distances(
            target, self._known(), self.category.rig, self.library.strict
        )
        if but is not None:
            keys = tf.tile(tf.constant(self.library.keys), [2])
            far = tf.where(keys == but, float("inf"), far)
        negative, nearest = tf.math.top_k(-far, count)
        return nearest, tf.math.is_finite(negative)

    def _known(self) -> morphing.Poses:
        keypoints, scale = self.library.keypoints, self.library.scale
        x, y, v = np.moveaxis(
            keypoints[:, self.category.keypoint_mirror], -1, 0
        )
        mirrored = np.stack([self.library.size - 1 - x, y, v], -1)
        return morphing.poses(
            tf.constant(np.concatenate([keypoints, mirrored])),
            tf.constant(np.concatenate([scale, scale])),
            self.library.size,
        )

    def _piece_map(self, index):
        number = len(self.library)
        contents = tf.gather(self.library.piece_maps, index % number)
        pieces = tf.io.decode_png(contents, channels=1)[..., 0]
        pieces = tf.ensure_shape(pieces, [self.library.size] * 2)
        mirror = tf.constant([0, *(self.category.rig.mirror + 1)], tf.uint8)
        mirrored = tf.gather(mirror, tf.cast(pieces[:, ::-1], tf.int32))
        return tf.where(index < number, pieces, mirrored)
