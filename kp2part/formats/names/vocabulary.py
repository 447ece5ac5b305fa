"""What classes and keypoints of an annotation file are called by a category."""

from collections.abc import Iterable
from collections.abc import Mapping
import pathlib
import types

from kp2part.formats.names import identity
from kp2part.schema import category as category_lib
from kp2part.system import json_file

ANY_CLASS = "*"  # An annotation that does not say which class it is of.
_HELP = (
    '--keypoint_map=FILE.json ({"theirs": "ours"}) maps them, '
    "--ignore_keypoints=a,b leaves them out."
)


class Vocabulary:
    """The names of a category, and what else stands for them.

    Args:
        category: Whose classes and keypoints to read.
        keypoint_map: Names in the file, with the category's.
        ignored: Names of keypoints in the file to leave out.

    Attributes:
        category: As given.
        seen: The names of `keypoint_map` and `ignored` that were looked up.
    """

    def __init__(
        self,
        category: category_lib.Category,
        keypoint_map: Mapping[str, str] = types.MappingProxyType({}),
        ignored: Iterable[str] = (),
    ):
        self.category = category
        self.seen = set()
        self._ignored = frozenset(ignored)
        self._mapped = dict(keypoint_map)
        self._classes = {identity.fold(c): c for c in category.classes}
        for name in (category.name, *category.any_class):
            self._classes.setdefault(identity.fold(name), ANY_CLASS)
        if both := sorted(self._ignored & self._mapped.keys()):
            raise ValueError(f"`ignore_keypoints` and the map both have {both}")
        for theirs, ours in self._mapped.items():
            if ours not in category.keypoints:
                raise ValueError(
                    f"`keypoint_map`: {theirs!r} must be one of the keypoints "
                    f"of {category.name!r}. Received: "
                    + identity.with_nearest(str(ours), category.keypoints)
                )

    def class_of(self, name: str) -> str | None:
        """Returns the category's class, `ANY_CLASS`, or None for another."""
        return self._classes.get(identity.fold(name))

    def keypoint_of(self, name: str, format_name: str) -> str | None:
        """Returns the category's keypoint, None if it is to be left out.

        Args:
            name: As in the file.
            format_name: Which of the category's `keypoint_aliases` to go by.

        Raises:
            KeyError: It is unknown, see `unknown`.
        """
        if name in self._ignored:
            self.seen.add(name)
            return None
        if name in self._mapped:
            self.seen.add(name)
            return self._mapped[name]
        aliases = self.category.keypoint_aliases.get(format_name, {})
        for known in (aliases, {k: k for k in self.category.keypoints}):
            if name in known:
                return known[name]
        folded = {identity.fold(k): k for k in self.category.keypoints}
        folded |= {identity.fold(k): v for k, v in aliases.items()}
        return folded[identity.fold(name)]

    def keypoints_of(
        self, names: Iterable[str], format_name: str, where: str
    ) -> dict[str, str | None]:
        """Returns `keypoint_of` of each name.

        Args:
            names: As in the file; each once.
            format_name: See `keypoint_of`.
            where: File and place, for messages.

        Raises:
            ValueError: A name is unknown, or two mean the same keypoint.
        """
        found, unknown, owners = {}, [], {}
        for name in names:
            try:
                ours = found[name] = self.keypoint_of(name, format_name)
            except KeyError:
                unknown.append(name)
                continue
            if ours is not None and (
                other := owners.setdefault(ours, name)
            ) != (name):
                raise ValueError(
                    f"{where}: keypoints {other!r} and {name!r} both mean "
                    f"{ours!r}."
                )
        if unknown:
            raise ValueError(f"{where}: {self.unknown(unknown)}")
        return found

    def check_known(self, names: Iterable[str], format_name: str, where: str):
        """Checks names of several objects, which may mean the same keypoint.

        Raises:
            ValueError: Some are unknown; the message has all of them.
        """
        unknown = []
        for name in names:
            try:
                self.keypoint_of(name, format_name)
            except KeyError:
                unknown.append(name)
        if unknown:
            raise ValueError(f"{where}: {self.unknown(unknown)}")

    def unknown(self, names: Iterable[str]) -> str:
        """Returns what to say of names of keypoints that nobody knows."""
        known = self.category.keypoints
        listed = ", ".join(identity.with_nearest(n, known) for n in names)
        return (
            f"unknown keypoint {listed}. Category {self.category.name!r} has "
            f"no such `keypoints`, nor `keypoint_aliases`. {_HELP}"
        )

    def unused(self) -> list[str]:
        """Returns the names in the map or ignored that no file had."""
        return sorted((self._ignored | self._mapped.keys()) - self.seen)


def unnamed_class(category: category_lib.Category) -> str:
    """Returns the class of an object if nobody says which it is of."""
    (only, *others) = category.classes
    return ANY_CLASS if others else only


def read_map(path: pathlib.Path) -> dict[str, str]:
    """Returns the map of keypoints in a JSON file, {"theirs": "ours"}."""
    return json_file.read(path, dict[str, str])
