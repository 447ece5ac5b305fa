"""Which photos a network has learned from: carried by the network itself."""

import base64
from collections.abc import Iterable
import dataclasses
import hashlib

_NUM_BYTES = 8  # Of a hash: two of a million photos are equal once in 10^7.


@dataclasses.dataclass(frozen=True)
class TrainedPhotos:
    """The photos that a network has learned from.

    Attributes:
        hashes: Of the photos' ids.
        is_complete: Whether there are no others. It is not known of a network
            that began with weights whose photos are not known.
    """

    hashes: frozenset[bytes] = frozenset()
    is_complete: bool = True

    def add(self, other: "TrainedPhotos") -> "TrainedPhotos":
        """Returns the photos of both."""
        return TrainedPhotos(
            self.hashes | other.hashes, self.is_complete and other.is_complete
        )

    def count(self, image_ids: Iterable[str]) -> int | None:
        """Returns how many of some photos are among them.

        None if that is not known: no hash is among them, but there are others.
        """
        found = len(self.hashes & {_hash(name) for name in image_ids})
        return found if found or self.is_complete else None

    def unseen(self, image_ids: Iterable[str]) -> frozenset[str]:
        """Returns those of some photos that are not among them."""
        return frozenset(x for x in image_ids if _hash(x) not in self.hashes)

    def to_json(self) -> dict:
        """Returns plain strings and numbers."""
        joined = b"".join(sorted(self.hashes))
        return {
            "hashes": base64.b64encode(joined).decode(),
            "is_complete": self.is_complete,
        }

    @classmethod
    def from_json(cls, fields: dict) -> "TrainedPhotos":
        """Returns what `to_json` made `fields` of."""
        joined = base64.b64decode(fields["hashes"])
        hashes = frozenset(
            joined[i : i + _NUM_BYTES]
            for i in range(0, len(joined), _NUM_BYTES)
        )
        return cls(hashes, bool(fields["is_complete"]))


UNKNOWN = TrainedPhotos(is_complete=False)


def of(image_ids: Iterable[str]) -> TrainedPhotos:
    """Returns the photos of these ids, and no others."""
    return TrainedPhotos(frozenset(map(_hash, image_ids)))


def _hash(image_id: str) -> bytes:
    return hashlib.sha256(image_id.encode()).digest()[:_NUM_BYTES]
