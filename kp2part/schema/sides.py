"""Left and right in names of keypoints and parts."""

from collections.abc import Sequence

_OTHER = {"left": "right", "right": "left"}


def mirror_name(name: str) -> str:
    """Returns `name` with each word "left" and "right" exchanged."""
    return "_".join(_OTHER.get(word, word) for word in name.split("_"))


def mirror(names: Sequence[str]) -> tuple[int, ...]:
    """Returns the index of the mirror image of each name.

    Raises:
        ValueError: The mirror image of a name is missing.
    """
    mirrored = [mirror_name(name) for name in names]
    if unpaired := sorted(set(mirrored) - set(names)):
        raise ValueError(
            "Every left name must have a right one, and vice versa. Missing: "
            f"{unpaired}"
        )
    return tuple(names.index(name) for name in mirrored)
