r"""Compares a server's response with TensorFlow Serving's.

Status and content type must be equal. JSON is compared as parsed, with NaN and
Infinity, and regardless of the order of names. The texts of errors are compared
without their quotes of the request and without anything after
`[[{{function_node`. If an expected body is truncated, only its beginning is
compared. Bytes that are not UTF-8 are written as `\xff`.
"""

from collections.abc import Mapping
import json
import re

from kp2part.conformance import cases

_QUOTE = re.compile(
    r"JSON (?P<what>Value|object): .*?(?= (?:Type: |[Nn]ot formatted|Is not |"
    r"Expecting |found at |No values |keys must |to type: ))",
    re.DOTALL,
)
_NODE = "[[{{function_node"
_CUT = "..."


def difference(expect: Mapping, response: cases.Response) -> str | None:
    """Returns in a few words what differs, or None.

    Args:
        expect: `cases.Case.expect`.
        response: The server's.
    """
    for name in ("status", "content_type"):
        if getattr(response, name) != expect[name]:
            return f"{name} {getattr(response, name)}, not {expect[name]}"
    text = response.body.decode(errors="backslashreplace")
    if "error" in expect:
        return _error_difference(expect["error"], text)
    return _body_difference(expect["body_text"], text)


def _error_difference(expected, text):
    fields = _parse(text)
    if not isinstance(fields, dict) or fields.keys() != {"error"}:
        return f'body {text[:80]!r}, not {{"error": ...}}'
    if _plain(expected) not in _plain(fields["error"]):
        return f"error {fields['error'][:120]!r}, not {expected[:120]!r}"
    return None


def _plain(text):
    return _QUOTE.sub(r"JSON \g<what>:", text.partition(_NODE)[0]).strip()


def _body_difference(expected, text):
    short = expected.endswith(_CUT)
    wanted = _parse(_complete(expected) if short else expected)
    got = _parse(text)
    if wanted is None:
        same = text == expected
    else:
        same = _begins(got, wanted) if short else got == wanted
    return None if same else f"body {text[:120]!r}, not {expected[:120]!r}"


def _parse(text):
    """Returns the value of a JSON text; None if it is not JSON."""
    text = re.sub(r"\\x([0-9a-f]{2})", r"\\u00\1", text)
    try:
        # As strings, so that a NaN equals another.
        return json.loads(text, parse_constant=lambda name: f"<{name}>")
    except ValueError:
        return None


def _complete(text):
    """Returns the JSON text cut at its last comma, with brackets closed."""
    closers, end, ends = [], 0, ""
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{,}\]]', text):
        token = match[0]
        if token in "[{":
            closers.append({"[": "]", "{": "}"}[token])
        elif token in "]}":
            closers.pop()
        elif token == ",":
            end, ends = match.start(), "".join(reversed(closers))
    return text[:end] + ends


def _begins(got, wanted):
    """Returns whether `got` begins with all that `wanted` has."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return all(k in got and _begins(got[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(got) >= len(wanted) and all(map(_begins, got, wanted))
    return got == wanted
