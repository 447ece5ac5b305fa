"""Reads XML files, and the texts and numbers in them."""

import math
import pathlib
import re
import xml.etree.ElementTree as ET

import defusedxml
from defusedxml import ElementTree

from kp2part.system import text_file

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def read(path: pathlib.Path) -> ET.Element:
    """Returns the root element of an XML file, which must have no DTD.

    A DTD could define entities that expand to gigabytes or include other files.
    No annotation needs one.
    """
    contents = text_file.read_bytes(path)
    text: bytes | str = contents
    if text_file.marked_encoding(contents):
        # Saved anew, a file may still begin with `encoding="utf-8"`.
        text = text_file.decode(contents, str(path))
    try:
        return ElementTree.fromstring(text, forbid_dtd=True)
    except defusedxml.DefusedXmlException as error:
        raise ValueError(
            f"{path}: must have no DTD. Received: {error}"
        ) from error
    except (ET.ParseError, ValueError, LookupError) as error:
        raise ValueError(f"{path}: not an XML file: {error}") from error


def number_of(text: str | None, where: str, field: str) -> float:
    """Returns the text of an XML field as a finite number."""
    # `float` also accepts "1_0" and digits of other scripts.
    found = _NUMBER.fullmatch((text or "").strip())
    value = float(found[0]) if found else math.nan
    if not math.isfinite(value):
        raise ValueError(
            f"{where}: `{field}` must be a finite number. Received: {text!r}"
        )
    return value


def text_of(text: str | None, where: str, field: str) -> str:
    """Returns the text of an XML field, which must not be empty."""
    if not text or not text.strip():
        raise ValueError(f"{where}: `{field}` must not be empty.")
    return text.strip()
