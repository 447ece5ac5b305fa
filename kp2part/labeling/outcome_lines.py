"""Outcomes of photos as the fields of a line of JSON, and back."""

import base64
from typing import Any

import cv2
import numpy as np

from kp2part.formats.labeled import labels
from kp2part.labeling import jobs as jobs_lib


def fields(outcome: jobs_lib.Outcome) -> dict[str, Any]:
    """Returns an outcome as plain lists, dicts, strings and numbers."""
    found: dict[str, Any] = {
        "photo": outcome.job.key,
        "error": outcome.error,
        "left_out": list(outcome.left_out),
    }
    if outcome.photo is not None:
        photo = outcome.photo
        found |= {
            "height": photo.height,
            "width": photo.width,
            "objects": [_object_fields(item) for item in photo.objects],
        }
    return found


def outcome(job: jobs_lib.Job, found: dict[str, Any]) -> jobs_lib.Outcome:
    """Returns the outcome with the values of `fields`.

    Args:
        job: The photo.
        found: As returned by `fields`.
    """
    photo = None
    if "objects" in found:
        photo = labels.LabeledPhoto(
            job.name,
            found["height"],
            found["width"],
            tuple(_object(each) for each in found["objects"]),
            job.frame,
        )
    return jobs_lib.Outcome(
        job, photo, found["error"], tuple(found["left_out"])
    )


def _object_fields(item: labels.LabeledObject) -> dict[str, Any]:
    png = cv2.imencode(".png", item.labels)[1]
    confidence = item.confidence
    return {
        "class_name": item.class_name,
        "instance": item.instance,
        "keypoints": item.keypoints.tolist(),
        "labels": base64.b64encode(png.tobytes()).decode(),
        "corner": list(item.corner),
        "box": None if item.box is None else [float(x) for x in item.box],
        "confidence": None if confidence is None else confidence.tolist(),
        "quality": item.quality,
    }


def _object(found: dict[str, Any]) -> labels.LabeledObject:
    png = np.frombuffer(base64.b64decode(found["labels"]), np.uint8)
    x, y = found["corner"]
    confidence, box = found["confidence"], found["box"]
    return labels.LabeledObject(
        class_name=found["class_name"],
        keypoints=np.array(found["keypoints"], np.float32),
        labels=cv2.imdecode(png, cv2.IMREAD_UNCHANGED),
        corner=(x, y),
        box=None if box is None else tuple(box),
        confidence=(
            None if confidence is None else np.array(confidence, np.float32)
        ),
        quality=found["quality"],
        instance=found["instance"],
    )
