"""DeepLabCut."""
