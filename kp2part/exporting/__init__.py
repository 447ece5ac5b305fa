"""A network and everything around it as a SavedModel, published whole."""
