"""Annotation files of other tools, from and to plain dataclasses. No TensorFlow."""
