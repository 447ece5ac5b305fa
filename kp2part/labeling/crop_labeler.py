"""Labels photos with a model in this process.

A photo is decoded once for all its objects. Threads decode and cut photos that
come next, and paste masks of those before, while the network runs.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses

import numpy as np
import tensorflow as tf

from kp2part.client import in_process
from kp2part.data import crops
from kp2part.data import pasting
from kp2part.data import records
from kp2part.formats.labeled import labels
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.labeling import frames
from kp2part.labeling import jobs as jobs_lib
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.system import op_messages
from kp2part.system import ordered_map

_BATCH = 16  # Objects; larger batches are no faster.
_THREADS = 2
_AHEAD = 8  # Photos.


@dataclasses.dataclass(frozen=True)
class _Cut:
    """A photo after its objects were cut out, or why they cannot be."""

    job: jobs_lib.Job
    size: tuple[int, int] = (0, 0)
    items: tuple[annotation_lib.KeypointAnnotation, ...] = ()
    left_out: tuple[str, ...] = ()
    inputs: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    outputs: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    error: str | None = None


class CropLabeler:
    """Labels photos with an export that has the signature "crops".

    Args:
        predictor: The export.
        task: Of its network.
    """

    def __init__(self, predictor: in_process.Predictor, task: task_lib.Task):
        self._predictor = predictor
        self._task = task
        outputs = predictor.signatures["crops"].structured_outputs
        self._outputs = sorted(outputs)
        # Image sizes differ: a graph for any, not one for each.
        self._place = tf.function(
            self._place_graph,
            input_signature=[
                tf.TensorSpec([4], tf.float32),
                tf.TensorSpec([2], tf.int32),
            ],
            autograph=False,
        )
        self._cut_out = tf.function(
            self._cut_graph,
            input_signature=[
                tf.TensorSpec([None, None, 3], tf.uint8),
                tf.TensorSpec([task.num_keypoints, 3], tf.float32),
                tf.TensorSpec([4], tf.int32),
            ],
            autograph=False,
        )
        size = task.image_size
        self._paste = tf.function(
            self._paste_graph,
            input_signature=[
                tf.TensorSpec([size, size, task.num_parts], tf.float32),
                tf.TensorSpec([4], tf.int32),
            ],
            autograph=False,
        )

    def label(self, jobs: Iterable[jobs_lib.Job]) -> Iterator[jobs_lib.Outcome]:
        """Yields what becomes of each photo, in order."""
        sources = frames.read(jobs)
        cuts = ordered_map.ordered_map(self._cut, sources, _THREADS, _AHEAD)
        yield from ordered_map.ordered_map(
            self._finish, self._predicted(cuts), _THREADS, _AHEAD
        )

    def _cut(self, source: frames.Source) -> _Cut:
        job = source.job
        try:
            return self._cut_photo(job, _pixels(source))
        except (ValueError, OSError) as error:
            return _Cut(job, error=str(error))
        except tf.errors.InvalidArgumentError as error:
            reason = op_messages.reason(error.message)
            return _Cut(
                job, error=f"{job.path}: not a whole JPEG or PNG: {reason}"
            )

    def _cut_photo(self, job: jobs_lib.Job, image) -> _Cut:
        size = tuple(image.shape[:2])
        jobs_lib.check(job, size, self._task.category)
        items, left_out = jobs_lib.divide(job)
        rows = [self._cut_object(image, item) for item in items]
        inputs = {
            name: np.stack([row[name].numpy() for row in rows])
            for name in rows[0]
        }
        return _Cut(job, size, tuple(items), left_out, inputs)

    def _cut_object(self, image, item) -> dict[str, tf.Tensor]:
        keypoints = tf.constant(item.keypoints)
        box = item.box
        if box is None:
            box = crops.around_keypoints(keypoints)
        pixels = self._place(tf.cast(box, tf.float32), tf.shape(image)[:2])
        xmin, ymin, xmax, ymax = pixels.numpy()
        if xmin >= xmax or ymin >= ymax:
            raise ValueError(
                f"{item.source}: its box must overlap the photo. Received: "
                f"{item.box}"
            )
        return self._cut_out(image, keypoints, pixels)

    def _place_graph(self, box, size):
        return crops.whole_pixels(box, size, self._task.context)

    def _cut_graph(self, image, keypoints, pixels):
        how = (pixels, self._task.image_size, self._task.aspect)
        return {
            keys.IMAGE: crops.cut_image(image, *how),
            keys.KEYPOINTS: crops.move_keypoints(keypoints, *how),
            keys.BOX: pixels,
        }

    def _predicted(self, cuts: Iterable[_Cut]) -> Iterator[_Cut]:
        group: list[_Cut] = []
        for cut in cuts:
            group.append(cut)
            if sum(len(each.items) for each in group) >= _BATCH:
                yield from self._predict(group)
                group = []
        yield from self._predict(group)

    def _predict(self, group: list[_Cut]) -> Iterator[_Cut]:
        filled = [cut.inputs for cut in group if cut.items]
        if not filled:
            yield from group
            return
        inputs = {
            name: np.concatenate([each[name] for each in filled])
            for name in filled[0]
        }
        outputs = self._predictor.run("crops", inputs, self._outputs)
        start = 0
        for cut in group:
            rows = slice(start, start + len(cut.items))
            start = rows.stop
            of_photo = {name: x[rows] for name, x in outputs.items()}
            yield dataclasses.replace(cut, outputs=of_photo)

    def _finish(self, cut: _Cut) -> jobs_lib.Outcome:
        if cut.error is not None:
            return jobs_lib.Outcome(cut.job, error=cut.error)
        items = [self._labeled(cut, i) for i in range(len(cut.items))]
        photo = labels.LabeledPhoto(
            cut.job.name, *cut.size, labels.separate(items), cut.job.frame
        )
        return jobs_lib.Outcome(cut.job, photo, left_out=cut.left_out)

    def _labeled(self, cut: _Cut, i: int) -> labels.LabeledObject:
        item, box = cut.items[i], cut.inputs[keys.BOX][i]
        part_ids, confidence = self._paste(cut.outputs["probabilities"][i], box)
        quality = cut.outputs.get("quality")
        return labels.LabeledObject(
            class_name=item.class_name,
            keypoints=item.keypoints,
            labels=part_ids.numpy(),
            corner=(int(box[0]), int(box[1])),
            box=item.box,
            confidence=confidence.numpy(),
            quality=None if quality is None else float(quality[i]),
            instance=item.instance,
        )

    def _paste_graph(self, probabilities, box):
        found, areas, sums = pasting.labels(probabilities, box, self._task)
        return found, pasting.confidence(areas, sums)


def _pixels(source: frames.Source) -> tf.Tensor:
    """Returns the pixels of a photo or frame, uint8 [H, W, 3]."""
    if source.pixels is None:
        return records.decode_photo(source.contents())
    return tf.constant(source.pixels)
