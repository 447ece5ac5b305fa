"""How hard the drawn animals are: every knob, in one place.

A network that sees only the keypoints must guess what they do not tell (girth,
fur, tails); one that sees only the pixels must guess which fur belongs to the
animal (neighbors, lookalikes). Raise the first group of numbers to make the
keypoints worth less, the second to make the pixels worth less.
"""

# Body: what the keypoints do not tell. Each is the standard deviation of the
# logarithm of a factor that is drawn once per animal.
GIRTH_SPREAD = 0.1  # Radius of the trunk.
LEG_SPREAD = 0.12  # Thickness of all four legs.
HEAD_SPREAD = 0.08  # Size of skull and muzzle.
NECK_SPREAD = 0.13  # Thickness of the neck.
EAR_SPREAD = 0.18  # Length of the ears.
TAIL_LENGTH_SPREAD = 0.16
TAIL_THICKNESS_SPREAD = 0.13
TAIL_TURN = 15.0  # Degrees, spread of raise and of curl of a tail.

# Keypoints as annotators give them.
KEYPOINT_NOISE = (0.4, 1.0)  # Pixels, range of the standard deviation.
KEYPOINT_MISSING = (0.0, 0.04)  # Range of the share left out at random.

# Scene: what the pixels do not tell.
NEIGHBOR_SHARE = 0.22  # Photos with another animal close to the first.
SAME_FUR_SHARE = 0.8  # Neighbors that wear the fur of the first animal.
OVERLAPPING_SHARE = 0.03  # Photos with an animal that overlaps the first.
FAR_SHARE = 0.22  # Photos with a far, tiny animal.
LOOKALIKE_COUNTS = (0.60, 0.32, 0.08, 0.0)  # Chances of 0, 1, 2, 3 of them.
LOOKALIKE_IN_FRONT = 0.05  # Of them, share that covers the animal.
OCCLUDER_SHARE = 0.02  # Photos with a bush, rock or fence in front.
CAMOUFLAGE_SHARE = 0.01  # Photos whose background may have the fur's color.
TRUNCATED_SHARE = 0.02  # Photos that cut off a piece of the first animal.
TINTED_HEAD_SHARE = 0.7  # Animals whose head is not of the trunk's color.
SEAM_SOFTNESS = 0.004  # Blur of shading across parts, as a share of the height.
CHAIR_SHARE = 0.06  # Photos with an annotated object that has no parts.

# Views: how far an animal turns from being seen from its side, in degrees.
SIDE_VIEW_SHARE = 0.95  # Of the animals, seen nearly from the side.
SIDE_VIEW_SPREAD = 12.0
OTHER_VIEW_SPREAD = 35.0
