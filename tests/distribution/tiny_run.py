"""The settings of a run of seconds, and how much sums may differ."""

FLAGS = dict(
    network="pose_to_part",
    pose_widths="2,2,2,2,2",
    normalization="none",
    image_size="32",
    batch_size="4",
    epochs="2",
    encoder_weights="none",
    input="memory",
    # Turned crops have pixels that are ignored, more or fewer on each device.
    rotation="20",
    scale="0.2",
    color="0.2",
    keypoint_dropout="0.1",
    dice_weight="0.5",
    # Its steps are as long as the gradient, unlike Adam's.
    optimizer="sgd",
    learning_rate="0.05",
)
# Sums of the two halves of a batch are rounded otherwise.
TOLERANCE = 1e-5
