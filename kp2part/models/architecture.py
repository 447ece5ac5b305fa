"""The sizes of a network, chosen once and given to every builder."""

import dataclasses

REFINE_HEADS = ("fair", "fidelity")


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The sizes of a network. The defaults are the paper's.

    A network uses what it has: `pose_to_part` has no encoder.

    Attributes:
        encoder: Name of the image encoder, see `backbones.NAMES`.
        num_filters: Channels of the last decoder block; the others have
            multiples of it (UNet16 of Shvets et al., 2018: 32).
        pose_widths: Channels of Pose-to-Part after each of its 5 halvings.
        normalization: Of Pose-to-Part, and of the skips of all encoders but
            VGG-16: "batch", "group" or "none".
        output_stride: Finest grid of the decoders: 1 as in the paper, 2 or 4
            halves it once or twice and enlarges the logits. Most of the cost is
            at full resolution, little of the answer.
        refine_head: Of RefineNet: "fidelity" answers with one gray level per
            part, as Fang et al. do; "fair" with a logit for each part, as all
            other networks do.
    """

    encoder: str = "vgg16"
    num_filters: int = 32
    pose_widths: tuple[int, ...] = (64, 128, 256, 512, 512)
    normalization: str = "batch"
    output_stride: int = 1
    refine_head: str = "fair"

    def __post_init__(self):
        if self.num_filters < 1:
            raise ValueError(
                "`num_filters` must be at least 1. Received: "
                f"num_filters={self.num_filters}"
            )
        if len(self.pose_widths) != 5 or min(self.pose_widths) < 1:
            raise ValueError(
                "`pose_widths` must be 5 positive numbers of channels. "
                f"Received: pose_widths={self.pose_widths}"
            )
        if self.refine_head not in REFINE_HEADS:
            raise ValueError(
                f"`refine_head` must be one of {REFINE_HEADS}. Received: "
                f"refine_head={self.refine_head!r}"
            )
        if self.output_stride not in (1, 2, 4):
            raise ValueError(
                "`output_stride` must be 1, 2 or 4. Received: "
                f"output_stride={self.output_stride}"
            )
