"""Text files as people save them: UTF-8, with or without a mark, or UTF-16.

Windows' editors put a byte order mark first, end lines with CR LF, and some
save UTF-16. All of that reads as the same text.
"""

import codecs
import os
import pathlib

# UTF-32's little-endian mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read(path: str | os.PathLike) -> str:
    """Returns the text of a file.

    Raises:
        ValueError: No such file, or no text; the message names the file.
    """
    return decode(read_bytes(path), str(path))


def read_bytes(path: str | os.PathLike) -> bytes:
    """Returns the bytes of a file.

    Raises:
        ValueError: It cannot be read; the message names the file.
    """
    try:
        return pathlib.Path(path).read_bytes()
    except FileNotFoundError as error:
        raise ValueError(f"{path}: no such file.") from error
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error


def decode(contents: bytes, source: str) -> str:
    """Returns the text of a file's bytes.

    Args:
        contents: UTF-8, or begins with a byte order mark.
        source: Where it comes from, for messages.
    """
    encoding = marked_encoding(contents) or "utf-8"
    try:
        return contents.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{source}: must be UTF-8 text, or UTF-16 with a byte order mark. "
            f"Received at byte {error.start}: "
            f"{contents[error.start : error.start + 8]!r}"
        ) from error


def marked_encoding(contents: bytes) -> str | None:
    """Returns the encoding that a byte order mark tells, None without one."""
    for mark, encoding in _MARKS.items():
        if contents.startswith(mark):
            return encoding
    return None
