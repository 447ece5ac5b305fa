"""Priors: parts of objects with similar poses, morphed onto a new pose."""
