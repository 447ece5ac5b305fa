"""The sizes of a network, passed to every builder."""

import dataclasses

from kp2part.system import settings

# The keys of `networks.BUILDERS`.
NETWORKS = (
    "kp2part",
    "pose_to_part",
    "ternausnet",
    "early_fusion",
    "refinenet",
    "nearest_neighbor",
)
# The same as `encoders.backbones.NAMES`.
ENCODERS = (
    "vgg16",
    "squeezenet",
    "efficientnet_lite0",
    "efficientnet_lite1",
    "efficientnet_lite2",
    "convnext_tiny",
    "efficientnetv2_b0",
    "mobilenetv3_large",
)
NORMALIZATIONS = ("batch", "group", "none")
REFINE_HEADS = ("fair", "fidelity")


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The sizes of a network. The defaults are the paper's.

    A network ignores what it does not have: `pose_to_part` has no encoder. The
    help of each field describes it.
    """

    encoder: str = settings.field(
        "vgg16",
        "Image encoder: vgg16, efficientnet_lite0 to 2 or squeezenet (fast "
        "on a CPU), or one from keras.applications.",
        choices=ENCODERS,
    )
    num_filters: int = settings.field(
        32,
        "Channels of the last decoder block; the others have multiples of it "
        "(UNet16 of Shvets et al., 2018: 32).",
        minimum=1,
        maximum=1024,
    )
    pose_widths: tuple[int, ...] = settings.field(
        (64, 128, 256, 512, 512),
        "Channels of Pose-to-Part at each of its 5 downsampling steps.",
        minimum=1,
        maximum=8192,
    )
    normalization: str = settings.field(
        "batch",
        "Normalization in Pose-to-Part, and of the skips of all encoders but "
        "vgg16.",
        choices=NORMALIZATIONS,
    )
    output_stride: int = settings.field(
        1,
        "Output stride of the decoders: 1 as in the paper; 2 or 4 predicts at "
        "lower resolution and upsamples the logits, which is much faster and "
        "slightly less accurate.",
        choices=(1, 2, 4),
    )
    refine_head: str = settings.field(
        "fair",
        "Head of refinenet: a logit for each part, as in all other networks "
        "(fair), or one gray level for each part, as in the original "
        "(fidelity).",
        choices=REFINE_HEADS,
    )

    def __post_init__(self):
        settings.check(self)
        if len(self.pose_widths) != 5:
            raise ValueError(
                "`pose_widths` must be 5 numbers of channels. "
                f"Received: pose_widths={settings.to_text(self.pose_widths)}"
            )
