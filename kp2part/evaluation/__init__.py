"""Predictions of a network on examples, and their scores."""
