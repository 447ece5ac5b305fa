"""Pictures of examples and charts of runs."""
