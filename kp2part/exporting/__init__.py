"""Exports networks with all pre- and postprocessing as SavedModels."""
