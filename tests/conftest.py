"""What pytest needs for absl's test cases, and which of them come first."""

from absl import flags

flags.FLAGS.mark_as_parsed()


def pytest_collection_modifyitems(items):
    # By far the longest first: else one of two workers waits for it at the end.
    items.sort(key=lambda item: item.path.name != "commands_test.py")
