r"""Labels photos and videos with part masks, by keypoints of the objects.

    python -m kp2part.transfer --images=photos --keypoints=keypoints.json \
        --output_formats=coco,png --output=labels

--keypoints is what an annotation tool or a pose network has written: COCO's,
Animal-Pose's or Label Studio's JSON, CVAT's XML, DeepLabCut's CSV or HDF5,
SLEAP's HDF5 or .slp, Berkeley's XML; which one is told by its contents. Frames
are looked for in videos in --images. A box in the file is used, else one of
--boxes, else the keypoints' extent with a margin. What has no keypoints, or is
of a class that the model's category does not have, is not labeled; both are
listed. A pixel belongs to one object: where masks overlap, to the one that
reaches lower in the photo.

--output_formats is any of
  coco          coco.json: objects with keypoints, and their parts
  png           masks/ (part ids) and instances/ (numbers of objects)
  cvat          cvat.xml, "CVAT for images 1.1"
  label_studio  label_studio.json, predictions to review, and its config
  pascal_part   Annotations_Part/*.mat, as tfrecords_tools.build takes them
  tfrecords     tfrecords/, to train on
  sleap         labels.slp; needs kp2part[sleap]
  array         videos/*.nc, of a video: time, individuals, y, x, parts
  video         videos/*.mp4, of a video: to look at
journal.jsonl keeps what is done. Run the same command again to go on after an
interruption, to try photos again that could not be read, or to write further
formats; what is done is not done again. review.html shows the objects with the
lowest quality first.

--runner=DirectRunner runs the same steps as a pipeline of Apache Beam, with the
same results; other runners run it on many machines, which all see the paths.
It needs kp2part[beam], in an environment of its own: see the page "Label
millions of images".

The status is 0 if all photos are labeled, 3 if some cannot be: they are listed,
and the others are written.
"""

import os
import pathlib
import sys

from absl import flags
from absl import logging

from kp2part import presets
from kp2part.beam import runner_flags
from kp2part.system import cli

_IMAGES = flags.DEFINE_string(
    "images",
    None,
    "Directory of the photos, JPEG or PNG, and of videos; it may have folders.",
)
_KEYPOINTS = flags.DEFINE_string(
    "keypoints", None, "File or directory of keypoints of these photos."
)
_BOXES = flags.DEFINE_string(
    "boxes",
    None,
    "Directory of VOC's annotations, <photo>.xml, with boxes for objects whose "
    "keypoints come without one.",
)
_KEYPOINT_MAP = flags.DEFINE_string(
    "keypoint_map",
    None,
    "A .json file with names of keypoints in --keypoints and the model's names "
    'for them, {"theirs": "ours"}.',
)
_IGNORE_KEYPOINTS = flags.DEFINE_list(
    "ignore_keypoints",
    [],
    "Names of keypoints in --keypoints that the model does not have; they are "
    "left out.",
)
_WRITE_MAPPING = flags.DEFINE_string(
    "write_mapping",
    None,
    "Only draft a --keypoint_map for --keypoints into this .json file.",
)
_MIN_LIKELIHOOD = flags.DEFINE_float(
    "min_likelihood",
    0.6,
    "DeepLabCut's keypoints with a lower likelihood are absent.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_SAVED_MODEL = flags.DEFINE_string(
    "saved_model",
    str(presets.directory("quadruped_lite")),
    "Directory written by kp2part.export, or its .tflite file, which starts "
    "without TensorFlow and needs kp2part[litert].",
)
_URL = flags.DEFINE_string(
    "url", None, "Address of a served model, instead of --saved_model."
)
_CATEGORY = flags.DEFINE_string(
    "category",
    None,
    "The model must be of this category; by default it may be of any.",
)
_CLASS_NAME = flags.DEFINE_string(
    "class_name",
    None,
    "Class of objects whose file does not tell it, such as DeepLabCut's; "
    "pascal_part and tfrecords need to know it.",
)
_OUTPUT_FORMATS = flags.DEFINE_list(
    "output_formats", ["coco", "png"], "What to write, see above."
)
_IMAGE_URL_PREFIX = flags.DEFINE_string(
    "image_url_prefix",
    None,
    "What Label Studio is to put before the names of photos to find them; "
    'default: "/data/local-files/?d=FOLDER/", where FOLDER is the name of '
    "--images and lies in its LOCAL_FILES_DOCUMENT_ROOT.",
)
_MIN_QUALITY = flags.DEFINE_float(
    "min_quality", 0.0, "Leave out objects with a lower quality.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_MAX_QUALITY = flags.DEFINE_float(
    "max_quality", 1.0, "Leave out objects with a higher quality: what is left "
    "is to be looked at.",
    lower_bound=0.0, upper_bound=1.0,
)  # fmt: skip
_REVIEW_COUNT = flags.DEFINE_integer(
    "review_count", 200, "Number of objects in review.html; 0 for none.",
    lower_bound=0,
)  # fmt: skip
_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")
runner_flags.define(__name__)
_DRY_RUN = cli.define_dry_run(__name__, "List what matches and what does not.")

_SOME_FAILED = 3  # Exit status.


