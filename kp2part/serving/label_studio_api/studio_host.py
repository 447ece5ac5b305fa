"""Asks Label Studio itself for photos, with a token of its own.

Only the address that the server was started with is asked, whatever a task
says: it could name any machine of the network. A redirect is not followed, as
it would lead there too.
"""

import time
import urllib.parse

import requests

_CONNECT_SECONDS = 3.0
_READ_SECONDS = 10.0  # For each part.
_SECONDS = 20.0  # For all of it.
_CHUNK = 1 << 20
_SCHEMES = ("http", "https")


class StudioHost:
    """Label Studio.

    Args:
        url: Of its first page.
        token: Of a user who may see the photos; "" for none. A personal access
            token (three parts with dots) or a legacy token. It goes to `url`
            alone, and into no message.

    Raises:
        ValueError: `url` is not one of http or https.
    """

    def __init__(self, url: str, token: str = ""):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise ValueError(
                "`label_studio_url` must be http://HOST:PORT, or https. "
                f"Received: {url!r:.120}"
            )
        self._base = url.rstrip("/") + "/"
        self._token = token.strip()
        self._access = ""

    def get(self, address: str, max_bytes: int) -> bytes:
        """Returns what is there, at most one byte more than `max_bytes`.

        Args:
            address: Absolute, or a path of the tool.
            max_bytes: The most bytes that are of use.

        Raises:
            ValueError: It is of another host, or the tool does not send it.
        """
        url = self._own(address)
        try:
            contents = self._fetch(url, max_bytes)
            if contents is None and _is_jwt(self._token):
                self._access = ""  # It lives for minutes.
                contents = self._fetch(url, max_bytes)
        except requests.RequestException as error:
            # Its text may quote headers.
            raise ValueError(
                f"photo {address!r:.120}: Label Studio does not send it: "
                f"{type(error).__name__}"
            ) from error
        if contents is None:
            raise ValueError(
                f"photo {address!r:.120}: Label Studio wants a token: set "
                "LABEL_STUDIO_API_KEY to a valid one."
            )
        return contents

    def _own(self, address: str) -> str:
        url = urllib.parse.urljoin(self._base, address)
        if _origin(url) != _origin(self._base):
            raise ValueError(
                f"photo {address!r:.120}: must be of --label_studio_url, or "
                "below --label_studio_files."
            )
        return url

    def _fetch(self, url: str, max_bytes: int) -> bytes | None:
        """Returns None if the token does not do."""
        started = time.monotonic()
        with requests.Session() as session:
            session.trust_env = False  # A .netrc would replace the token.
            with session.get(
                url,
                headers=self._headers(session),
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code in (401, 403):
                    return None
                if response.status_code != requests.codes.ok:
                    raise ValueError(
                        f"photo {url!r:.120}: Label Studio responds with "
                        f"status {response.status_code}."
                    )
                contents = b""
                for chunk in response.iter_content(_CHUNK):
                    contents += chunk
                    if len(contents) > max_bytes:
                        return contents[: max_bytes + 1]
                    if time.monotonic() - started > _SECONDS:
                        raise requests.Timeout()
                return contents

    def _headers(self, session: requests.Session) -> dict[str, str]:
        if not self._token:
            return {}
        if not _is_jwt(self._token):
            return {"Authorization": f"Token {self._token}"}
        if not self._access:
            response = session.post(
                urllib.parse.urljoin(self._base, "api/token/refresh"),
                json={"refresh": self._token},
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                allow_redirects=False,
            )
            found = response.json() if response.ok else {}
            self._access = str(found.get("access", ""))
        return {"Authorization": f"Bearer {self._access}"}


def _is_jwt(token: str) -> bool:
    return token.count(".") == 2


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # No number.
        return "", None, None
    return parts.scheme, parts.hostname, port
