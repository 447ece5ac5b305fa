r"""Exports a trained network as a SavedModel for TensorFlow Serving.

    python -m kp2part.export --model=runs/quadruped/model.keras \
        --output=saved_models/quadruped

Writes saved_models/quadruped/<next free version>/ with the signatures
  serving_default  image_bytes, keypoints -> mask_bytes, area, confidence, box
  masks_of_boxes   image_bytes, keypoints, box -> the same
  probabilities    image_bytes, keypoints, box -> probabilities, box
  tensors          image, heatmaps -> pseudo_parts, parts
  metadata         key -> json_bytes
image_bytes are JPEG or PNG files, keypoints [N, K, 3] and box [N, 4] are in
pixels of those, and mask_bytes PNG files of the same sizes whose gray levels
are part ids. area [N, P] is in pixels, confidence [N, P] a part's mean
probability. The task, which names keypoints and parts, is what metadata answers
to the key "task", and is in assets.extra/kp2part.json.

assets.extra/tf_serving_warmup_requests has a small request for each: a server
that replays it puts no version live that cannot answer. Let a server batch
requests of `tensors` at most: it fails all requests of a batch for one bad
photo, and photos of several sizes have no batch anyway.

Before the version appears, whole and under its number, it has answered in a
process without kp2part as the network does (--noverify skips that).
"""

from absl import flags
from absl import logging

from kp2part.system import cli

_MODEL = flags.DEFINE_string(
    "model",
    None,
    "A network: the .keras file of kp2part.train, or a directory that this "
    "program has written.",
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
    "Average the predictions for each object and its mirror image: slightly "
    "better masks (see --flip_average of kp2part.evaluate), twice the work.",
)
_VERIFY = flags.DEFINE_bool(
    "verify",
    True,
    "Compare the outputs with the network's, in a process that cannot import "
    "kp2part, before the version appears.",
)


def main(argv):
    del argv
    from kp2part.exporting import export_check
    from kp2part.exporting import saved_model
    from kp2part.models import mirrored
    from kp2part.models import model_file

    model, _ = model_file.load(_MODEL.value)
    if _FLIP_AVERAGE.value:
        model = mirrored.average(model)
    check = export_check.verify if _VERIFY.value else None
    path = saved_model.export(model, _OUTPUT.value, _VERSION.value, check)
    logging.info("Exported %s", path)


if __name__ == "__main__":
    cli.run(main, required=("model", "output"))
