"""COCO and Animal-Pose."""
