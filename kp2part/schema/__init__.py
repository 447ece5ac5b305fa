"""The vocabulary: names of tensors, tasks, categories, boxes. No TensorFlow."""
