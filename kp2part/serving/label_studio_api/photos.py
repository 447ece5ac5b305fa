"""Reads the photo of a task, from where the server was told to look alone."""

import base64
import binascii
import pathlib
import urllib.parse

from kp2part.formats.names import identity
from kp2part.serving.label_studio_api import studio_host

_DATA = "/data/"
_LOCAL_FILES = "/data/local-files/"


class Photos:
    """The photos of Label Studio's tasks.

    Args:
        directory: The tool's local files, or its media with `upload`; a path
            in a task cannot leave it. None for neither.
        host: The tool itself, None if it is not to be asked.
        max_bytes: Of a photo.
    """

    def __init__(
        self,
        directory: pathlib.Path | None,
        host: studio_host.StudioHost | None,
        max_bytes: int,
    ):
        self._directory = directory and directory.resolve()
        self._host = host
        self._max_bytes = max_bytes

    def read(self, address: str) -> bytes:
        """Returns the bytes of a photo.

        Args:
            address: As in a task: a path or an address of the tool, or
                `data:image/...;base64,...`.

        Raises:
            ValueError: It cannot be had; the message says why.
        """
        if address.startswith("data:"):
            return self._checked(_decode(address), address)
        if (path := self._path(address)) is not None:
            return self._read_file(path, address)
        if self._host is None:
            raise ValueError(
                f"photo {address!r:.120}: is not below --label_studio_files, "
                "and there is no --label_studio_url to ask for it."
            )
        return self._checked(self._host.get(address, self._max_bytes), address)

    def _path(self, address: str) -> pathlib.Path | None:
        """Returns the file that an address means, if it is one."""
        if self._directory is None or not address.startswith(_DATA):
            return None
        parts = urllib.parse.urlsplit(address)
        is_local = parts.path == _LOCAL_FILES
        if is_local:
            name = dict(urllib.parse.parse_qsl(parts.query)).get("d", "")
        else:
            name = urllib.parse.unquote(parts.path.removeprefix(_DATA))
        try:
            path = (self._directory / name).resolve()
            is_file = path.is_file()
        except (OSError, ValueError) as error:  # A null byte, a long name.
            raise ValueError(f"photo {address!r:.120}: no path") from error
        if not path.is_relative_to(self._directory):
            raise ValueError(
                f"photo {address!r:.120}: must lie below --label_studio_files."
            )
        if is_file:
            return path
        if is_local and self._host is None:
            raise ValueError(
                f"photo {address!r:.120}: no such file below "
                "--label_studio_files."
            )
        return None

    def _read_file(self, path: pathlib.Path, address: str) -> bytes:
        try:
            with path.open("rb") as file:
                return self._checked(file.read(self._max_bytes + 1), address)
        except OSError as error:
            raise ValueError(
                f"photo {address!r:.120}: {error.strerror}"
            ) from error

    def _checked(self, contents: bytes, address: str) -> bytes:
        if len(contents) > self._max_bytes:
            raise ValueError(
                f"photo {address!r:.120}: must have at most "
                f"{self._max_bytes} bytes."
            )
        return contents


def _decode(address: str) -> bytes:
    header, _, text = address.partition(",")
    if not header.endswith(";base64"):
        raise ValueError(
            "photo: a data URL must be in base64. Received: "
            f"{identity.shown(header)}"
        )
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"photo {address!r:.40}: not base64") from error