def main(argv):
    del argv
    from kp2part import client
    from kp2part.client import quick_start
    from kp2part.labeling import outputs
    from kp2part.labeling import quality_filter

    if not (_OUTPUT.value or _WRITE_MAPPING.value):
        raise ValueError("`output` must be given.")
    for name, path, is_there in (
        ("images", _IMAGES.value, os.path.isdir),
        ("keypoints", _KEYPOINTS.value, os.path.exists),
    ):
        if not is_there(path):  # Before the model is loaded.
            raise ValueError(f"`{name}`: there is no such path: {path}")
    outputs.check_names(_OUTPUT_FORMATS.value)
    bounds = quality_filter.QualityRange(_MIN_QUALITY.value, _MAX_QUALITY.value)
    address = _URL.value or _SAVED_MODEL.value
    runner = runner_flags.read(
        images=_IMAGES.value, saved_model=address, output=_OUTPUT.value
    )
    quick_start.skip_rewriting(address)
    with client.connect(address, quality=True) as predict:
        if _WRITE_MAPPING.value:
            _draft(predict.task)
            return
        jobs = _plan(predict.task)
        if _DRY_RUN.value:
            print(f"{len(jobs)} photos")  # noqa: T201
            return
        counts = _transfer(jobs, predict, bounds, runner)
    logging.info("%s", counts)
    if counts.failed:
        sys.exit(_SOME_FAILED)


def _category(task):
    from kp2part.schema import category as category_lib

    if _CATEGORY.value is None:
        return category_lib.newest(task.category)
    category = category_lib.load(_CATEGORY.value)
    task.check_category(category, f"--category={_CATEGORY.value}")
    return category


def _draft(task):
    from kp2part.formats import mapping_draft

    drafted = mapping_draft.draft(
        pathlib.Path(_KEYPOINTS.value), _category(task)
    )
    mapping_draft.write(_WRITE_MAPPING.value, drafted)
    for note in mapping_draft.notes(drafted):
        logging.info("%s", note)
    logging.info("Complete %s", _WRITE_MAPPING.value)


def _plan(task):
    from kp2part.formats import pose_matches
    from kp2part.formats.names import vocabulary
    from kp2part.formats.photos import photo_directory
    from kp2part.labeling import given_boxes
    from kp2part.labeling import jobs as jobs_lib

    keypoint_map = {}
    if _KEYPOINT_MAP.value is not None:
        keypoint_map = vocabulary.read_map(pathlib.Path(_KEYPOINT_MAP.value))
    words = vocabulary.Vocabulary(
        _category(task), keypoint_map, _IGNORE_KEYPOINTS.value
    )
    images = pathlib.Path(_IMAGES.value)
    photos, videos = (
        photo_directory.photos(images),
        photo_directory.videos(images),
    )
    matches = pose_matches.read(
        pathlib.Path(_KEYPOINTS.value),
        words,
        photos,
        videos=videos,
        min_likelihood=_MIN_LIKELIHOOD.value,
    )
    jobs = jobs_lib.plan(matches, images)
    if _CLASS_NAME.value is not None:
        jobs = jobs_lib.name_classes(jobs, _CLASS_NAME.value, words)
    for note in pose_matches.notes(matches, photos.files, photos, words):
        logging.warning("%s", note)
    if _BOXES.value is not None:
        jobs, without = given_boxes.assign(jobs, pathlib.Path(_BOXES.value))
        if without:
            logging.warning("%d objects have no box: guessed.", without)
    if not jobs:
        raise ValueError(
            f"{_KEYPOINTS.value}: no photo or video in {images} has keypoints."
        )
    return jobs


def _transfer(jobs, predict, bounds, runner):
    from kp2part.labeling import outputs
    from kp2part.labeling import run
    from kp2part.reporting import review_page
    from kp2part.system import atomic
    from kp2part.system import locks

    output = pathlib.Path(_OUTPUT.value)
    category = predict.task.category
    written = outputs.Outputs(
        _OUTPUT_FORMATS.value,
        pathlib.Path(_IMAGES.value),
        output,
        predict.task,
        _IMAGE_URL_PREFIX.value,
    )
    written.check(jobs)
    with locks.directory(output), run.open_journal(output, predict) as journal:
        _label(jobs, predict, journal, runner)
        labeled = run.Labeled(journal, jobs, bounds)
        for path in written.write(labeled):
            logging.info("Wrote %s", path)
        if _REVIEW_COUNT.value:
            ranked = review_page.rank(labeled.outcomes(), _REVIEW_COUNT.value)
            page = review_page.render(ranked, category, f"Masks of {output}")
            atomic.write_text(output / "review.html", page)
            logging.info("Look at %s", output / "review.html")
        return run.count(labeled)


def _label(jobs, predict, journal, runner):
    if runner is None:
        from kp2part.labeling import run

        run.label(jobs, predict, journal)
        return
    from kp2part.labeling import beam_run  # Needs an extra.

    address = _URL.value or _SAVED_MODEL.value
    beam_run.label(jobs, predict, address, journal, runner)


if __name__ == "__main__":
    cli.run(main, required=("images", "keypoints"))
