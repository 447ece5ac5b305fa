"""Categories: keypoints and parts of one kind of object, read from JSON.

To add an animal, people or chairs, write a JSON file (`categories/horse.json`
is a good template) and pass its path as `--category`.
"""

from collections.abc import Mapping
import dataclasses
import itertools
import json
import pathlib
import re
from typing import Any

from kp2part.schema import rig as rig_lib
from kp2part.schema import sides
from kp2part.system import json_file

DIRECTORY = pathlib.Path(__file__).parents[1] / "categories"
_COLOR = re.compile("#[0-9a-fA-F]{6}")


@dataclasses.dataclass(frozen=True)
class Category:
    """Names and left-right structure of one kind of object.

    Attributes:
        name: Its name in programs and records, e.g. "quadruped".
        classes: Names of its classes in annotation files.
        keypoints: K names; a mirrored pair differs only in "left"/"right".
        parts: P part names in the order of their ids, "background" first, each
            with the annotated parts that it consists of (those listed under
            "background" are not segmented). Left and right as in `keypoints`.
        skeleton: Pairs of keypoint names, for drawing.
        palette: P colors "#rrggbb", in the order of `parts`.
        keypoint_aliases: For each annotation format, a mapping from its
            keypoint names to ours, where they differ.
        pieces: Pieces that move as a unit, the body first. Needed by networks
            that morph known poses.
        any_class: Class names in annotation files that may be any of `classes`,
            e.g. "animal".
    """

    name: str
    classes: tuple[str, ...]
    keypoints: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]
    skeleton: tuple[tuple[str, str], ...] = ()
    palette: tuple[str, ...] = ()
    keypoint_aliases: Mapping[str, Mapping[str, str]] = dataclasses.field(
        default_factory=dict
    )
    pieces: tuple[rig_lib.Piece, ...] = ()
    any_class: tuple[str, ...] = ()

    def __post_init__(self):
        if next(iter(self.parts), None) != "background":
            raise ValueError(
                "`parts` must start with 'background'. Received: "
                f"parts={list(self.parts)}"
            )
        if len(self.parts) > 255:
            raise ValueError(
                "`parts` must have at most 255 names, because 255 marks "
                f"ignored pixels. Received: {len(self.parts)} names"
            )
        for field in "classes", "keypoints":
            _check_names(field, getattr(self, field))
        annotated = itertools.chain.from_iterable(self.parts.values())
        _check_unique("Annotated parts in `parts`", tuple(annotated))
        sides.mirror(self.keypoints)
        sides.mirror(tuple(self.parts))
        self._check_references()
        if not self.palette:
            object.__setattr__(self, "palette", _spread(len(self.parts)))
        self._check_palette()

    def _check_references(self):
        aliases = [a.values() for a in self.keypoint_aliases.values()]
        for field, names in (
            ("skeleton", itertools.chain(*self.skeleton)),
            ("keypoint_aliases", itertools.chain(*aliases)),
            ("pieces", (k for p in self.pieces for k in p.keypoints)),
        ):
            if unknown := sorted(set(names) - set(self.keypoints)):
                raise ValueError(
                    f"`{field}` must use names of `keypoints`. "
                    f"Received: {unknown}"
                )
        if unknown := {p.part for p in self.pieces} - set(self.parts):
            raise ValueError(
                f"`pieces` must use names of `parts`. Received: "
                f"{sorted(unknown)}"
            )
        rig_lib.mirror(self.pieces)

    def _check_palette(self):
        if len(self.palette) != len(self.parts) or not all(
            _COLOR.fullmatch(c) for c in self.palette
        ):
            raise ValueError(
                f"`palette` must be {len(self.parts)} colors '#rrggbb', one "
                f"per part. Received: palette={list(self.palette)}"
            )

    @property
    def keypoint_mirror(self) -> tuple[int, ...]:
        """K ints: `keypoint_mirror[i]` is the mirror image of keypoint i."""
        return sides.mirror(self.keypoints)

    @property
    def part_mirror(self) -> tuple[int, ...]:
        """P ints: `part_mirror[i]` is the mirror image of part i."""
        return sides.mirror(tuple(self.parts))

    @property
    def skeleton_indices(self) -> tuple[tuple[int, int], ...]:
        """The edges of the skeleton as pairs of indices into `keypoints`."""
        index = self.keypoints.index
        return tuple((index(a), index(b)) for a, b in self.skeleton)

    @property
    def colors(self) -> tuple[tuple[int, int, int], ...]:
        """P colors (r, g, b), each in 0..255."""
        return tuple(
            (int(c[1:3], 16), int(c[3:5], 16), int(c[5:7], 16))
            for c in self.palette
        )

    @property
    def rig(self) -> rig_lib.Rig:
        """The pieces as arrays."""
        if not self.pieces:
            raise ValueError(
                f"Category {self.name!r} has no `pieces`, which this network "
                "needs: add them to its JSON file, as in quadruped.json."
            )
        return rig_lib.rig(self.pieces, self.keypoints, tuple(self.parts))

    def part_of(self, annotated_part: str) -> int:
        """Returns the id of the part that an annotated part belongs to.

        The names of the category's own parts are known too.
        """
        for part_id, names in enumerate(self.parts.values()):
            if annotated_part in names:
                return part_id
        if annotated_part in self.parts:
            return list(self.parts).index(annotated_part)
        raise ValueError(
            f"Category {self.name!r} has no part for the annotated part "
            f"{annotated_part!r}. Add it to the part it belongs to, or to "
            "'background' to leave it out."
        )

    def to_json(self) -> dict:
        """Returns the category as the fields of its JSON file."""
        return json.loads(json.dumps(dataclasses.asdict(self)))


