"""Requests to a model server, each with TensorFlow Serving's response.

A file of cases has one JSON object per line: `id`, whose first letter is the
group, `title`, `level` (`must`: a client can depend on it; `may`: a quirk),
`method`, `path`, `headers`, a body and `expect`. The body is `body_b64`, or
`body_parts`, pairs of a text and its number of repetitions. It is compressed if
`gzip` is true. `expect` has `status`, `content_type` and either `error`, a part
of the error message, or `body_text`, truncated if it ends in `...`.
"""

import base64
from collections.abc import Mapping
import dataclasses
import gzip
import http.client
import json
import pathlib
import urllib.parse

LEVELS = ("must", "may")


@dataclasses.dataclass(frozen=True)
class Response:
    """The response of a server.

    Attributes:
        status: The HTTP status.
        content_type: The header; empty without one.
        body: The bytes as sent.
    """

    status: int
    content_type: str
    body: bytes


@dataclasses.dataclass(frozen=True)
class Case:
    """A request and the expected response.

    Attributes:
        id: The letter of the group and a number, such as `B07`.
        title: What it is about.
        level: One of LEVELS.
        method: The HTTP method.
        path: The whole target, to be sent exactly as it is.
        headers: Headers beside those of any request.
        body: The bytes to send, or None.
        expect: The field of the file.
    """

    id: str
    title: str
    level: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None
    expect: Mapping

    def ask(self, url: str, timeout_seconds: float = 60.0) -> Response:
        """Returns the response of the server at `url`, `http://host:port`.

        Raises:
            OSError: It does not respond.
        """
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(
            parts.hostname, parts.port, timeout=timeout_seconds
        )
        try:
            connection.request(
                self.method, self.path, self.body, dict(self.headers)
            )
            response = connection.getresponse()
            content_type = response.getheader("Content-Type", "")
            return Response(response.status, content_type, response.read())
        except http.client.HTTPException as error:
            raise OSError(f"not HTTP: {error!r}") from error
        finally:
            connection.close()


def load(path: str | pathlib.Path) -> list[Case]:
    """Returns the cases of a file.

    Raises:
        ValueError: The file does not exist, has no case, or a line that is
            not a case.
    """
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read: {error}") from error
    cases = []
    for number, line in enumerate(lines, 1):
        try:
            cases.append(_parse(json.loads(line)))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path}, line {number}: not a case: {error!r}"
            ) from error
    if not cases:
        raise ValueError(f"{path}: has no case")
    return cases


def _parse(fields):
    if fields["level"] not in LEVELS:
        raise ValueError(f"`level` must be in {LEVELS}: {fields['level']}")
    body = None
    if "body_b64" in fields:
        body = base64.b64decode(fields["body_b64"], validate=True)
    elif "body_parts" in fields:
        body = b"".join(t.encode() * n for t, n in fields["body_parts"])
    if fields.get("gzip"):
        body = gzip.compress(body, compresslevel=1)
    names = ("id", "title", "level", "method", "path", "headers", "expect")
    return Case(body=body, **{name: fields[name] for name in names})
