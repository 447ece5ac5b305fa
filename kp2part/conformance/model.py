"""The model for which the conformance cases are written.

It has many small signatures: `serving_default` takes an image and keypoints as
kp2part's exports do; most others return their one input `x`, of some dtype.
"""

import os
import pathlib
import shutil
import uuid

import tensorflow as tf

NAME = "kp2part"
_NUM_KEYPOINTS = 6
_SIZE = 16  # Of the masks, in pixels.
# By version: the gray level above which a pixel is part 3.
_VERSIONS = {1: 100, 2: 50}
_ECHOES = {
    "u8": tf.uint8,
    "i8": tf.int8,
    "i16": tf.int16,
    "i32": tf.int32,
    "i64": tf.int64,
    "u32": tf.uint32,
    "u64": tf.uint64,
    "f64": tf.float64,
    "f16": tf.float16,
    "bool_": tf.bool,
    "s": tf.string,
}


class _Model(tf.Module):
    def __init__(self, threshold):
        self.threshold = tf.Variable(float(threshold))

    def serve(self, image_bytes, keypoints):
        images = tf.map_fn(
            _decode,
            image_bytes,
            fn_output_signature=tf.TensorSpec([_SIZE, _SIZE, 3]),
        )
        bright = tf.reduce_mean(images, -1) > self.threshold
        mask = tf.cast(bright, tf.uint8) * tf.constant(3, tf.uint8)
        return {"mask": mask, "score": tf.reduce_mean(keypoints, [1, 2])}

    def mask_only(self, image_bytes, keypoints):
        return {"mask": self.serve(image_bytes, keypoints)["mask"]}

    def png(self, image_bytes, keypoints):
        masks = self.serve(image_bytes, keypoints)["mask"]
        return {
            "mask_png_bytes": tf.map_fn(
                lambda mask: tf.io.encode_png(mask[..., tf.newaxis]),
                masks,
                fn_output_signature=tf.string,
            ),
            "raw": image_bytes,
        }


def write(base_path: str | pathlib.Path):
    """Writes both versions, `BASE/1` and `BASE/2`.

    Raises:
        ValueError: One of them exists already.
    """
    for version, threshold in _VERSIONS.items():
        path = pathlib.Path(base_path) / str(version)
        if path.exists():
            raise ValueError(f"{path}: exists already")
        model = _Model(threshold)
        # A server that watches the directory sees a complete version or none.
        partial = path.with_name(f".partial-{uuid.uuid4().hex}")
        try:
            tf.saved_model.save(model, str(partial), _signatures(model))
            os.rename(partial, path)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _signatures(model):
    of_photos = [
        tf.TensorSpec([None], tf.string, name="image_bytes"),
        tf.TensorSpec([None, _NUM_KEYPOINTS, 3], name="keypoints"),
    ]
    signatures = {
        name: tf.function(function, input_signature=of_photos)
        for name, function in {
            "serving_default": model.serve,
            "mask_only": model.mask_only,
            "png": model.png,
        }.items()
    }
    for name, dtype in _ECHOES.items():
        signatures[name] = _of_x(lambda x: {"y": tf.identity(x)}, dtype)
    return signatures | {
        "sb": _of_x(lambda x: {"y_bytes": tf.identity(x)}, tf.string),
        "f32": _of_x(lambda x: {"y": x / 2.0 + 2.0}),
        "f16out": _of_x(lambda x: {"y": tf.cast(x, tf.float16)}),
        "scalar": _of_x(lambda x: {"y": x + 1.0}, shape=[]),
        "mixbatch": _of_x(lambda x: {"a": x, "b": tf.concat([x, x], 0)}),
        "special": _of_x(
            lambda x: {"y": tf.stack([x / 0.0, -x / 0.0, x * 0.0 / 0.0], 1)}
        ),
    }


def _of_x(function, dtype=tf.float32, shape=(None,)):
    spec = tf.TensorSpec(shape, dtype, name="x")
    return tf.function(function, input_signature=[spec])


def _decode(image):
    pixels = tf.io.decode_image(image, channels=3, expand_animations=False)
    pixels.set_shape([None, None, 3])
    return tf.image.resize(tf.cast(pixels, tf.float32), [_SIZE, _SIZE])
