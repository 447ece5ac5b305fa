"""Draws photos of animals, annotated in the formats of real data sets."""
