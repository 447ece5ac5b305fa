"""Small SavedModels to serve."""

import pathlib

import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_log_pb2

from kp2part.serving import warmup_replay

NUM_KEYPOINTS = 6
SIZE = 16  # Of the masks, in pixels.


class _Model(tf.Module):
    """Bright pixels are part 3; `f32` multiplies by the variable."""

    def __init__(self, factor):
        self.factor = tf.Variable(float(factor))

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, name="image_bytes"),
            tf.TensorSpec([None, NUM_KEYPOINTS, 3], name="keypoints"),
        ]
    )
    def masks(self, image_bytes, keypoints):
        def shrink(image):
            pixels = tf.io.decode_image(
                image, channels=3, expand_animations=False
            )
            pixels.set_shape([None, None, 3])
            return tf.image.resize(tf.cast(pixels, tf.float32), [SIZE, SIZE])

        images = tf.map_fn(
            shrink,
            image_bytes,
            fn_output_signature=tf.TensorSpec([SIZE, SIZE, 3]),
        )
        bright = tf.reduce_mean(images, -1) > 100.0
        return {
            "mask": 3 * tf.cast(bright, tf.uint8),
            "score": tf.reduce_mean(keypoints, [1, 2]) * self.factor,
        }

    @tf.function(input_signature=[tf.TensorSpec([None], name="x")])
    def f32(self, x):
        return {"y": x * self.factor}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="x")])
    def echo(self, x):
        return {"y": x}

    # Refuses all, and quotes it.
    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="x")])
    def quoting(self, x):
        return {"y": tf.strings.substr(x, 1000, 1)}

    # 4 million multiplications for each step that `x` asks for.
    @tf.function(input_signature=[tf.TensorSpec([None], name="x")])
    def slow(self, x):
        def step(i, m):
            return i + 1, tf.linalg.matmul(m, m) * 1e-3

        square = tf.random.stateless_uniform([160, 160], [1, 2])
        _, last = tf.while_loop(
            lambda i, m: i < tf.cast(x[0], tf.int32),
            step,
            [tf.constant(0), square],
        )
        return {"y": x + 0 * last[0, 0]}


def write(path: pathlib.Path, factor: float = 2.0) -> pathlib.Path:
    """Writes a version whose `f32` multiplies by `factor`; returns its path."""
    model = _Model(factor)
    # Renamed when complete, or a store would load a part.
    partial = path.with_name(f".partial-{path.name}")
    signatures = {
        "serving_default": model.masks,
        "f32": model.f32,
        "echo": model.echo,
        "slow": model.slow,
        "quoting": model.quoting,
    }
    tf.saved_model.save(model, str(partial), signatures=signatures)
    partial.rename(path)
    return path


def write_warmup(path: pathlib.Path, request: predict_pb2.PredictRequest):
    """Gives a version a warm-up request."""
    log = prediction_log_pb2.PredictionLog()
    log.predict_log.request.CopyFrom(request)
    file = path / warmup_replay.FILE
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        writer.write(log.SerializeToString())
