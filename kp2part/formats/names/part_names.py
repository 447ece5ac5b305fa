"""What parts are called in files whose parts have names of their own."""

from collections.abc import Iterator

from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.schema import category as category_lib

_OF = ":"  # "horse:head", as in PACO.


class PartNames:
    """The names of a category's parts, and of the annotated ones in them.

    Args:
        category: Whose parts.
    """

    def __init__(self, category: category_lib.Category):
        self._category = category
        self._vocabulary = vocabulary_lib.Vocabulary(category)
        self._known: dict[str, str] = {}
        for name in self.all():
            self._known.setdefault(identity.fold(name), name)

    def all(self) -> Iterator[str]:
        """Yields all names, the category's own last."""
        for names in self._category.parts.values():
            yield from names
        yield from list(self._category.parts)[1:]

    def find(self, name: str) -> str | None:
        """Returns a name that `Category.part_of` knows; None for another.

        Args:
            name: As in the file; "horse:head" is the head if horses are of the
                category.
        """
        before, _, after = name.rpartition(_OF)
        if before and self._vocabulary.class_of(before) is not None:
            name = after
        return self._known.get(identity.fold(name))

    def check(self, name: str, where: str) -> str:
        """Returns `find`.

        Args:
            name: As in the file.
            where: File and place, for messages.

        Raises:
            ValueError: The name is unknown, or means two parts.
        """
        found, parts = self.find(name), list(self._category.parts)
        if found is None:
            raise ValueError(f"{where}: {self.unknown(name)}")
        other = parts[self._category.part_of(found)]
        if found in parts and found != other:
            raise ValueError(
                f"{where}: {name!r} may be the part {found!r} of category "
                f"{self._category.name!r}, or what it lists under {other!r}."
            )
        return found

    def unknown(self, name: str) -> str:
        """Returns what to say of a name that nobody knows."""
        return (
            f"unknown part {identity.with_nearest(name, self.all())}. Category "
            f"{self._category.name!r} has no such part. Add it to the part it "
            "belongs to, or to 'background' to leave it out."
        )
