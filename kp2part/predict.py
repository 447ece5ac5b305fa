r"""Segments one object of a photo with an exported model.

    python -m kp2part.predict --image=dog.jpg --keypoints=dog.json \
        --output=prediction

Writes prediction/mask.png, of the photo's own size, whose gray levels are part
ids, and prediction/overlay.png. The keypoints are in pixels of the photo: a list of K
[x, y, v] in the category's order, or an object by keypoint name:
{"nose": [120, 88, 2], ...}. Without --box the keypoints' extent with a margin
serves. --saved_model may be the directory of the versions: the newest is taken.
By default it is the model that comes with kp2part: quadrupeds.

--url asks a server instead, TensorFlow Serving or kp2part.serve:
    --url=http://127.0.0.1:8501/v1/models/quadruped_lite
    --url=grpc://127.0.0.1:8500/quadruped_lite
"""

import pathlib

from absl import flags
from absl import logging
import cv2
import numpy as np

from kp2part import client
from kp2part import presets
from kp2part.formats import one_object_json
from kp2part.schema import task as task_lib
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.visualization import pictures

_SAVED_MODEL = flags.DEFINE_string(
    "saved_model",
    str(presets.directory("quadruped_lite")),
    "Directory that kp2part.export has made.",
)
_URL = flags.DEFINE_string(
    "url", None, "Of a served model, instead of --saved_model."
)
_IMAGE = flags.DEFINE_string("image", None, "Photo, JPEG or PNG.")
_KEYPOINTS = flags.DEFINE_string("keypoints", None, "Its keypoints, JSON.")
_BOX = flags.DEFINE_list(
    "box", None, "The object: xmin,ymin,xmax,ymax in pixels of the photo."
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the pictures.")


def overlay(
    image: bytes,
    mask: np.ndarray,
    keypoints: np.ndarray,
    task: task_lib.Task,
) -> np.ndarray:
    """Returns the photo with parts, keypoints and skeleton, uint8 [H, W, 3]."""
    # As stored, like the exported graph: without the EXIF orientation.
    pixels = cv2.imdecode(
        np.frombuffer(image, np.uint8),
        cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION,
    )
    return pictures.draw_keypoints(
        pictures.blend(pixels, mask, task.category), keypoints, task.category
    )


def parse_box(values: list[str] | None) -> np.ndarray | None:
    """Returns the box of a flag, float32 [1, 4], or None."""
    if values is None:
        return None
    try:
        box = np.array(values, np.float32)
    except ValueError:
        box = np.zeros(0)
    if box.shape != (4,) or not (box[:2] < box[2:]).all():
        raise ValueError(
            "`box` must be xmin,ymin,xmax,ymax with xmin < xmax and ymin < "
            f"ymax. Received: box={','.join(values)}"
        )
    return box[np.newaxis]


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    box = parse_box(_BOX.value)
    image = pathlib.Path(_IMAGE.value).read_bytes()
    with client.connect(_URL.value or _SAVED_MODEL.value) as ask:
        task = ask.task
        keypoints = one_object_json.load(_KEYPOINTS.value, task.category)
        try:
            (prediction,) = ask([image], keypoints[np.newaxis], box)
        except ValueError as error:
            raise ValueError(f"{_IMAGE.value}: {error}") from error
    picture = overlay(image, prediction.mask, keypoints, task)
    output = pathlib.Path(_OUTPUT.value)
    atomic.write_bytes(
        output / "mask.png", pictures.encode_png(prediction.mask)
    )
    atomic.write_bytes(output / "overlay.png", pictures.encode_png(picture))
    for i, part in enumerate(task.category.parts):
        logging.info(
            "%3d %-12s %8d px, sure to %3.0f %%",
            i, part, prediction.area[i], 100 * prediction.confidence[i],
        )  # fmt: skip
    logging.info("Wrote %s", output / "mask.png")


if __name__ == "__main__":
    cli.run(main, required=("image", "keypoints", "output"))
