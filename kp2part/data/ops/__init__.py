"""Preprocessing ops of `tf.data`: example -> example."""
