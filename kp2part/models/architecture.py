"""The sizes of a network, chosen once and given to every builder."""

import dataclasses

from kp2part.system import settings

# In `networks.BUILDERS`.
NETWORKS = (
    "kp2part",
    "pose_to_part",
    "ternausnet",
    "early_fusion",
    "refinenet",
    "nearest_neighbor",
)
# In `encoders.backbones`.
ENCODERS = (
    "vgg16",
    "squeezenet",
    "efficientnet_lite0",
    "convnext_tiny",
    "efficientnetv2_b0",
    "mobilenetv3_large",
)
NORMALIZATIONS = ("batch", "group", "none")
REFINE_HEADS = ("fair", "fidelity")


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The sizes of a network. The defaults are the paper's.

    A network uses what it has: `pose_to_part` has no encoder. For the
    attributes see the help of each field.
    """

    encoder: str = settings.field(
        "vgg16",
        "Image encoder: vgg16; efficientnet_lite0 or squeezenet for a CPU; or "
        "one of keras.applications.",
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
        "Channels of Pose-to-Part after each of its 5 halvings.",
        minimum=1,
        maximum=8192,
    )
    normalization: str = settings.field(
        "batch",
        "Normalization of Pose-to-Part, and of the skips of all encoders but "
        "vgg16.",
        choices=NORMALIZATIONS,
    )
    output_stride: int = settings.field(
        1,
        "Finest grid of the decoders: 1 as in the paper; 2 or 4 halves it once "
        "or twice and enlarges the logits, for much less work at little loss.",
        choices=(1, 2, 4),
    )
    refine_head: str = settings.field(
        "fair",
        "Head of refinenet: a logit for each part, as all other networks have "
        "it (fair), or one gray level for each part, as its authors have it "
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
