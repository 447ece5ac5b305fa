"""Draws photos of animals, with annotations in the formats of real data sets.

    python -m tfrecords_tools.draw --output=/tmp/drawn --num_images=400

Cats, cows, dogs, horses and sheep in many poses, seen from many sides, among
things that look like them. Files and folders are those that one downloads, so
whatever reads these can read the real ones:

    JPEGImages/<id>.jpg                          photos
    Annotations_Part/<id>.mat                    Pascal-Part masks
    Annotations/<id>.xml                         VOC boxes
    keypoints/berkeley/<class>/<id>_<voc_id>.xml Berkeley keypoints
    keypoints/animal_pose.json                   the same as Animal-Pose has it
    ImageSets/train.txt, val.txt                 which photos are for what
    sample.jpg, sample.json                      a photo for kp2part.predict,
                                                 and one animal's keypoints
    draw.json                                    the settings

The output appears when it is complete. The same flags give the same bytes,
however many workers draw. Running the program again on a complete output does
nothing; with other settings it refuses. `difficulty.py` says what makes the
photos easy or hard.
"""

import os
import pathlib

from absl import flags
from absl import logging

from kp2part.system import cli
from tfrecords_tools.synthetic import photos

_OUTPUT = flags.DEFINE_string(
    "output", None, "Directory to make. Nothing is written elsewhere."
)
_NUM_IMAGES = flags.DEFINE_integer(
    "num_images", 400, "Photos to draw.", lower_bound=1, upper_bound=999_999
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Another number gives other photos.", lower_bound=0
)
_SIZE = flags.DEFINE_integer(
    "size", 320, "Longest side of the longest photo, in pixels; others are "
    "down to 5/8 of it.", lower_bound=96, upper_bound=2048,
)  # fmt: skip
_VAL_FRACTION = flags.DEFINE_float(
    "val_fraction", 0.2, "Share of the photos that val.txt lists.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_NUM_WORKERS = flags.DEFINE_integer(
    "num_workers", min(2, os.cpu_count() or 1), "Processes that draw.",
    lower_bound=1,
)  # fmt: skip


def main(_: list[str]):
    """Draws what the flags say."""
    output = pathlib.Path(_OUTPUT.value)
    settings = photos.Settings(
        _NUM_IMAGES.value, _SEED.value, _SIZE.value, _VAL_FRACTION.value
    )
    if photos.draw(output, settings, _NUM_WORKERS.value):
        logging.info("Drew %d photos: %s", settings.num_images, output)
    else:
        logging.info("Already complete, left as it is: %s", output)


if __name__ == "__main__":
    cli.run(main, required=("output",))
