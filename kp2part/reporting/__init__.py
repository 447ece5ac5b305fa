"""What a finished run is shown as: a page, a model card."""
