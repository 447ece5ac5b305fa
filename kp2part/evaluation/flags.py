"""Flags of the programs that look at a network's predictions on records."""

from absl import flags

from kp2part.evaluation import labels

MODEL = flags.DEFINE_string(
    "model",
    None,
    "Network: a .keras file of kp2part.train, or a directory written by "
    "kp2part.export.",
)
TFRECORDS = flags.DEFINE_string(
    "tfrecords", None, "Directory written by tfrecords_tools.build."
)
SPLIT = flags.DEFINE_string(
    "split",
    None,
    "Split to use. By default val; where the records have none, the photos "
    "that the network was not trained on.",
)
LABELS = flags.DEFINE_enum(
    "labels",
    "pseudo",
    list(labels.KINDS),
    "Whether the masks of the records were drawn by hand (true) or generated "
    "by a rule (pseudo). Only affects how they are named in the results.",
)
