"""What TensorFlow Serving answers, and a program that asks another server."""
