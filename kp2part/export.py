r"""Exports a trained network: for TensorFlow Serving, or for other runtimes.

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

    python -m kp2part.export --model=runs/quadruped/model.keras \
        --format=onnx --output=quadruped.onnx

Writes one file for ONNX Runtime; --format=litert one for LiteRT (.tflite), and
--format=openvino two for OpenVINO (.xml, .bin). What they compute:
  image, keypoints -> mask, probabilities
image [N, S, S, 3] are crops, RGB in 0..255, and keypoints [N, K, 3] are in
their pixels. mask [N, S, S] has part ids; with --calibration there is quality
[N], too. The names of keypoints and parts are inside the file. It appears once
its runtime has predicted what the network does. These formats need: pip install
"kp2part[export]". kp2part.predict and kp2part.transfer take a .tflite file as
--saved_model, and then start without TensorFlow.

With --int8_tfrecords, a .tflite file has a third of the size and less than half
of the latency; masks differ a little.
"""

from absl import flags
from absl import logging

from kp2part.evaluation import prediction_flags
from kp2part.exporting import flag_rules
from kp2part.system import cli

flags.adopt_module_key_flags(prediction_flags)

_MODEL = flags.DEFINE_string(
    "model",
    None,
    "Network: a .keras file of kp2part.train, or a directory written by "
    "kp2part.export.",
)
_FORMAT = flags.DEFINE_enum(
    "format", "saved_model", ["saved_model", "onnx", "openvino", "litert"],
    "What to write.",
)  # fmt: skip
_OUTPUT = flags.DEFINE_string(
    "output",
    None,
    "Directory of the versions, e.g. saved_models/quadruped; for other formats "
    "than saved_model a file, e.g. quadruped.onnx, .xml or .tflite.",
)
_VERSION = flags.DEFINE_integer(
    "version", None, "Number of the version; by default the next free one.",
    lower_bound=1,
)  # fmt: skip
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size",
    None,
    "Number of crops that a file takes at once; by default any, for litert 1.",
    lower_bound=1,
)
_INT8_TFRECORDS = flags.DEFINE_string(
    "int8_tfrecords",
    None,
    "For --format=litert: compute in int8, with ranges chosen on 100 objects "
    "of these records (a directory written by tfrecords_tools.build).",
)
_INT8_SPLIT = flags.DEFINE_string(
    "int8_split", "train", "Split of --int8_tfrecords to take them from."
)
_CALIBRATION = flags.DEFINE_string(
    "calibration",
    None,
    "calibration.json of kp2part.calibrate, or a directory of kp2part.export "
    "with its own: the model then tells the quality of each mask, the mean IoU "
    "to expect.",
)
_VERIFY = flags.DEFINE_bool(
    "verify",
    True,
    "Before it appears, compare its outputs, computed in a process that cannot "
    "import kp2part, or by the runtime of the format, with the network's.",
)


def main(argv):
    del argv
    flag_rules.check(
        _FORMAT.value,
        _BATCH_SIZE.value,
        _VERSION.value,
        _INT8_TFRECORDS.value,
    )
    from kp2part.exporting import model_files

    if _FORMAT.value != "saved_model":
        model_files.check_request(_OUTPUT.value, _FORMAT.value)
    model = prediction_flags.load(_MODEL.value)
    write = _saved_model if _FORMAT.value == "saved_model" else _file
    logging.info("Exported %s", write(model))


def _saved_model(model):
    from kp2part.exporting import export_check
    from kp2part.exporting import saved_model

    check = export_check.verify if _VERIFY.value else None
    return saved_model.export(
        model, _OUTPUT.value, _VERSION.value, check, _calibration(model)
    )


def _file(model):
    from kp2part.exporting import int8_crops
    from kp2part.exporting import model_files
    from kp2part.exporting import serving_network

    network = serving_network.CropNetwork(model, _calibration(model))
    crops = []
    if _INT8_TFRECORDS.value:
        crops = int8_crops.read(
            _INT8_TFRECORDS.value, _INT8_SPLIT.value, network.task
        )
    model_files.export(
        network,
        _OUTPUT.value,
        _FORMAT.value,
        _BATCH_SIZE.value,
        crops,
        _VERIFY.value,
    )
    return _OUTPUT.value


def _calibration(model):
    from kp2part.exporting import calibrations

    if not _CALIBRATION.value:
        return None
    return calibrations.load(_CALIBRATION.value, model)


if __name__ == "__main__":
    cli.run(main, required=("model", "output"))
