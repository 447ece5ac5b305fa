"""Pictures of examples, and charts of training runs and scores."""
