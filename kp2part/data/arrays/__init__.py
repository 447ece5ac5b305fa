"""Photos, crops and masks with NumPy and OpenCV: TensorFlow is not imported."""
