"""TensorFlow Serving's responses, and a program that tests other servers."""
