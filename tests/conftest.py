"""Lets absl's test cases make temporary files under pytest."""

from absl import flags

flags.FLAGS.mark_as_parsed()