def load(name_or_path: str) -> Category:
    """Returns a built-in category ("horse") or the one in a JSON file.

    Raises:
        ValueError: The category does not exist or its file is invalid; the
            message names the file and the rule.
    """
    path = pathlib.Path(name_or_path)
    if path.suffix != ".json":
        path = DIRECTORY / f"{name_or_path}.json"
    if not path.is_file():
        known = sorted(p.stem for p in DIRECTORY.glob("*.json"))
        raise ValueError(
            f"`category` must be the path of a .json file or one of {known}. "
            f"Received: category={name_or_path!r}"
        )
    return from_json(json_file.read(path), str(path))


def newest(category: Category) -> Category:
    """Returns the built-in category that a category is an earlier version of.

    It has the names of more annotation formats. If there is none with the same
    name, keypoints and parts, the category itself.
    """
    path = DIRECTORY / f"{category.name}.json"
    if not path.is_file():
        return category
    known = load(category.name)
    same = (
        known.keypoints == category.keypoints
        and list(known.parts) == list(category.parts)
        and known.classes == category.classes
    )
    return known if same else category


def from_json(fields: dict, source: str) -> Category:
    """Returns the category with the fields of a JSON file.

    Args:
        fields: As in `categories/*.json`.
        source: Where the fields come from, for error messages.
    """
    fields = renamed(fields)
    category = json_file.convert(fields, Category, source)
    json_file.check_known(fields, Category, source)
    for i, piece in enumerate(fields.get("pieces", ())):
        json_file.check_known(piece, rig_lib.Piece, f"{source}: `pieces[{i}]`")
    return category


def renamed(fields: Any) -> Any:
    """Returns the fields of a category under their current names.

    In models and records of earlier versions, the `axes` of pieces are `bones`.
    """
    try:
        pieces = [
            {"axes" if k == "bones" else k: v for k, v in piece.items()}
            for piece in fields.get("pieces", ())
        ]
        return {**fields, "pieces": pieces}
    except (AttributeError, TypeError):
        return fields  # Invalid: `json_file.convert` reports it.


def _check_names(field: str, names: tuple[str, ...]):
    if not names or not all(isinstance(n, str) and n for n in names):
        raise ValueError(
            f"`{field}` must be a list of names. Received: {list(names)}"
        )
    _check_unique(f"Names in `{field}`", names)


def _check_unique(what: str, names: tuple[str, ...]):
    if duplicates := sorted({n for n in names if names.count(n) > 1}):
        raise ValueError(f"{what} must be unique. Duplicates: {duplicates}")


def _spread(count: int) -> tuple[str, ...]:
    # Multiples of a large odd number modulo 2^24: all colors differ clearly.
    steps = [(i * 0x9E3779 + 0x40C0FF) % 0x1000000 for i in range(1, count)]
    return ("#000000", *(f"#{step:06x}" for step in steps))
