"""Labels photos with a served model, several requests at a time."""

from collections.abc import Iterable
from collections.abc import Iterator

import cv2
import numpy as np

from kp2part.client import part_client
from kp2part.formats.labeled import labels
from kp2part.formats.photos import image_size
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.labeling import frames
from kp2part.labeling import jobs as jobs_lib
from kp2part.system import ordered_map

_THREADS = 4
_AHEAD = 16


class PhotoLabeler:
    """Labels photos with a model of which only masks of whole photos are had.

    Args:
        predict: Its client.
    """

    def __init__(self, predict: part_client.PartClient):
        self._predict = predict

    def label(self, jobs: Iterable[jobs_lib.Job]) -> Iterator[jobs_lib.Outcome]:
        """Yields what becomes of each photo, in order.

        Raises:
            ConnectionError: The server does not respond; what it would have
                labeled is no photo's fault.
            TimeoutError: Likewise.
        """
        yield from ordered_map.ordered_map(
            self._label, frames.read(jobs), _THREADS, _AHEAD
        )

    def _label(self, source: frames.Source) -> jobs_lib.Outcome:
        job = source.job
        try:
            return self.label_photo(job, _contents(source))
        except (ConnectionError, TimeoutError):
            raise
        except (ValueError, OSError) as error:
            return jobs_lib.Outcome(job, error=str(error))

    def label_photo(
        self, job: jobs_lib.Job, contents: bytes
    ) -> jobs_lib.Outcome:
        """Returns what becomes of a photo whose file has been read.

        Args:
            job: The photo; its file is not read.
            contents: JPEG or PNG.

        Raises:
            ValueError: It cannot be labeled; the message says why.
        """
        image_size.check(contents, str(job.path))
        kept, left_out = jobs_lib.divide(job)
        masks = self._masks(contents, kept)
        size = masks[0].mask.shape
        jobs_lib.check(job, size, self._predict.task.category)
        items = [
            _labeled(item, found)
            for item, found in zip(kept, masks, strict=True)
        ]
        photo = labels.LabeledPhoto(
            job.name, *size, labels.separate(items), job.frame
        )
        return jobs_lib.Outcome(job, photo, left_out=left_out)

    def _masks(
        self, contents: bytes, kept: list[annotation_lib.KeypointAnnotation]
    ) -> list[part_client.Prediction]:
        """Returns a prediction for each object, with and without a box."""
        found = {}
        for named in (True, False):
            rows = [
                i for i, x in enumerate(kept) if (x.box is not None) == named
            ]
            if not rows:
                continue
            keypoints = np.stack([kept[i].keypoints for i in rows])
            boxes = np.array([kept[i].box for i in rows]) if named else None
            predictions = self._predict(
                [contents] * len(rows), keypoints, boxes
            )
            found |= dict(zip(rows, predictions, strict=True))
        return [found[i] for i in range(len(kept))]


def _contents(source: frames.Source) -> bytes:
    """Returns the file of a photo, or one of a frame."""
    if source.pixels is None:
        return source.contents()
    bgr = cv2.cvtColor(source.pixels, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".png", bgr)[1].tobytes()


def _labeled(
    item: annotation_lib.KeypointAnnotation, found: part_client.Prediction
) -> labels.LabeledObject:
    xmin, ymin, xmax, ymax = found.box.astype(int).tolist()
    return labels.LabeledObject(
        class_name=item.class_name,
        keypoints=item.keypoints,
        labels=found.mask[ymin:ymax, xmin:xmax],
        corner=(xmin, ymin),
        box=item.box,
        confidence=found.confidence,
        quality=found.quality,
        instance=item.instance,
    )
