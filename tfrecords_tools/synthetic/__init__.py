"""Draws photos of animals, with annotations in the formats of real data sets."""
