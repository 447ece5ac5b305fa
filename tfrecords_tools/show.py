"""Draws a contact sheet of examples, to inspect records before training.

    python -m tfrecords_tools.show --tfrecords=/data/quadruped \\
        --output=sheet.png

Each example is shown twice: with its keypoints (left ones blue, right ones
orange) and with its parts in the category's colors.
"""

from absl import flags

from kp2part.system import cli

_TFRECORDS = flags.DEFINE_string(
    "tfrecords", None, "Directory written by tfrecords_tools.build."
)
_OUTPUT = flags.DEFINE_string("output", None, "Picture to write, .png.")
_SPLIT = flags.DEFINE_string(
    "split", None, "Split to draw from, e.g. val; by default all."
)
_NUM_EXAMPLES = flags.DEFINE_integer(
    "num_examples", 24, "Number of examples; chosen at random.", 1
)
_COLUMNS = flags.DEFINE_integer("columns", 4, "Examples side by side.", 1)
_SEED = flags.DEFINE_integer("seed", 0, "Seed of the choice of examples.")


def main(argv):
    """Writes the contact sheet."""
    del argv
    if not _OUTPUT.value.endswith(".png"):
        raise ValueError(
            f"`output` must end in .png. Received: output={_OUTPUT.value}"
        )
    from kp2part.data import manifest as manifest_lib
    from kp2part.system import atomic
    from kp2part.visualization import pictures
    from tfrecords_tools.checking import contact_sheet

    manifest = manifest_lib.load(_TFRECORDS.value)
    splits = [_SPLIT.value] if _SPLIT.value else list(manifest.splits)
    examples = contact_sheet.choose(
        manifest, splits, _NUM_EXAMPLES.value, _SEED.value
    )
    sheet = contact_sheet.draw(examples, manifest.category, _COLUMNS.value)
    atomic.write_bytes(_OUTPUT.value, pictures.encode_png(sheet))
    print(f"{_OUTPUT.value}: {len(examples)} examples")  # noqa: T201


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "output"))
