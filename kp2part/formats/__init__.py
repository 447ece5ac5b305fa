"""Reads annotation files of other tools into dataclasses. No TensorFlow."""
