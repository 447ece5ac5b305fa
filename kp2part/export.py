r"""Exports a trained network as a SavedModel for TensorFlow Serving.

    python -m kp2part.export --model=runs/quadruped/model.keras \
        --output=saved_models/quadruped

Writes saved_models/quadruped/<next free version>/ with the signatures
  serving_default  image_bytes, keypoints -> mask_bytes, area, confidence, box
  masks_of_boxes   image_bytes, keypoints, box -> the same
  probabilities    image_bytes, keypoints, box -> probabilities, box
  crops            image, keypoints, box -> probabilities
  tensors          image, heatmaps -> pseudo_parts, parts
  metadata         key -> json_bytes
image_bytes are JPEG or PNG files; keypoints [N, K, 3] and box [N, 4] are in
pixels of these photos. mask_bytes are PNG files of the same sizes, whose gray
levels are part ids. area [N, P] is in pixels, confidence [N, P] is the mean
probability of each part. With --calibration, the first four also return quality
[N], the mean IoU to expect. The task, which names the keypoints and parts, is
the value of the metadata key "task" and is stored in assets.extra/kp2part.json.

assets.extra/tf_serving_warmup_requests has a small request for each signature.
A server replays them and rejects a version that fails. Server-side batching
suits only `tensors`: one bad photo fails all requests of its batch, and photos
of different sizes cannot be batched.

The numbered version appears once it is complete and its outputs, computed in a
process without kp2part, match the network's (--noverify skips this check).
"""

from absl import flags
from absl import logging

from kp2part.system import cli

_MODEL = flags.DEFINE_string(
    "model",
    None,
    "Network: a .keras file of kp2part.train, or a directory written by "
    "kp2part.export.",
)
_OUTPUT = flags.DEFINE_string(
    "output", None, "Directory of the versions, e.g. saved_models/quadruped."
)
_VERSION = flags.DEFINE_integer(
    "version", None, "Number of the version; by default the next free one.",
    lower_bound=1,
)  # fmt: skip
_FLIP_AVERAGE = flags.DEFINE_bool(
    "flip_average",
    False,
    "Average the predictions for each object and its mirror image: slightly "
    "better masks (see --flip_average of kp2part.evaluate) at twice the cost.",
)
_CALIBRATION = flags.DEFINE_string(
    "calibration",
    None,
    "calibration.json of kp2part.calibrate: the model then tells the quality "
    "of each mask, the mean IoU to expect.",
)
_VERIFY = flags.DEFINE_bool(
    "verify",
    True,
    "Before the version appears, compare its outputs, computed in a process "
    "that cannot import kp2part, with the network's.",
)


def main(argv):
    del argv
    from kp2part.exporting import export_check
    from kp2part.exporting import saved_model
    from kp2part.models import mask_quality
    from kp2part.models import mirrored
    from kp2part.models import model_file

    model, _ = model_file.load(_MODEL.value)
    if _FLIP_AVERAGE.value:
        model = mirrored.average(model)
    check = export_check.verify if _VERIFY.value else None
    calibration = None
    if _CALIBRATION.value:
        calibration = mask_quality.load(_CALIBRATION.value)
    path = saved_model.export(
        model, _OUTPUT.value, _VERSION.value, check, calibration
    )
    logging.info("Exported %s", path)


if __name__ == "__main__":
    cli.run(main, required=("model", "output"))
