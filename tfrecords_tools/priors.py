r"""Computes and stores the priors of RefineNet beside the records.

    python -m tfrecords_tools.priors --flagfile=configs/lite_quadruped.flags \
        --tfrecords=data/quadruped --dry_run=priors.png
    python -m tfrecords_tools.priors --flagfile=configs/lite_quadruped.flags \
        --tfrecords=data/quadruped

For every record: the training objects of the most similar poses, never the
object itself, their parts morphed onto its pose. kp2part.train does the same
where --network needs it; this does it before, or shows it: --dry_run draws
neighbors, morphed parts and priors of some objects and stores nothing.

Takes the flags of kp2part.train, of which it heeds those that say what is
learned from (--train_split, --fold, --classes, ...) and --nn_missing. Uses all
cores; a build that was stopped goes on.
"""

import pathlib

from absl import flags
from absl import logging

from kp2part.data import manifest as manifest_lib
from kp2part.pose_priors import pose_library
from kp2part.pose_priors import priors
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.training import flags as flags_lib
from kp2part.training import splits as splits_lib
from kp2part.visualization import pictures
from tfrecords_tools.checking import prior_picture

flags.adopt_module_key_flags(flags_lib)

_DRY_RUN = flags.DEFINE_string(
    "dry_run", None, "Draw this picture, .png, and store nothing."
)
_NUM_EXAMPLES = flags.DEFINE_integer(
    "num_examples", 8, "Objects in the picture.", lower_bound=1
)


def main(argv):
    """Stores or draws the priors that the flags ask for."""
    del argv
    logging.set_verbosity(logging.INFO)
    if _DRY_RUN.value and not _DRY_RUN.value.endswith(".png"):
        raise ValueError(
            f"`dry_run` must end in .png. Received: dry_run={_DRY_RUN.value}"
        )
    manifest = manifest_lib.load(flags.FLAGS.tfrecords)
    flags.FLAGS.workdir = str(pathlib.Path(manifest.directory, "priors"))
    config = flags_lib.from_flags()
    training, validation = splits_lib.choose(config, manifest)
    library = pose_library.collect(training, config.nn_missing == "strict")
    if _DRY_RUN.value:
        sheet = prior_picture.draw(
            library, training, validation, _NUM_EXAMPLES.value
        )
        atomic.write_bytes(_DRY_RUN.value, pictures.encode_png(sheet))
        logging.info("Wrote %s", _DRY_RUN.value)
        return
    splits = tuple(dict.fromkeys((*training.splits, *validation.splits)))
    directory = priors.build(library.to_bytes(), manifest, splits)
    logging.info("%d poses known; priors in %s", len(library), directory)


if __name__ == "__main__":
    cli.run(main, required=("tfrecords",))
