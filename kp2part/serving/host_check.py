"""Refuses requests that are meant for another host: DNS rebinding.

A page of a foreign site may have its own name point to this machine. The
browser then takes this server for that site, lets the page read what it says,
and sends the site's name as `Host`.
"""

from collections.abc import Callable
from collections.abc import Sequence
import http
import ipaddress
import json
import re
import socket

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\[\]:/@\s,]*)(?::\d*)?")
_EVERY_ADDRESS = ("0.0.0.0", "::", "")


def guarded(
    application: Callable, host: str, allowed_hosts: Sequence[str] = ()
) -> Callable:
    """Returns a WSGI application that responds under its own names alone.

    Args:
        application: The WSGI application.
        host: Where it listens, a name or an address. On the machine itself it
            is localhost and its addresses; of all addresses of the machine it
            is any number, and the machine's name.
        allowed_hosts: More names, as a proxy has them. "*" allows all.
    """
    allowed = {_plain(name) for name in (host, *allowed_hosts)}
    if _is_every(host):
        allowed |= {_plain(socket.gethostname()), _plain(socket.getfqdn())}

    def guard(environ, start_response):
        # Browsers always send one.
        given = environ.get("HTTP_HOST")
        if given is None or "*" in allowed or _is_ours(given, host, allowed):
            return application(environ, start_response)
        return _refuse(given, start_response)

    return guard


def _is_ours(given, host, allowed):
    match = _HOST.fullmatch(given)
    if not match:
        return False
    name = _plain(match["name"])
    if name in allowed:
        return True
    if not (_is_every(host) or _is_loopback(_plain(host))):
        return False
    return _is_loopback(name) or (
        _is_every(host) and _address(name) is not None
    )


def _plain(name):
    return name.strip("[]").rstrip(".").lower()


def _is_every(host):
    return _plain(host) in _EVERY_ADDRESS


def _is_loopback(name):
    address = _address(name)
    return name == "localhost" or (address is not None and address.is_loopback)


def _address(name):
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _refuse(given, start_response):
    status = http.HTTPStatus.FORBIDDEN
    text = (
        "`Host` must be a name that the server listens under, or one of "
        f"--allowed_hosts. Received: {given[:100]}"
    )
    body = json.dumps({"error": text}).encode()
    start_response(
        f"{status.value} {status.phrase}",
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ],
    )
    return [body]
