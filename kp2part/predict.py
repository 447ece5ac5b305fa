r"""Segments the parts of one object in a photo with an exported model.

    python -m kp2part.predict --image=dog.jpg --keypoints=dog.json \
        --output=prediction

Writes prediction/mask.png, of the size of the photo, whose gray levels are part
ids, and prediction/overlay.png. Both show the photo upright, as its orientation
tag (EXIF) says, and the keypoints are in pixels of that picture: a list of K
[x, y, v] in the order of the category, or a JSON object by keypoint name:
{"nose": [120, 88, 2], ...}. The default of --box is the extent of the keypoints
plus a margin, and the log then shows it. --saved_model may be a directory of
versions, of which the newest is used. Its default is the quadruped model that
comes with kp2part.

--url uses a server instead, TensorFlow Serving or kp2part.serve:
    --url=http://127.0.0.1:8501/v1/models/quadruped_lite
    --url=grpc://127.0.0.1:8500/quadruped_lite
"""

import pathlib

from absl import flags
from absl import logging

from kp2part import presets
from kp2part.system import cli

_SAVED_MODEL = flags.DEFINE_string(
    "saved_model",
    str(presets.directory("quadruped_lite")),
    "Directory written by kp2part.export, or its .tflite file, which starts "
    "without TensorFlow and needs kp2part[litert].",
)
_URL = flags.DEFINE_string(
    "url", None, "Address of a served model, instead of --saved_model."
)
_IMAGE = flags.DEFINE_string("image", None, "Photo, JPEG or PNG.")
_KEYPOINTS = flags.DEFINE_string(
    "keypoints", None, "Keypoints of the object, JSON."
)
_BOX = flags.DEFINE_list(
    "box",
    None,
    "Box around the object: xmin,ymin,xmax,ymax in pixels of the photo.",
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")


def parse_box(values: list[str] | None) -> list[list[float]] | None:
    """Returns the box given as a flag, as one row of 4, or None."""
    if values is None:
        return None
    try:
        box = [float(value) for value in values]
    except ValueError:
        box = []
    # Comparisons with NaN are false, so NaN is rejected too.
    if len(box) != 4 or not (box[0] < box[2] and box[1] < box[3]):
        raise ValueError(
            "`box` must be xmin,ymin,xmax,ymax with xmin < xmax and ymin < "
            f"ymax. Received: box={','.join(values)}"
        )
    return [box]


def main(argv):
    del argv
    box = parse_box(_BOX.value)
    from kp2part import client
    from kp2part.client import quick_start
    from kp2part.formats.plain import one_object_json
    from kp2part.system import atomic
    from kp2part.visualization import pictures

    image = pathlib.Path(_IMAGE.value).read_bytes()
    address = _URL.value or _SAVED_MODEL.value
    quick_start.skip_rewriting(address)
    with client.connect(address) as model:
        category = model.task.category
        keypoints = one_object_json.load(_KEYPOINTS.value, category)
        try:
            (prediction,) = model([image], keypoints[None], box)
        except ValueError as error:
            raise ValueError(f"{_IMAGE.value}: {error}") from error
    mask = prediction.mask
    picture = pictures.overlay(image, mask, keypoints, category)
    output = pathlib.Path(_OUTPUT.value)
    atomic.write_bytes(output / "mask.png", pictures.encode_png(mask))
    atomic.write_bytes(output / "overlay.png", pictures.encode_png(picture))
    if prediction.box_is_guessed:
        logging.warning(
            "No --box: used the extent of the keypoints plus a margin: "
            "--box=%s",
            ",".join(f"{edge:g}" for edge in prediction.box),
        )
    for i, part in enumerate(category.parts):
        logging.info(
            "%3d %-12s %8d px, confidence %3.0f %%",
            i, part, prediction.area[i], 100 * prediction.confidence[i],
        )  # fmt: skip
    logging.info("Wrote %s", output / "mask.png")


if __name__ == "__main__":
    cli.run(main, required=("image", "keypoints", "output"))
