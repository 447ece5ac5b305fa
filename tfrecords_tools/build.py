"""Turns photos with part masks and keypoints into TFRecords of single objects.

    python -m tfrecords_tools.build --category=quadruped \\
        --images=VOC2010/JPEGImages --annotations=Annotations_Part \\
        --keypoints=keypoints.json --image_sets=VOC2010/ImageSets/Main \\
        --output=/data/quadruped

Masks come from Pascal-Part, from PNG files or from COCO's JSON; keypoints from
Berkeley's XML, or from JSON in the format of Animal-Pose or COCO. The files
need not list objects in the same order. Shards are written atomically,
manifest.json last. Run the same command again to resume an interrupted build.

--runner=DirectRunner builds the same shards, to the byte, as a pipeline of
Apache Beam; other runners do on many machines, which all see the paths. It
needs kp2part[beam], in an environment of its own: see the page "Label millions
of images".
"""

import functools
import pathlib

from absl import flags

from kp2part.beam import runner_flags
from kp2part.schema import category as category_lib
from kp2part.system import cli
from kp2part.system import settings_flags
from tfrecords_tools.building import inputs as inputs_lib
from tfrecords_tools.building import settings as settings_lib

settings_flags.define(inputs_lib.Inputs, __name__)
settings_flags.define(settings_lib.Settings, __name__)

_CATEGORY = flags.DEFINE_string(
    "category",
    None,
    "Category of objects: one of the package, e.g. horse or quadruped, or the "
    "path of a .json file like those in kp2part/categories.",
)
_OUTPUT = flags.DEFINE_string(
    "output", None, "Directory for the records; created if missing."
)
_DRY_RUN = cli.define_dry_run(
    __name__, "Print the number of photos in each split."
)
_NUM_WORKERS = flags.DEFINE_integer(
    "num_workers",
    None,
    "Number of processes; by default one for each core, but no more than one "
    "for each 1,000 photos, as each takes seconds to start. Does not change "
    "the result.",
    lower_bound=1,
)
runner_flags.define(__name__)


def main(argv):
    """Builds records and prints the table of objects."""
    del argv
    inputs = settings_flags.read(inputs_lib.Inputs)
    settings = settings_flags.read(
        settings_lib.Settings, category=category_lib.load(_CATEGORY.value)
    )
    paths = {
        name: str(path)
        for name, path in vars(inputs).items()
        if isinstance(path, pathlib.Path)
    }
    runner = runner_flags.read(**paths, output=_OUTPUT.value)
    from tfrecords_tools.building import plan
    from tfrecords_tools.building import selection

    # Before TensorFlow is imported, which takes seconds.
    planned = plan.make(inputs, settings)
    if _DRY_RUN.value:
        for split, photos in planned.splits.items():
            print(f"{split}: {len(photos)} photos")  # noqa: T201
        for note in planned.notes:
            print(note)  # noqa: T201
        return
    from tfrecords_tools.building import build_run
    from tfrecords_tools.building import next_steps

    manifest = build_run.run(
        planned, settings, pathlib.Path(_OUTPUT.value), _writer(runner)
    )
    print(selection.render(manifest.table))  # noqa: T201
    for split, kinds in manifest.skipped.items():
        for kind, ids in kinds.items():
            print(f"{split}: skipped {len(ids)} images: bad {kind}")  # noqa: T201
    print(f"{manifest.directory}: {manifest.num_records}")  # noqa: T201
    print(next_steps.render(manifest))  # noqa: T201


def _writer(runner):
    """Returns what writes the shards of a list of jobs."""
    if runner is not None:
        from tfrecords_tools.building import beam_runner

        return functools.partial(beam_runner.run, runner=runner)
    from tfrecords_tools.building import local_runner

    return functools.partial(local_runner.run, num_workers=_NUM_WORKERS.value)


if __name__ == "__main__":
    cli.run(
        main,
        required=("category", "images", "annotations", "keypoints", "output"),
    )
