r"""Computes and stores the priors of RefineNet beside the records.

    python -m tfrecords_tools.priors --tfrecords=data/quadruped \
        --dry_run --picture=priors.png
    python -m tfrecords_tools.priors --tfrecords=data/quadruped

The prior of a record: the parts of the training objects with the most similar
poses, never those of the object itself, morphed onto its pose. kp2part.train
computes priors if --network needs them; this program computes them in advance,
or shows them: --picture draws neighbors, morphed parts and priors of some
objects, and with --dry_run nothing else is written.

Takes the flags of kp2part.train that select the training examples
(--train_split, --fold, --classes, ...), and --nn_missing. Uses all cores. Run
the same command again to resume an interrupted build.
"""

from absl import flags
from absl import logging

from kp2part.data import selection as selection_lib
from kp2part.system import cli
from kp2part.system import settings_flags
from kp2part.training import config

settings_flags.define(selection_lib.Selection, __name__)

_NN_MISSING = settings_flags.define_one(config.Network, "nn_missing", __name__)
_SEED = settings_flags.define_one(config.Loop, "seed", __name__)
_PICTURE = flags.DEFINE_string("picture", None, "Picture to draw, .png.")
_DRY_RUN = cli.define_dry_run(__name__, "Only count the known poses.")
_NUM_EXAMPLES = flags.DEFINE_integer(
    "num_examples", 8, "Objects in the picture.", lower_bound=1
)


def main(argv):
    """Stores priors, draws some, or both."""
    del argv
    if _PICTURE.value and not _PICTURE.value.endswith(".png"):
        raise ValueError(
            f"`picture` must end in .png. Received: picture={_PICTURE.value}"
        )
    selection = settings_flags.read(selection_lib.Selection)
    from kp2part.data import manifest as manifest_lib
    from kp2part.pose_priors import pose_library
    from kp2part.pose_priors import priors
    from kp2part.training import splits
    from tfrecords_tools.checking import prior_picture

    manifest = manifest_lib.load(selection.tfrecords)
    chosen = splits.choose(selection, manifest, _SEED.value)
    splits.check(chosen)
    strict = _NN_MISSING.value == "strict"
    library = pose_library.collect(chosen.training, strict)
    if _PICTURE.value:
        prior_picture.write(
            _PICTURE.value, library, chosen, _NUM_EXAMPLES.value
        )
        logging.info("Wrote %s", _PICTURE.value)
    if _DRY_RUN.value:
        logging.info("%d poses known; nothing stored.", len(library))
        return
    sets = chosen.training.splits, chosen.validation.splits
    names = tuple(dict.fromkeys(name for names in sets for name in names))
    directory = priors.build(library.to_bytes(), manifest, names)
    logging.info("%d poses known; priors in %s", len(library), directory)


if __name__ == "__main__":
    cli.run(main, required=("tfrecords",))
