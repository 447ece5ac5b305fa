"""Photos with keypoints, and a tiny export that labels them."""

import json
import pathlib

import cv2
import numpy as np

from kp2part.exporting import saved_model
from kp2part.models import architecture
from kp2part.models import mask_quality
from kp2part.models import mirrored
from kp2part.models import networks
from kp2part.schema import task as task_lib
from tests import photo_files
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
CALIBRATION = mask_quality.Calibration((4.0, 0, -1.0, -1.0, 0, 0, 0), -1.0)
HEIGHT, WIDTH = 60, 80


def export(directory: pathlib.Path, calibrated: bool = True) -> pathlib.Path:
    """Exports a network with random weights; returns the base directory."""
    task = task_lib.Task(tiny.CATEGORY, 32, 2.0, 0.1, "pad")
    model = networks.build("kp2part", task, SMALL)
    head, rng = model.get_layer("parts"), np.random.default_rng(0)
    kernel, bias = head.weights
    head.set_weights([2 * rng.normal(size=kernel.shape), np.zeros(bias.shape)])
    saved_model.export(
        mirrored.average(model),
        str(directory),
        calibration=CALIBRATION if calibrated else None,
    )
    return directory


def keypoints(x: float, y: float) -> list[float]:
    """Returns the keypoints of an animal at a place, as in COCO."""
    return [x, y, 2, x + 20, y + 2, 1, x + 8, y + 25, 2]


def write(
    root: pathlib.Path, num_photos: int = 5, per_photo: int = 2
) -> tuple[pathlib.Path, pathlib.Path]:
    """Writes photos and a COCO file; returns their paths.

    Every third object has no box.
    """
    images, annotations = [], []
    for i in range(num_photos):
        name = f"herd/p{i:03d}.jpg"
        path = root / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = photo_files.picture(HEIGHT, WIDTH, seed=i)
        path.write_bytes(cv2.imencode(".jpg", pixels)[1].tobytes())
        images.append(
            {"id": i, "file_name": name, "width": WIDTH, "height": HEIGHT}
        )
        for j in range(per_photo):
            x, y = 5 + 20 * j, 5 + (7 * i + 11 * j) % 25
            annotations.append(
                {
                    "id": len(annotations),
                    "image_id": i,
                    "category_id": 1,
                    "keypoints": keypoints(x, y),
                    "bbox": [x - 3, y - 3, 27, 32],
                }
            )
            if len(annotations) % 3 == 0:
                del annotations[-1]["bbox"]
    names = list(tiny.CATEGORY.keypoints)
    fields = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "dog", "keypoints": names}],
    }
    path = root / "keypoints.json"
    path.write_text(json.dumps(fields), encoding="utf-8")
    return root / "photos", path


class Served:
    """A model behind an address: nothing but its metadata is known."""

    def __init__(self, **metadata):
        self.metadata = {"network": "kp2part", "num_parameters": 7, **metadata}
        self.task = task_lib.Task(tiny.CATEGORY, 32)
        self.backend = self

    def run(self, signature, inputs, outputs):
        del signature, outputs
        (key,) = inputs["key"]
        if key.decode() not in self.metadata:
            raise ValueError("no such key")
        text = json.dumps(self.metadata[key.decode()])
        return {"json_bytes": np.array([text.encode()], object)}
