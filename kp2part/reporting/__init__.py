"""Reports on a finished run: an HTML page, a model card."""
