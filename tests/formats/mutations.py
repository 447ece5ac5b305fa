"""Inputs for property-based tests: valid documents with something changed."""

import copy
import json
import os

import hypothesis
from hypothesis import strategies

# Of each test; 10,000 take some minutes.
NUM_EXAMPLES = int(os.environ.get("KP2PART_MUTATIONS", "150"))

# The same inputs in each run, however busy the machine is.
SETTINGS = hypothesis.settings(
    max_examples=NUM_EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)

_DEEP = json.loads("[" * 500 + "]" * 500)
_VALUES = [
    None, True, False, 0, 1, 2, 3, -1, 0.5, 1.0, 2.0, 1e39, -1e7, 10**400,
    float("nan"), float("inf"), "", " ", "1", "1.0", "01", "nose", "dog",
    "Cat ",
    "a.jpg", "b/a.jpg", "\ud800", "\0", [], [1], [0, 0, 0], [None, None, 0], {},
    {"name": "nose"}, {"1": "a.jpg"}, _DEEP,
]  # fmt: skip


def documents(valid) -> strategies.SearchStrategy:
    """Returns documents like a valid one, with one to three changes."""

    @strategies.composite
    def changed(draw):
        document = copy.deepcopy(valid)
        for _ in range(draw(strategies.integers(1, 3))):
            document = _change(document, draw)
        return document

    return changed()


def _change(document, draw):
    paths = [()]
    _collect(document, (), paths)
    path = draw(strategies.sampled_from(paths))
    value = copy.deepcopy(draw(strategies.sampled_from(_VALUES)))
    if not path:
        return value
    owner = document
    for step in path[:-1]:
        owner = owner[step]
    kind = draw(strategies.sampled_from(["replace", "replace", "drop", "copy"]))
    if kind == "replace":
        owner[path[-1]] = value
    elif kind == "drop":
        del owner[path[-1]]
    elif isinstance(owner, list):
        owner.append(copy.deepcopy(owner[path[-1]]))
    else:
        owner[str(value)[:9]] = owner[path[-1]]
    return document


def _collect(value, path, paths):
    if len(path) > 6:
        return
    items = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, inner in items:
        paths.append((*path, step))
        _collect(inner, (*path, step), paths)


def files(valid: bytes) -> strategies.SearchStrategy:
    """Returns files like a valid one, with a few bytes changed."""

    @strategies.composite
    def changed(draw):
        contents = bytearray(valid)
        for _ in range(draw(strategies.integers(1, 3))):
            place = draw(strategies.integers(0, max(len(contents) - 1, 0)))
            count = draw(strategies.sampled_from([0, 1, 1, 1, 4, 40]))
            # What means something in JSON, XML or MATLAB, or anything.
            new = draw(
                strategies.one_of(
                    strategies.sampled_from(
                        [b'"', b"0", b"9", b"-", b".", b"e9", b",", b"]", b"<",
                         b">", b"/", b" ", b"\n", b"\r", b"\0", b"\xff\xfe",
                         b"\xef\xbb\xbf", b"\x0e\0\0\0", b"\xff\xff\xff\x7f"]
                    ),
                    strategies.binary(max_size=4),
                )
            )  # fmt: skip
            contents[place : place + count] = new
        return bytes(contents)

    return changed()


def error_of(call):
    """Returns what `call` returns, and None; or None and its ValueError."""
    try:
        return call(), None
    except ValueError as error:
        return None, error
