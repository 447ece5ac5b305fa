"""Which pixels and keypoints a network looks at for a part, by its gradients.

The maps come from tf-keras-vis. It takes lists where our networks take dicts;
it wants one score for each output, of logits; and it would add SmoothGrad's
noise to heatmaps too, where it means nothing.
"""

from collections.abc import Callable
import dataclasses

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis import gradcam
from tf_keras_vis import saliency
from tf_keras_vis.utils import scores

from kp2part.schema import keys
from kp2part.schema import task as task_lib

# Its output, at the finest scale of the decoder, goes into the logits.
_LAST_FEATURES = "decoder0_conv"
_NUM_SAMPLES = 12
_NOISE = 0.1  # Standard deviation, as a fraction of the range of the image.


@dataclasses.dataclass(frozen=True)
class PartMaps:
    """What the logits of a part, where it is found, depend on.

    Attributes:
        gradients: float32 [S, S], in [0, 1], the largest change over the
            channels of the image (Simonyan et al., 2014); None if the network
            has no image.
        smooth: The same of the mean over noisy images (SmoothGrad: Smilkov et
            al., 2017).
        activations: float32 [S, S], in [0, 1], Grad-CAM of the last features
            (Selvaraju et al., 2017); None if there are none.
        keypoints: float32 [K], in [0, 1], the share of each keypoint in the
            gradients times heatmaps, with half of each bone that ends there;
            None if the network has no heatmaps.
    """

    gradients: np.ndarray | None
    smooth: np.ndarray | None
    activations: np.ndarray | None
    keypoints: np.ndarray | None


class Explainer:
    """Makes the maps of a network for one object after another.

    Args:
        model: A network of `models`, on the TensorFlow backend.
        task: Its task.
        seed: Of SmoothGrad's noise.
    """

    def __init__(self, model: keras.Model, task: task_lib.Task, seed: int = 0):
        self._task = task
        self._inputs = list(model.input)
        self._outputs = list(model.output)
        self._view = keras.Model(
            [model.input[name] for name in self._inputs],
            [model.output[name] for name in self._outputs],
        )
        self._rng = np.random.default_rng(seed)

    def part_maps(
        self, inputs: dict[str, np.ndarray], part: int, region: np.ndarray
    ) -> PartMaps:
        """Returns the maps of a part.

        Args:
            inputs: The inputs of the network for one object, [1, ...] each.
            part: Its id.
            region: bool [S, S], where the part is found. Not empty.

        Raises:
            ValueError: The region is empty: there is nothing to explain.
        """
        if not region.any():
            raise ValueError(f"`region` of part {part} must not be empty.")
        score = self._scores(part, region)
        plain = self._gradients(score, inputs)
        by_name = dict(zip(self._inputs, plain, strict=True))
        has_image = keys.IMAGE in by_name
        shares = None
        if keys.HEATMAPS in by_name:
            gradients = by_name[keys.HEATMAPS] * inputs[keys.HEATMAPS]
            shares = keypoint_shares(
                np.abs(gradients).sum((0, 1, 2)), self._task
            )
        return PartMaps(
            _map(by_name[keys.IMAGE][0]) if has_image else None,
            self._smooth(score, inputs) if has_image else None,
            self._cam(score, inputs) if has_image else None,
            shares,
        )

    def _scores(self, part: int, region: np.ndarray) -> list[Callable]:
        inside = tf.constant(region, tf.float32) / float(region.sum())

        def mean_logit(logits):
            of_part = tf.cast(logits[..., part], tf.float32)
            return tf.reduce_sum(of_part * inside, axis=(1, 2))

        return [
            mean_logit if name == keys.PARTS else scores.InactiveScore()
            for name in self._outputs
        ]

    def _gradients(self, score, inputs) -> list[np.ndarray]:
        found = saliency.Saliency(self._view)(
            score,
            [inputs[name] for name in self._inputs],
            keepdims=True,
            normalize_map=False,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return [np.asarray(x) for x in found]

    def _smooth(self, score, inputs) -> np.ndarray:
        repeated = {
            name: np.repeat(values, _NUM_SAMPLES, 0)
            for name, values in inputs.items()
        }
        image = repeated[keys.IMAGE]
        spread = _NOISE * (image.max() - image.min())
        noise = self._rng.normal(0, spread, image.shape).astype(np.float32)
        repeated[keys.IMAGE] = image + noise
        found = self._gradients(score, repeated)
        return _map(found[self._inputs.index(keys.IMAGE)].mean(0))

    def _cam(self, score, inputs) -> np.ndarray | None:
        if _LAST_FEATURES not in (layer.name for layer in self._view.layers):
            return None
        maps = gradcam.Gradcam(self._view)(
            score,
            [inputs[name] for name in self._inputs],
            penultimate_layer=_LAST_FEATURES,
            seek_penultimate_conv_layer=False,
        )
        return maps[self._inputs.index(keys.IMAGE)][0]


def keypoint_shares(channels: np.ndarray, task: task_lib.Task) -> np.ndarray:
    """Returns the share of each keypoint, [K], of amounts by heatmap.

    Args:
        channels: float [`task.num_heatmaps`], not negative.
        task: Whether there are bones: half of one counts at each end.
    """
    shares = channels[: task.num_keypoints].astype(np.float64)
    if task.bones:
        bones = channels[task.num_keypoints :]
        for ends, amount in zip(
            task.category.skeleton_indices, bones, strict=True
        ):
            shares[list(ends)] += amount / 2
    return shares / max(shares.sum(), 1e-12)


def _map(gradients: np.ndarray) -> np.ndarray:
    """Returns the largest change over channels of [S, S, C], in [0, 1]."""
    largest = np.abs(gradients).max(-1)
    # A few pixels would leave all others dark.
    top = np.percentile(largest, 99)
    return np.clip(largest / max(top, 1e-12), 0, 1).astype(np.float32)
