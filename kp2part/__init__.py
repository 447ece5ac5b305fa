"""Keypoint-guided object part segmentation."""

__version__ = "0.1.0"
