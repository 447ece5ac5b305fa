"""Masks for the keypoints in a predict request of Label Studio."""

from collections.abc import Iterator
import pathlib
import time
from typing import Any

from absl import logging

from kp2part.client import part_client
from kp2part.formats.files import decimals
from kp2part.formats.label_studio import brushes as label_studio_brushes
from kp2part.formats.label_studio import file as label_studio_file
from kp2part.formats.label_studio import keypoints as label_studio
from kp2part.formats.label_studio import objects as label_studio_objects
from kp2part.formats.labeled import label_names
from kp2part.formats.labeled import labels
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import pose_file
from kp2part.labeling import jobs
from kp2part.labeling import photo_labeler
from kp2part.serving.label_studio_api import label_config
from kp2part.serving.label_studio_api import photos as photos_lib
from kp2part.serving.label_studio_api import placed

Fields = dict[str, Any]

# Label Studio waits for 100 s, and sends all chosen tasks in one request.
_SECONDS = 80.0
_MAX_MESSAGE = 300


class Request:
    """A predict request.

    Args:
        client: Of the model.
        version: What Label Studio is to call the model.
        photos: Where photos are read.
        config: The project's.
        context: What was drawn with the smart tool; None in a batch.
    """

    def __init__(
        self,
        client: part_client.PartClient,
        version: str,
        photos: photos_lib.Photos,
        config: label_config.LabelConfig,
        context: Fields | None,
    ):
        self._category = client.task.category
        self._vocabulary = vocabulary_lib.Vocabulary(self._category)
        self._labeler = photo_labeler.PhotoLabeler(client)
        self._version = version
        self._photos = photos
        self._config = config
        self._context = context

    def results(self, tasks: list[Fields]) -> list[Fields | list]:
        """Returns a prediction for each task.

        It is an empty list, of which the tool keeps nothing, for a task without
        keypoints and for one that there was no time for: the tool sends those
        again. A prediction that failed is empty, and the tool shows the
        reason as its version.

        Args:
            tasks: Any JSON objects.
        """
        started = time.monotonic()
        found: list[Fields | list] = []
        for task in tasks:
            if found and time.monotonic() - started > _SECONDS:
                logging.warning(
                    "Label Studio: no time for %d of %d tasks: retrieve "
                    "predictions again.",
                    len(tasks) - len(found),
                    len(tasks),
                )
                return found + [[]] * (len(tasks) - len(found))
            found.append(self._result(task, f"task {task.get('id')!s:.20}"))
        return found

    def _result(self, task: Fields, where: str) -> Fields | list:
        try:
            return self._prediction(task, where)
        except (ValueError, OSError) as error:
            told = str(error)
            message = one_line(
                told if told.startswith(where) else f"{where}: {told}"
            )
            logging.warning("Label Studio: %s", message)
            return {
                "result": [],
                "score": 0.0,
                "model_version": f"{self._version}: {message}",
                "error": message,
            }

    def _prediction(self, task: Fields, where: str) -> Fields | list:
        address = self._address(task, where)
        # A photo in the task itself is no name; `where` has the id.
        short = {
            "data": {"image": f"{address:.200}"},
            "annotations": task.get("annotations"),
            "drafts": task.get("drafts"),
        }
        if self._context is None:
            found = placed.batch(short, where)
        else:
            found = placed.in_rectangle(short, self._context, where)
        if found.error is not None:
            raise found.error
        entries = self._objects(found)
        if not entries:
            return []
        labeled = self._labeled(found, entries, address, where)
        regions = [] if self._context else self._known(found.regions)
        for (entry, _), item in zip(entries, labeled.objects, strict=True):
            regions += self._brushes(entry, item, labeled)
        known = [x.quality for x in labeled.objects if x.quality is not None]
        return {
            "result": regions,
            **({"score": decimals.shortest(min(known))} if known else {}),
            "model_version": self._version,
        }

    def _address(self, task: Fields, where: str) -> str:
        data = task.get("data")
        value = data.get(self._config.field) if isinstance(data, dict) else None
        if isinstance(value, str) and value:
            return value
        raise ValueError(
            f"{where}: `{self._config.field}` must be the address of a photo. "
            f"Received: {identity.shown(value)}"
        )

    def _objects(self, task: label_studio_file.Task) -> list[tuple]:
        """Returns pairs of an object as drawn, and its keypoints."""
        pairs = []
        for entry in label_studio_objects.objects_of(task, self._vocabulary):
            found = label_studio.parse(entry, self._vocabulary)
            if not isinstance(found, pose_file.PassedOver):
                pairs.append((entry, found))
            elif entry.points:
                known = label_names.classes(self._category)
                raise ValueError(
                    f"{entry.source}: the label of a rectangle with keypoints "
                    f"must be one of {', '.join(known)}."
                )
        return pairs

    def _labeled(
        self, task: label_studio_file.Task, entries, address: str, where: str
    ) -> labels.LabeledPhoto:
        job = jobs.Job(
            where,
            pathlib.Path(where),
            tuple(found for _, found in entries),
            (task.photo.height, task.photo.width),
        )
        contents = self._photos.read(address)
        outcome = self._labeler.label_photo(job, contents)
        if outcome.photo is None or outcome.left_out:
            raise ValueError("; ".join(outcome.left_out) or where)
        return outcome.photo

    def _known(self, regions: list[Fields]) -> list[Fields]:
        return [region for region in regions if self._config.knows(region)]

    def _brushes(
        self,
        entry: label_studio_objects.Object,
        item: labels.LabeledObject,
        photo: labels.LabeledPhoto,
    ) -> Iterator[Fields]:
        key = entry.rectangle.key if entry.rectangle else "object"
        owner = {"parentID": key} if entry.rectangle else {}
        quality = item.quality
        score = {} if quality is None else {"score": decimals.shortest(quality)}
        for part, value in label_studio_brushes.of_object(
            item, photo, self._category
        ):
            yield {
                "id": f"{key}_part_{part}",
                **owner,
                "from_name": self._config.brush,
                "to_name": self._config.image,
                "type": label_studio_brushes.TYPE,
                "original_width": photo.width,
                "original_height": photo.height,
                "image_rotation": 0,
                **score,
                "value": value,
            }


def one_line(error: Exception | str) -> str:
    """Returns an error as one line that the tool can show."""
    return " ".join(str(error).split())[:_MAX_MESSAGE]
