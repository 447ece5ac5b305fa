"""Reads the bytes of a MATLAB 5 file in order, decompressing on demand.

A small compressed file can expand to gigabytes, so nothing is decompressed
before its size has been checked.
"""

import io
import zlib

MAX_BYTES = 1 << 30  # Of one file, decompressed.
_CHUNK = 1 << 14


class BrokenMat(ValueError):
    """A file is truncated, corrupt or too large."""


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
    """Reads bytes in order, up to `MAX_BYTES`.

    Args:
        contents: The bytes of a file, or of a compressed element.
        packed: Whether they are compressed.
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
        """Returns whether all is read; checks the checksum at the end."""
        found = self._file.read(1)
        if found and isinstance(self._file, io.BytesIO):
            self._file.seek(-1, io.SEEK_CUR)
        return not found
