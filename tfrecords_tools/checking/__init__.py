"""Reads records back, checks and draws them."""
