"""Encodings that files of several tools share."""
