"""What to do with the records of a build, as commands to copy."""

from kp2part.data import manifest as manifest_lib
from kp2part.formats.pascal import voc

_TRAIN = (
    "python -m kp2part.train --flagfile=configs/best.flags "
    "--tfrecords={tfrecords} {splits}--workdir=run"
)
_SHOW = (
    "python -m tfrecords_tools.show --tfrecords={tfrecords} --output=sheet.png"
)


def render(manifest: manifest_lib.Manifest) -> str:
    """Returns the commands that show the records and train on them."""
    splits, note = _splits(list(manifest.splits))
    fields = {"tfrecords": manifest.directory, "splits": splits}
    commands = "\n".join(f"  {c}".format(**fields) for c in (_SHOW, _TRAIN))
    return f"Next, look at some and train{note}:\n{commands}"


def _splits(names: list[str]) -> tuple[str, str]:
    if set(voc.IMAGE_SETS) <= set(names):  # What `train` uses by default.
        return "", ""
    return (
        "--fold=0 ",
        f" (there is one split, {names[0]!r}: --fold=0 validates on a fifth of "
        "the photos)",
    )
