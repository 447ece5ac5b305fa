r"""Compares a model server's responses with TensorFlow Serving's.

    python -m kp2part.conformance --write_model=/tmp/conformance
    docker run -p 8501:8501 -e MODEL_NAME=kp2part \
        -v /tmp/conformance:/models/kp2part tensorflow/serving
    python -m kp2part.conformance --url=http://localhost:8501

Sends 239 requests, recorded with the responses of TensorFlow Serving's own REST
code. Prints a table, and every response that differs: MUST is behavior that a
client can depend on, MAY is a quirk. The exit status is 1 if a MUST differs.
docs/serving_differences.md explains where kp2part.serve differs.
"""

from collections.abc import Collection
from collections.abc import Sequence
import pathlib
import urllib.parse

from absl import flags
from absl import logging

from kp2part.conformance import cases as cases_lib
from kp2part.conformance import differences as differences_lib
from kp2part.conformance import responses
from kp2part.system import cli
from kp2part.system import tables

VECTORS = pathlib.Path(__file__).with_name("vectors.jsonl")
_GROUPS = {
    "A": "routing",
    "B": "JSON",
    "C": "row form",
    "D": "column form",
    "E": "base64",
    "F": "dtypes",
    "G": "output",
    "H": "HTTP",
}

_URL = flags.DEFINE_string(
    "url",
    None,
    "The server, http://host:port, with the model of --write_model.",
)
_VECTORS = flags.DEFINE_string(
    "vectors", str(VECTORS), "The requests and responses."
)
_WRITE_MODEL = flags.DEFINE_string(
    "write_model",
    None,
    "Only write the model that the requests are for, to this base path.",
)


def replay(url: str, cases: Sequence[cases_lib.Case]) -> dict[str, str]:
    """Returns what differs, in a few words, by the id of the case.

    Args:
        url: A server with the model of `model`.
        cases: The requests to send.

    Raises:
        OSError: There is no server.
    """
    # Without a server, fails here instead of reporting that all differ.
    cases[0].ask(url)
    differences = {}
    for case in cases:
        try:
            difference = responses.difference(case.expect, case.ask(url))
        except OSError as error:
            difference = f"no response: {error}"
        if difference:
            differences[case.id] = difference
    return differences


def table(
    cases: Sequence[cases_lib.Case], differences: Collection[str]
) -> tables.Table:
    """Returns how many cases of each group are the same.

    Args:
        cases: All that were asked.
        differences: The ids of those that differ.
    """
    rows = []
    for letter, name in _GROUPS.items():
        group = [case for case in cases if case.id[0] == letter]
        must, may = (
            sum(c.id in differences and c.level == level for c in group)
            for level in cases_lib.LEVELS
        )
        counts = len(group), len(group) - must - may, must, may
        rows.append((f"{letter} {name}", *map(str, counts)))
    heads = ("group", "cases", "same", "MUST differ", "MAY differ")
    return tables.Table(heads, rows)


def check_url(url: str):
    """Raises a `ValueError` unless `url` is `http://host:port`."""
    try:
        parts = urllib.parse.urlsplit(url)
        whole = parts.scheme == "http" and parts.hostname and parts.port
    except ValueError:
        whole = False
    if not whole or parts.path not in ("", "/"):
        raise ValueError(f"`url` must be http://host:port. Received: url={url}")


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    if _WRITE_MODEL.value:
        # Imported here: testing a server needs no TensorFlow.
        from kp2part.conformance import model

        model.write(_WRITE_MODEL.value)
        logging.info("Wrote %s/1 and /2", _WRITE_MODEL.value)
        return
    check_url(_URL.value or "")
    cases = cases_lib.load(_VECTORS.value)
    differences = replay(_URL.value, cases)
    known = differences_lib.cases(differences_lib.load())
    for case in cases:
        if case.id in differences:
            logging.info(
                "%s %s%s: %s: %s", case.level.upper(), case.id,
                " (known of kp2part.serve)" if case.id in known else "",
                case.title, differences[case.id],
            )  # fmt: skip
    logging.info("\n%s", table(cases, differences).to_markdown())
    failed = sum(c.level == "must" and c.id in differences for c in cases)
    if failed:
        raise ValueError(f"{_URL.value}: {failed} MUST cases differ")


if __name__ == "__main__":
    cli.run(main)
