"""Left and right in names: what a name becomes in a mirror."""

from collections.abc import Sequence

_OTHER = {"left": "right", "right": "left"}


def mirror_name(name: str) -> str:
    """Returns `name` with each word "left" and "right" exchanged."""
    return "_".join(_OTHER.get(word, word) for word in name.split("_"))


def mirror(names: Sequence[str]) -> tuple[int, ...]:
    """Returns what each of `names` becomes in a mirror, as an index.

    Raises:
        ValueError: A left without its right.
    """
    mirrored = [mirror_name(name) for name in names]
    if unpaired := sorted(set(mirrored) - set(names)):
        raise ValueError(f"Every left needs its right. Missing: {unpaired}")
    return tuple(names.index(name) for name in mirrored)
