"""Writes a JSON array item by item: memory does not grow with its length."""

import json
from typing import Any
from typing import TextIO


class JsonArray:
    """An array that is being written.

    Args:
        file: Where it goes.

    Attributes:
        count: Number of items so far.
    """

    def __init__(self, file: TextIO):
        self._file = file
        self.count = 0

    def add(self, fields: Any):
        """Writes one more item.

        Raises:
            ValueError: A number is not finite, which JSON does not support.
        """
        self._file.write(",\n" if self.count else "[\n")
        self._file.write(json.dumps(fields, allow_nan=False))
        self.count += 1

    def close(self):
        """Ends the array, not the file."""
        self._file.write("\n]" if self.count else "[]")
