"""All parameters that decide how hard the drawn photos are.

A network with only the keypoints as input must guess what they do not reveal
(girth, fur, tails); one with only the pixels must guess which fur belongs to
the animal (neighbors, lookalikes). Increase the first group of numbers to make
keypoints less informative, the second to make pixels less informative.
"""

# Body: what the keypoints do not reveal. Each is the standard deviation of the
# logarithm of a factor that is drawn once per animal.
GIRTH_SPREAD = 0.1  # Radius of the trunk.
LEG_SPREAD = 0.12  # Thickness of all four legs.
HEAD_SPREAD = 0.08  # Size of skull and muzzle.
NECK_SPREAD = 0.13  # Thickness of the neck.
EAR_SPREAD = 0.18  # Length of the ears.
TAIL_LENGTH_SPREAD = 0.16
TAIL_THICKNESS_SPREAD = 0.13
TAIL_TURN = 15.0  # Scale in degrees of the spread of a tail's raise and curl.

# Annotation errors of keypoints.
KEYPOINT_NOISE = (0.4, 1.0)  # Pixels, range of the standard deviation.
KEYPOINT_MISSING = (0.0, 0.04)  # Range of the fraction left out at random.

# Scene: what the pixels do not reveal.
NEIGHBOR_FRACTION = 0.22  # Photos with another animal close to the first.
SAME_FUR_FRACTION = 0.8  # Neighbors with the fur of the first animal.
OVERLAPPING_FRACTION = 0.03  # Photos with an animal that overlaps the first.
FAR_FRACTION = 0.22  # Photos with a tiny animal in the distance.
LOOKALIKE_COUNTS = (0.60, 0.32, 0.08, 0.0)  # Probabilities of 0, 1, 2 and 3.
LOOKALIKE_IN_FRONT = 0.05  # Fraction of the lookalikes that cover the animal.
OCCLUDER_FRACTION = 0.02  # Photos with a bush, rock or fence in front.
CAMOUFLAGE_FRACTION = 0.01  # Photos whose background may have the fur's color.
TRUNCATED_FRACTION = 0.02  # Photos that cut off a piece of the first animal.
TINTED_HEAD_FRACTION = 0.7  # Animals whose head differs in color.
SEAM_SOFTNESS = 0.004  # Blur of shading across parts, relative to the height.
CHAIR_FRACTION = 0.06  # Photos with an annotated object that has no parts.

# Views: the angle from a side view; spreads are standard deviations in degrees.
SIDE_VIEW_FRACTION = 0.95  # Animals seen nearly from the side.
SIDE_VIEW_SPREAD = 12.0
OTHER_VIEW_SPREAD = 35.0
