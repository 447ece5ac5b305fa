"""Masks of objects and parts, whatever file they are from."""
