"""Image encoders and their pretrained weights."""
