"""Explains objects of a set of records, one by one."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import math

import keras
import numpy as np
import tqdm

from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data import record_errors
from kp2part.evaluation import inference
from kp2part.explanation import keypoint_effects
from kp2part.explanation import saliency
from kp2part.schema import keys
from kp2part.schema import task as task_lib


@dataclasses.dataclass(frozen=True)
class Explained:
    """An object with what explains its prediction.

    Attributes:
        name: Id of the photo and number of the object, "photo-0".
        image: uint8 [S, S, 3], RGB.
        keypoints: float32 [K, 3], in pixels of the crop.
        label: uint8 [S, S], part ids or `keys.IGNORE_LABEL`.
        prediction: uint8 [S, S], part ids.
        effects: Of its keypoints.
        maps: Part id -> its maps, of parts that are found; empty if they were
            not asked for.
    """

    name: str
    image: np.ndarray
    keypoints: np.ndarray
    label: np.ndarray
    prediction: np.ndarray
    effects: keypoint_effects.Effects
    maps: Mapping[int, saliency.PartMaps]


def explain(
    model: keras.Model,
    examples: example_set.Examples,
    *,
    num_objects: int,
    num_with_maps: int,
    push: float,
) -> Iterator[Explained]:
    """Yields evenly spaced objects, explained, with a progress bar.

    Args:
        model: A network of `models`, on the TensorFlow backend.
        examples: The objects.
        num_objects: How many of them, at most.
        num_with_maps: How many of these, evenly spaced, get maps.
        push: See `keypoint_effects.Probe`.

    Raises:
        ValueError: The network and the records do not fit, or there are none.
    """
    task = inference.check_task(model, examples)
    probe = keypoint_effects.Probe(model, task, push)
    explainer = saliency.Explainer(model, task)
    count = examples.count()
    if not count:
        raise ValueError(
            f"{examples.manifest.directory}: no example is there to explain."
        )
    step = math.ceil(count / num_objects)  # To the end of the records.
    batches = input_pipeline.eval_batches(examples, task, 1, step)
    total = math.ceil(count / step)
    chosen = set(
        np.linspace(0, total - 1, min(num_with_maps, total)).astype(int)
    )
    with (
        record_errors.explained(examples.manifest.directory),
        tqdm.tqdm(total=total, unit="object") as progress,
    ):
        for number, batch in enumerate(batches.as_numpy_iterator()):
            yield _explain_one(
                batch, probe, explainer if number in chosen else None, task
            )
            progress.update()


def _explain_one(
    batch: dict,
    probe: keypoint_effects.Probe,
    explainer: saliency.Explainer | None,
    task: task_lib.Task,
) -> Explained:
    image, keypoints = batch[keys.IMAGE][0], batch[keys.KEYPOINTS][0]
    label = batch[keys.PART_MASK][0]
    (prediction,) = probe.labels(image, keypoints[np.newaxis])
    maps = {}
    if explainer is not None:
        inputs = probe.inputs(image, keypoints[np.newaxis])
        maps = {
            part: explainer.part_maps(inputs, part, prediction == part)
            for part in range(1, task.num_parts)
            if (prediction == part).any()
        }
    name = batch[keys.IMAGE_ID][0].decode()
    return Explained(
        f"{name}-{batch[keys.OBJECT_INDEX][0]}",
        image.round().clip(0, 255).astype(np.uint8),
        keypoints,
        label,
        prediction,
        probe.effects(image, keypoints, label),
        maps,
    )
