"""Serves the annotation page and a description of the model, over WSGI.

Only the files of the page's directory are served. They are read once, and a
request is looked up among them, so no path can lead elsewhere.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
import dataclasses
import hashlib
import http
import json
import pathlib
import urllib.parse

# The page may load its own files, and images that it has created.
_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SAFETY = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)
# The operating system's own table may lack these types or change them.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclasses.dataclass(frozen=True)
class _Response:
    body: bytes
    content_type: str
    status: http.HTTPStatus = http.HTTPStatus.OK

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


def application(
    directory: pathlib.Path,
    names: Collection[str],
    metadata: Callable[[str], bytes | None],
):
    """Returns a WSGI application that serves the page.

    Args:
        directory: The page's files; `index.html` is served at "/".
        names: What the predict API calls the models. "/model.json" describes
            the first, "/model.json?model=NAME" another one.
        metadata: Returns a model's `kp2part.json` of now; None without one.

    Raises:
        ValueError: `directory` has no `index.html`.
    """
    files = _read_files(pathlib.Path(directory))

    def serve(environ, start_response) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if method not in ("GET", "HEAD"):
            response = _error(
                http.HTTPStatus.METHOD_NOT_ALLOWED,
                f"Method must be GET or HEAD. Received: {method}",
            )
        elif path == "/model.json":
            response = _model(environ.get("QUERY_STRING", ""), names, metadata)
        else:
            response = files.get(path) or _error(
                http.HTTPStatus.NOT_FOUND, "The page has no such file."
            )
        return _send(response, environ, start_response)

    return serve


def _read_files(directory: pathlib.Path) -> dict[str, _Response]:
    paths = [p for p in directory.rglob("*") if p.suffix in _TYPES]
    files = {
        f"/{path.relative_to(directory).as_posix()}": _Response(
            path.read_bytes(), _TYPES[path.suffix]
        )
        for path in paths
    }
    if "/index.html" not in files:
        raise ValueError(
            f"`directory` must hold index.html. Received: {directory}"
        )
    return {"/": files["/index.html"], **files}


def _model(query, names, metadata) -> _Response:
    (name, *_) = urllib.parse.parse_qs(query).get("model", names)
    if name not in names:
        return _error(
            http.HTTPStatus.NOT_FOUND,
            f"`model` must be one of {', '.join(names)}. Received: "
            f"{name!r:.80}",
        )
    contents = metadata(name)
    if contents is None:
        return _error(
            http.HTTPStatus.SERVICE_UNAVAILABLE,
            f"Model {name!r} is not loaded, or has no assets.extra/kp2part.json"
            " as kp2part.export writes it.",
        )
    try:
        fields = {**json.loads(contents), "name": name, "models": list(names)}
    except (ValueError, TypeError) as error:
        return _error(
            http.HTTPStatus.INTERNAL_SERVER_ERROR,
            f"Model {name!r}: its kp2part.json must be a JSON object: {error}",
        )
    return _Response(json.dumps(fields).encode(), _TYPES[".json"])


def _error(status: http.HTTPStatus, message: str) -> _Response:
    body = json.dumps({"error": message}).encode()
    return _Response(body, _TYPES[".json"], status)


def _send(response: _Response, environ, start_response) -> Iterable[bytes]:
    headers = [("Cache-Control", "no-cache"), *_SAFETY]
    status = response.status
    if status == http.HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", "GET, HEAD"))
    if status == http.HTTPStatus.OK:
        headers.append(("ETag", response.etag))
        if response.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", headers)
            return []
    headers += [
        ("Content-Type", response.content_type),
        ("Content-Length", str(len(response.body))),
    ]
    start_response(f"{status.value} {status.phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]
