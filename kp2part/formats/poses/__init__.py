"""Keypoints of objects, whatever file they are from."""
