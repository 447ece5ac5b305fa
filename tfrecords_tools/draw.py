"""Draws photos of animals, with annotations in the formats of real data sets.

    python -m tfrecords_tools.draw --output=/tmp/drawn --num_images=400

Cats, cows, dogs, horses and sheep in many poses and views, among distractors
that look like them. Files and folders are those of the downloads, so code that
reads these can read the real ones:

    JPEGImages/<id>.jpg                          photos
    Annotations_Part/<id>.mat                    Pascal-Part masks
    Annotations/<id>.xml                         VOC boxes
    keypoints/berkeley/<class>/<id>_<voc_id>.xml Berkeley keypoints
    keypoints/animal_pose.json                   the same, Animal-Pose's format
    ImageSets/train.txt, val.txt                 the splits
    sample.jpg, sample.json                      a photo for kp2part.predict,
                                                 and one animal's keypoints
    draw.json                                    the settings

The output appears when it is complete. The same flags give the same bytes, for
any number of workers. On a complete output the program does nothing; if the
settings differ, it is an error. `synthetic/difficulty.py` has the parameters
that make the photos easy or hard.
"""

import os
import pathlib

from absl import flags
from absl import logging

from kp2part.system import cli
from kp2part.system import settings_flags
from tfrecords_tools.synthetic import settings as settings_lib

settings_flags.define(settings_lib.Settings, __name__)

_OUTPUT = flags.DEFINE_string(
    "output", None, "Directory to create. Nothing is written elsewhere."
)
_NUM_WORKERS = flags.DEFINE_integer(
    "num_workers",
    min(2, os.cpu_count() or 1),
    "Number of processes. Does not change the result.",
    lower_bound=1,
)


def main(argv):
    """Draws the photos."""
    del argv
    settings = settings_flags.read(settings_lib.Settings)
    from tfrecords_tools.synthetic import photos

    output = pathlib.Path(_OUTPUT.value)
    if photos.draw(output, settings, _NUM_WORKERS.value):
        logging.info("Drew %d photos: %s", settings.num_images, output)
    else:
        logging.info("Already complete: %s", output)


if __name__ == "__main__":
    cli.run(main, required=("output",))
