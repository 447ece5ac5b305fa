"""Requests to a model server, each with TensorFlow Serving's response.

A file of cases has one JSON object per line: `id`, whose first letter is the
group, `title`, `level` (`must`: a client can depend on it; `may`: a quirk),
`method`, `path`, `headers`, a body and `expect`. The body is `body_b64`, or
`body_parts`, pairs of a text and its number of repetitions. It is compressed if
`gzip` is true. `expect` has `status`, `content_type` and either `error`, a part
of the error message, or `body_text`, truncated if it ends in `...`.
"""

from collections.abc import Mapping
import dataclasses
import functools
import gzip
import http.client
import pathlib
import urllib.parse

from kp2part.system import json_file

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
        expect: The field of the file.
        body_b64: The body, in base64 in the file.
        body_parts: Instead, texts and how often each is repeated.
        gzip: Whether the body is sent compressed.
    """

    id: str
    title: str
    level: str
    method: str
    path: str
    headers: Mapping[str, str]
    expect: Mapping
    body_b64: bytes | None = None
    body_parts: tuple[tuple[str, int], ...] | None = None
    gzip: bool = False

    def __post_init__(self):
        if self.level not in LEVELS:
            raise ValueError(
                f"`level` must be one of {LEVELS}. Received: {self.level!r}"
            )

    @functools.cached_property
    def body(self) -> bytes | None:
        """The body as it is sent; None where there is none."""
        body = self.body_b64
        if self.body_parts is not None:
            body = b"".join(text.encode() * n for text, n in self.body_parts)
        return gzip.compress(body, compresslevel=1) if self.gzip else body

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
    if not lines:
        raise ValueError(f"{path}: has no case")
    return [
        json_file.decode(line, Case, f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
    ]
