r"""Which photo a file name in an annotation file means.

Tools write names with folders of their own, with `\`, in percent code, with
eight digits in front (Label Studio), or with an accent as two characters. A
photo's id is its path below the folder of photos without the suffix,
"dogs/frame_0001".
"""

from collections.abc import Collection
from collections.abc import Iterator
import re
import unicodedata
import urllib.parse

from kp2part.formats.names import identity

_SUFFIX = re.compile(r"\.(jpe?g|png|bmp|gif|tiff?|webp)$", re.IGNORECASE)
_PREFIX = re.compile(r"[0-9a-f]{8}-(?=.)")

Parts = tuple[str, ...]


def id_of(name: str) -> str:
    """Returns the id that a file name says by itself, see `PhotoNames`."""
    return "/".join(_parts(name))


class PhotoNames:
    """The photos that there are.

    Args:
        ids: Of the photos.
    """

    def __init__(self, ids: Collection[str]):
        self.ids = ids
        self._by_tail = {}
        self._by_folded_tail = {}
        for photo_id in ids:
            parts = _parts(photo_id, with_suffix=True)
            if not parts:
                continue
            tail = parts[-1]
            self._by_tail.setdefault(tail, []).append((photo_id, parts))
            self._by_folded_tail.setdefault(tail.casefold(), []).append(
                (photo_id, tuple(part.casefold() for part in parts))
            )

    def find(self, name: str) -> str | None:
        """Returns the id of the photo that a file name means, None if of none.

        Folders count as far as both have them. The most literal reading that
        fits a photo is taken.

        Raises:
            ValueError: It may mean several photos.
        """
        for spelling in _spellings(name):
            if not spelling:
                continue
            folded = tuple(part.casefold() for part in spelling)
            for parts, known in (
                (spelling, self._by_tail),
                (folded, self._by_folded_tail),
            ):
                if found := _best(parts, known.get(parts[-1], ())):
                    return _only(name, found)
        return None

    def nearest(self, name: str) -> list[str]:
        """Returns the ids that look most like a file name."""
        return identity.nearest(id_of(name), self.ids)


def _best(parts: Parts, known) -> list[str]:
    depths = {}
    for photo_id, of_photo in known:
        if of_photo == parts:
            return [photo_id]
        depth = min(len(parts), len(of_photo))
        if parts[-depth:] == of_photo[-depth:]:
            depths.setdefault(depth, []).append(photo_id)
    return depths[max(depths)] if depths else []


def _only(name: str, found: list[str]) -> str:
    if len(found) > 1:
        raise ValueError(
            f"{name!r} may mean several photos: {sorted(found)[:5]}. Write the "
            "folder into the name."
        )
    return found[0]


def _spellings(name: str) -> Iterator[Parts]:
    # Label Studio: /data/local-files/?d=dogs/frame_0001.jpg
    names = [name, name.rpartition("?d=")[2]]
    names += [urllib.parse.unquote(text) for text in names]
    spellings = list(dict.fromkeys(_parts(text) for text in names))
    yield from spellings
    for parts in spellings:
        if parts and _PREFIX.match(parts[-1]):
            yield (*parts[:-1], _PREFIX.sub("", parts[-1], count=1))


def _parts(name: str, with_suffix: bool = False) -> Parts:
    name = unicodedata.normalize("NFC", name.strip()).replace("\\", "/")
    if not with_suffix:
        name = _SUFFIX.sub("", name)
    return tuple(part for part in name.split("/") if part not in ("", "."))
