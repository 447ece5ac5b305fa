"""Annotation files of other tools, as plain dataclasses. No TensorFlow."""
