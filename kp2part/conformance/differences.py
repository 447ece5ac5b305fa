"""Where kp2part.serve is known to respond otherwise than TensorFlow Serving.

differences.json is a list of {"cases", "tensorflow_serving", "kp2part_serve",
"why"}, the ids of the cases and three texts of Markdown. The table of
docs/serving_differences.md is rendered from it, and a test holds both together.
"""

from collections.abc import Sequence
import pathlib

from kp2part.system import json_file
from kp2part.system import tables

_FILE = pathlib.Path(__file__).with_name("differences.json")


def load() -> list[dict]:
    """Returns the entries of differences.json."""
    return json_file.read(_FILE)


def cases(entries: Sequence[dict]) -> set[str]:
    """Returns the ids of the cases that differ."""
    return {case for entry in entries for case in entry["cases"]}


def table(entries: Sequence[dict]) -> tables.Table:
    """Returns the table that is published."""
    rows = [
        (
            ", ".join(f"`{case}`" for case in entry["cases"]),
            entry["tensorflow_serving"],
            entry["kp2part_serve"],
            entry["why"],
        )
        for entry in entries
    ]
    heads = ("case", "TensorFlow Serving", "kp2part.serve", "why")
    return tables.Table(heads, rows, num_left=4)
