"""Turns photos with part masks and keypoints into TFRecords of single objects.

    python -m tfrecords_tools.build --category=quadruped \\
        --images=VOC2010/JPEGImages --annotations=Annotations_Part \\
        --keypoints=keypoints.json --image_sets=VOC2010/ImageSets/Main \\
        --output=/data/quadruped

Masks come from Pascal-Part; keypoints from Berkeley's XML, from Animal-Pose or
from COCO's JSON. The files need not list objects in the same order. Shards
appear whole or not at all; running the same command again resumes an
interrupted build. `manifest.json` appears last.
"""

import os
import pathlib

from absl import flags

from kp2part.schema import category
from kp2part.schema import task
from kp2part.system import cli
from tfrecords_tools.building import build_run
from tfrecords_tools.building import label_map
from tfrecords_tools.building import plan
from tfrecords_tools.building import selection
from tfrecords_tools.building import settings

_CATEGORY = flags.DEFINE_string(
    "category",
    None,
    "What to cut out: a category of the package, e.g. horse or quadruped, or "
    "the path of a .json file like those in kp2part/categories.",
)
_IMAGES = flags.DEFINE_string(
    "images", None, "Directory of the photos, <id>.jpg, .jpeg or .png."
)
_ANNOTATIONS = flags.DEFINE_string(
    "annotations", None, "Directory of Pascal-Part's files, <id>.mat."
)
_KEYPOINTS = flags.DEFINE_string(
    "keypoints",
    None,
    "Keypoints of the same photos: a directory of Berkeley's <class>/<id>_<n>"
    ".xml, or a .json file in the format of Animal-Pose or of COCO.",
)
_BOXES = flags.DEFINE_string(
    "boxes",
    None,
    "Directory of VOC's annotations, <id>.xml, to take boxes from. Without it "
    "an object's box is the extent of its mask.",
)
_IMAGE_SETS = flags.DEFINE_string(
    "image_sets",
    None,
    "Directory of VOC's train.txt and val.txt (usually ImageSets/Main). They "
    "become splits of the same names. Without it all photos that have a .mat "
    "file are one split, called all.",
)
_OUTPUT = flags.DEFINE_string(
    "output", None, "Directory for the records. Made if it is not there."
)
_IMAGE_SIZE = flags.DEFINE_integer(
    "image_size",
    256,
    "Side of the square crops, in pixels; a multiple of 32. Training and "
    "serving use the same.",
)
_CONTEXT = flags.DEFINE_float(
    "context",
    0.0,
    "Margin to keep around an object's box, as a share of the box's sides. "
    "The paper keeps none.",
)
_ASPECT = flags.DEFINE_enum(
    "aspect",
    "stretch",
    task.ASPECTS,
    "How a box becomes a square: stretch it, as in the paper, or pad it with "
    "black pixels, which are labeled as ignored.",
)
_UNASSIGNED = flags.DEFINE_enum(
    "unassigned",
    "background",
    label_map.UNASSIGNED,
    "What to label an object's pixels that are in no part: background, or "
    "ignore, neither learned nor scored.",
)
_MAX_OVERLAP = flags.DEFINE_float(
    "max_overlap",
    0.05,
    "Drop an object whose box has a larger IoU with the box of any other "
    "object in the photo, of any class.",
)
_MIN_SIDE = flags.DEFINE_float(
    "min_side",
    32.0,
    "Drop an object whose box is narrower or lower, in pixels of the photo.",
)
_MIN_KEYPOINTS = flags.DEFINE_integer(
    "min_keypoints",
    5,
    "Drop an object with fewer keypoints; occluded ones (v = 1) count.",
)
_MIN_MATCH_IOU = flags.DEFINE_float(
    "min_match_iou",
    0.45,
    "Two files describe the same object if the classes are equal and the "
    "boxes have at least this IoU.",
)
_SKIP_BAD_IMAGES = flags.DEFINE_bool(
    "skip_bad_images",
    False,
    "Leave out photos with a missing or broken file and list them in the "
    "manifest. Without it the first one stops the build.",
)
_IMAGES_PER_SHARD = flags.DEFINE_integer(
    "images_per_shard", 256, "Number of source photos in one file.", 1
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Decides in which file, and where in it, a photo ends up."
)
_WORKERS = flags.DEFINE_integer(
    "workers",
    os.cpu_count(),
    "Number of processes. It does not change the result.",
    1,
)


def main(_):
    """Builds the records that the flags ask for and prints the table."""
    manifest = build_run.build(
        _inputs(), _settings(), pathlib.Path(_OUTPUT.value), _WORKERS.value
    )
    print(selection.render(manifest.table))  # noqa: T201
    for split, kinds in manifest.skipped.items():
        for kind, ids in kinds.items():
            print(f"{split}: skipped {len(ids)} images: bad {kind}")  # noqa: T201
    print(f"{manifest.directory}: {manifest.num_records}")  # noqa: T201


def _inputs() -> plan.Inputs:
    return plan.Inputs(
        images=pathlib.Path(_IMAGES.value),
        annotations=pathlib.Path(_ANNOTATIONS.value),
        keypoints=pathlib.Path(_KEYPOINTS.value),
        boxes=_BOXES.value and pathlib.Path(_BOXES.value),
        image_sets=_IMAGE_SETS.value and pathlib.Path(_IMAGE_SETS.value),
    )


def _settings() -> settings.Settings:
    return settings.Settings(
        category=category.load(_CATEGORY.value),
        thresholds=selection.Thresholds(
            max_overlap=_MAX_OVERLAP.value,
            min_side=_MIN_SIDE.value,
            min_keypoints=_MIN_KEYPOINTS.value,
            min_match_iou=_MIN_MATCH_IOU.value,
        ),
        image_size=_IMAGE_SIZE.value,
        context=_CONTEXT.value,
        aspect=_ASPECT.value,
        unassigned=_UNASSIGNED.value,
        images_per_shard=_IMAGES_PER_SHARD.value,
        seed=_SEED.value,
        skip_bad_images=_SKIP_BAD_IMAGES.value,
    )


if __name__ == "__main__":
    cli.run(
        main,
        required=("category", "images", "annotations", "keypoints", "output"),
    )
