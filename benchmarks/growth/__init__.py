"""How times grow with the work."""
