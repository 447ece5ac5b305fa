"""The bytes of a MATLAB 5 file in order, unpacked no faster than they are asked.

A small compressed file can hold gigabytes, so nothing is unpacked before its
size has been looked at.
"""

import io
import zlib

MAX_BYTES = 1 << 30  # Of all that is read from one file.
_CHUNK = 1 << 14


class BrokenMat(ValueError):
    """A file is cut, damaged, or larger than it may be."""


class _Unpacked(io.RawIOBase):
    """A zlib stream as a file."""

    def __init__(self, packed: bytes):
        super().__init__()
        self._packed = io.BytesIO(packed)
        self._zip = zlib.decompressobj()

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = b""
        while not piece and not self._zip.eof:
            rest = self._zip.unconsumed_tail or self._packed.read(_CHUNK)
            if not rest:
                raise BrokenMat("compressed data ends too early")
            try:
                piece = self._zip.decompress(rest, len(buffer))
            except zlib.error as error:
                raise BrokenMat(f"damaged compressed data: {error}") from error
        buffer[: len(piece)] = piece
        return len(piece)


class Stream:
    """Reads forward, and no more than there is or may be.

    Args:
        contents: Of a file, or of a compressed element.
        packed: Whether to unpack it first.
        read_before: Number of bytes that count as read already.

    Attributes:
        position: Number of bytes read.
    """

    def __init__(
        self, contents: bytes, packed: bool = False, read_before: int = 0
    ):
        self._file = (
            io.BufferedReader(_Unpacked(contents), _CHUNK)
            if packed
            else io.BytesIO(contents)
        )
        self._begin = self.position = read_before

    def read(self, count: int) -> bytes:
        """Returns the next bytes, exactly `count` of them."""
        if self.position + count > MAX_BYTES:
            raise BrokenMat(f"holds more than {MAX_BYTES} bytes")
        found = self._file.read(count)
        self.position += len(found)
        if len(found) < count:
            raise BrokenMat(f"ends after {self.position} bytes")
        return found

    def at_end(self) -> bool:
        """Returns whether nothing is left; a checksum holds if so."""
        found = self._file.read(1)
        if found and isinstance(self._file, io.BytesIO):
            self._file.seek(-1, io.SEEK_CUR)
        return not found
