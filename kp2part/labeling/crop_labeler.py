"""Labels photos with a model in this process.

A photo is decoded once for all its objects. Threads decode and cut photos that
come next, and paste masks of those before, while the network runs.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
from typing import Any
from typing import Protocol

import numpy as np

from kp2part.client import part_client
from kp2part.formats.labeled import labels
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.labeling import frames
from kp2part.labeling import jobs as jobs_lib
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.system import ordered_map

_BATCH = 16  # Objects; larger batches are no faster.
_THREADS = 2
_AHEAD = 8  # Photos.


class Scissors(Protocol):
    """Cuts objects out of photos, and pastes what is predicted for them."""

    def pixels(self, source: frames.Source) -> Any:
        """Returns the pixels of a photo or frame, [H, W, 3].

        Raises:
            ValueError: It cannot be decoded; the message says why.
            OSError: It cannot be read.
        """

    def place(
        self, item: annotation_lib.KeypointAnnotation, size: tuple[int, int]
    ) -> np.ndarray:
        """Returns the pixels of an object's crop, int32 [4]; may be empty."""

    def cut(
        self, image, keypoints: np.ndarray, box: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Returns the inputs of the network, by name, without N.

        Args:
            image: From `pixels`.
            keypoints: float32 [K, 3], in pixels of the photo.
            box: From `place`, not empty.
        """

    def paste(
        self, probabilities: np.ndarray, box: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns uint8 [ymax - ymin, xmax - xmin], part ids; confidence [P].

        Args:
            probabilities: float32 [S, S, P], of a crop.
            box: Where it was cut from.
        """


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
    """Labels photos with a model that has the signature "crops".

    Args:
        backend: The model.
        outputs: Names of what that signature returns.
        scissors: Cuts and pastes.
        task: Of its network.
    """

    def __init__(
        self,
        backend: part_client.Backend,
        outputs: list[str],
        scissors: Scissors,
        task: task_lib.Task,
    ):
        self._backend = backend
        self._outputs = outputs
        self._scissors = scissors
        self._task = task

    def label(self, jobs: Iterable[jobs_lib.Job]) -> Iterator[jobs_lib.Outcome]:
        """Yields what becomes of each photo, in order."""
        sources = frames.read(jobs)
        cuts = ordered_map.ordered_map(self._cut, sources, _THREADS, _AHEAD)
        yield from ordered_map.ordered_map(
            self._finish, self._predicted(cuts), _THREADS, _AHEAD
        )

    def _cut(self, source: frames.Source) -> _Cut:
        try:
            return self._cut_photo(source.job, self._scissors.pixels(source))
        except (ValueError, OSError) as error:
            return _Cut(source.job, error=str(error))

    def _cut_photo(self, job: jobs_lib.Job, image) -> _Cut:
        size = tuple(image.shape[:2])
        jobs_lib.check(job, size, self._task.category)
        items, left_out = jobs_lib.divide(job)
        rows = [self._cut_object(image, size, item) for item in items]
        inputs = {
            name: np.stack([row[name] for row in rows]) for name in rows[0]
        }
        return _Cut(job, size, tuple(items), left_out, inputs)

    def _cut_object(self, image, size, item) -> dict[str, np.ndarray]:
        box = self._scissors.place(item, size)
        xmin, ymin, xmax, ymax = box
        if xmin >= xmax or ymin >= ymax:
            raise ValueError(
                f"{item.source}: its box must overlap the photo. Received: "
                f"{item.box}"
            )
        found = self._scissors.cut(image, item.keypoints, box)
        return {**found, keys.BOX: box}

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
        outputs = self._backend.run("crops", inputs, self._outputs)
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
        part_ids, confidence = self._scissors.paste(
            cut.outputs["probabilities"][i], box
        )
        quality = cut.outputs.get("quality")
        return labels.LabeledObject(
            class_name=item.class_name,
            keypoints=item.keypoints,
            labels=part_ids,
            corner=(int(box[0]), int(box[1])),
            box=item.box,
            confidence=confidence,
            quality=None if quality is None else float(quality[i]),
            instance=item.instance,
        )
