"""SLEAP."""
