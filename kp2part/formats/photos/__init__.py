"""The photos that files mean."""
