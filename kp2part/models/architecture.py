"""The sizes of a network, chosen once and given to every builder."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Architecture:
    """The sizes of a network. The defaults are the paper's.

    A network uses what it has: `pose_to_part` has no encoder.

    Attributes:
        encoder: Name of the image encoder, see `encoders.ENCODERS`.
        num_filters: Channels of the last decoder block; the others have
            multiples of it (UNet16 of Shvets et al., 2018: 32).
        pose_widths: Channels of Pose-to-Part after each of its 5 halvings.
        normalization: Of Pose-to-Part, and of the skips of SqueezeNet: "batch",
            "group" or "none".
    """

    encoder: str = "vgg16"
    num_filters: int = 32
    pose_widths: tuple[int, ...] = (64, 128, 256, 512, 512)
    normalization: str = "batch"

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
