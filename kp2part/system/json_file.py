"""JSON files: read with errors that name them."""

import json
import pathlib


def read_json(path: pathlib.Path) -> dict:
    """Returns the fields of a JSON file; errors name it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{path}: cannot be read ({error}). Has the program that writes it "
            "finished?"
        ) from error
