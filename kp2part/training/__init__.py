"""From settings and records to a trained network."""
