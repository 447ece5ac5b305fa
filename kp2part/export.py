r"""Exports a trained network as a SavedModel for TensorFlow Serving.

    python -m kp2part.export --model=runs/quadruped/model.keras \
        --output=saved_models/quadruped

Writes saved_models/quadruped/<next free version>/ with the signatures
  serving_default  image_bytes, keypoints -> mask_bytes, box
  masks_of_boxes   image_bytes, keypoints, box -> mask_bytes, box
  probabilities    image_bytes, keypoints, box -> probabilities, box
  tensors          image, heatmaps -> pseudo_parts, parts
image_bytes are JPEG or PNG files, keypoints [N, K, 3] and box [N, 4] are in
pixels of those, and mask_bytes PNG files of the same sizes whose grey levels
are part ids. assets.extra/kp2part.json names keypoints and parts.
"""

from absl import flags
from absl import logging

from kp2part import cli
from kp2part import model_file
from kp2part import saved_model
from kp2part.models import mirrored

_MODEL = flags.DEFINE_string(
    "model", None, "A network, .keras, as kp2part.train saves it."
)
_OUTPUT = flags.DEFINE_string(
    "output", None, "Directory of the versions, e.g. saved_models/quadruped."
)
_VERSION = flags.DEFINE_integer(
    "version", None, "Number of the version. By default the next free one.",
    lower_bound=1,
)  # fmt: skip
_FLIP_AVERAGE = flags.DEFINE_bool(
    "flip_average",
    False,
    "Average the answers to each object and its mirror image: a little better "
    "masks (see --flip_average of kp2part.evaluate), twice the work.",
)


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    model, _ = model_file.load(_MODEL.value)
    if _FLIP_AVERAGE.value:
        model = mirrored.average(model)
    path = saved_model.export(model, _OUTPUT.value, _VERSION.value)
    logging.info("Exported %s", path)


if __name__ == "__main__":
    cli.run(main, required=("model", "output"))
