"""The project's vocabulary: names of tensors, and reserved values.

Pure Python, so that clients can import it without TensorFlow.

Pixel convention, everywhere in kp2part: points are (x, y) in pixels with the
origin at the center of the top-left pixel; boxes are (xmin, ymin, xmax, ymax)
in pixel edges, the origin at the top-left corner of that pixel, so that a box
with integer coordinates is the slice `[ymin:ymax, xmin:xmax]`. The point (0, 0)
is the center of the box (0, 0, 1, 1).
"""

# Keys of an example, on disk and in memory.
IMAGE = "image"  # uint8 [H, W, 3], RGB; on disk JPEG.
PART_MASK = "part_mask"  # uint8 [H, W], part ids; on disk PNG.
KEYPOINTS = "keypoints"  # float32 [K, 3], rows of (x, y, v).
HEATMAPS = "heatmaps"  # float32 [H, W, `num_heatmaps`], in [0, 1].
# Only for networks that use similar known poses, see `priors`.
PRIOR_MAPS = "prior_maps"  # uint8 [H, W, N], part ids; on disk PNG.
PRIOR = "prior"  # float32 [H, W, P], in [0, 1]: mean of one-hot maps.
CLASS_NAME = "class_name"  # string, e.g. "horse".
IMAGE_ID = "image_id"  # string, names the source photo.
OBJECT_INDEX = "object_index"  # int64, 0-based, in the annotation file.
BOX = "box"  # float32 [4], the crop in its photo: xmin, ymin, xmax, ymax.
SOURCE_SIZE = "source_size"  # int64 [2], (height, width) of the photo.

# Names of the networks' outputs, also of losses, metrics and signatures.
PSEUDO_PARTS = "pseudo_parts"  # float32 [B, H, W, P], logits from pose alone.
MIRROR_AGREEMENT = "mirror_agreement"  # float32 [B], in [0, 1].
PARTS = "parts"  # float32 [B, H, W, P], logits of the final parts.

QUALITY = "quality"  # float32 [B], in [0, 1]: the mean IoU to expect.

# COCO's visibility flags, the v of a keypoint.
ABSENT, OCCLUDED, VISIBLE = 0, 1, 2

IGNORE_LABEL = 255  # A pixel of `PART_MASK` without loss or score.

# Of a photo or a mask: more are refused before they are decoded.
MAX_PIXELS = 40_000_000
