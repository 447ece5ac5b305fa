"""Pascal-Part's names of the parts of quadrupeds, and their nesting.

As in the originals, masks overlap: eyes, ears, muzzle and nose lie in the head,
the neck in the torso, paws and hooves in their legs.
"""

from collections.abc import Mapping

import numpy as np

MIN_PIXELS = 3  # Parts with fewer visible pixels are not annotated.

_FACE = ("leye", "reye", "lear", "rear")
_TRUNK = ("torso", "neck")
_LEG_CODES = ("lf", "rf", "lb", "rb")
_NOSED = ("cat", "dog")  # The nose has a mask.
_PAWED = ("cat", "dog")  # Legs are not divided.
_HORNED = ("cow", "sheep")

# The part names of each class, in Pascal-Part's order.
NAMES = {
    "cat": (*("head", *_FACE, "nose"), *_TRUNK,
            *(f"{c}{p}" for c in _LEG_CODES for p in ("leg", "pa")), "tail"),
    "dog": (*("head", *_FACE, "nose"), *_TRUNK,
            *(f"{c}{p}" for c in _LEG_CODES for p in ("leg", "pa")), "tail",
            "muzzle"),
    "cow": ("head", *_FACE, "muzzle", "lhorn", "rhorn", *_TRUNK,
            *(f"{c}{p}" for c in _LEG_CODES for p in ("uleg", "lleg")),
            "tail"),
    "horse": ("head", *_FACE, "muzzle", *_TRUNK,
              *(f"{c}{p}" for c in _LEG_CODES for p in ("uleg", "lleg")),
              "tail", *(f"{c}ho" for c in _LEG_CODES)),
}  # fmt: skip
NAMES["sheep"] = NAMES["cow"]


def overlapping(
    class_name: str, parts: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Returns masks, bool [H, W], under a class's official names.

    Args:
        class_name: E.g. "cat"; classes other than quadrupeds have no parts.
        parts: Masks that do not overlap, as in `scenes.SceneObject`.
    """
    masks = {}
    for name in NAMES.get(class_name, ()):
        seen = [parts[p] for p in _pieces(class_name, name) if p in parts]
        mask = np.any(seen, axis=0) if seen else np.zeros((1, 1), bool)
        if mask.sum() >= MIN_PIXELS:
            masks[name] = mask
    return masks


def _pieces(class_name, name):
    """Returns the drawn parts that make up an official part."""
    if name == "head":
        return ("head", *_FACE, "muzzle", "nose")
    if name == "torso":
        return _TRUNK
    if name == "muzzle":
        return ("muzzle", "nose")
    code, kind = name[:2], name[2:]
    pieces = {
        "leg": (f"{code}uleg", f"{code}lleg", f"{code}foot"),
        "lleg": (f"{code}lleg", f"{code}foot"),
        "pa": (f"{code}foot",),
        "ho": (f"{code}foot",),
    }
    return pieces.get(kind, (name,)) if code in _LEG_CODES else (name,)
