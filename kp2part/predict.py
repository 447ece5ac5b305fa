r"""Segments one object of a photo with an exported model.

    python -m kp2part.predict --image=dog.jpg --keypoints=dog.json \
        --output=prediction

Writes prediction/mask.png, of the photo's own size, whose gray levels are part
ids, and prediction/overlay.png. Both show the photo upright, as its orientation
tag (EXIF) says, and the keypoints are in pixels of that picture: a list of K
[x, y, v] in the category's order, or an object by keypoint name:
{"nose": [120, 88, 2], ...}. Without --box the keypoints' extent with a margin
stands in, and the log says so. --saved_model may be the directory of the
versions: the newest is taken. By default it is the model that comes with
kp2part, for quadrupeds.

--url asks a server instead, TensorFlow Serving or kp2part.serve:
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
    "Directory that kp2part.export has written.",
)
_URL = flags.DEFINE_string(
    "url", None, "Address of a served model, instead of --saved_model."
)
_IMAGE = flags.DEFINE_string("image", None, "Photo, JPEG or PNG.")
_KEYPOINTS = flags.DEFINE_string("keypoints", None, "Its keypoints, JSON.")
_BOX = flags.DEFINE_list(
    "box", None, "The object: xmin,ymin,xmax,ymax in pixels of the photo."
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the pictures.")


def parse_box(values: list[str] | None) -> list[list[float]] | None:
    """Returns the box of a flag, one row of 4, or None."""
    if values is None:
        return None
    try:
        box = [float(value) for value in values]
    except ValueError:
        box = []
    # Comparisons with NaN are false: it is refused too.
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
    from kp2part.formats import one_object_json
    from kp2part.system import atomic
    from kp2part.visualization import pictures

    image = pathlib.Path(_IMAGE.value).read_bytes()
    with client.connect(_URL.value or _SAVED_MODEL.value) as ask:
        category = ask.task.category
        keypoints = one_object_json.load(_KEYPOINTS.value, category)
        try:
            (prediction,) = ask([image], keypoints[None], box)
        except ValueError as error:
            raise ValueError(f"{_IMAGE.value}: {error}") from error
    mask = prediction.mask
    picture = pictures.overlay(image, mask, keypoints, category)
    output = pathlib.Path(_OUTPUT.value)
    atomic.write_bytes(output / "mask.png", pictures.encode_png(mask))
    atomic.write_bytes(output / "overlay.png", pictures.encode_png(picture))
    if prediction.box_is_guessed:
        logging.warning(
            "Without --box the model looked at a guess, the keypoints' extent "
            "with a margin: --box=%s",
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
