"""Labeled photos, as the writers take them."""
