"""A model behind TensorFlow Serving's REST API."""

import base64
import json
import re

import numpy as np
import requests

from kp2part.system import op_messages

_URL = re.compile(
    r"https?://[^/?#]+(/[^/?#]+)*/v1/models/[^/:?#]+(/versions/\d+)?"
)


class _Retry(requests.adapters.Retry):
    """Retries, except after a timeout, which would only repeat."""

    def increment(self, *args, error=None, **kwargs):
        if isinstance(error, requests.adapters.ReadTimeoutError):
            raise error
        return super().increment(*args, error=error, **kwargs)


# A prediction changes nothing, so retries are safe. Waits 0.5, 1 and 2 s.
_RETRY = _Retry(
    total=3,
    backoff_factor=0.5,
    status_forcelist=(429, 502, 503),
    allowed_methods=None,
    raise_on_status=False,
    respect_retry_after_header=False,  # It could ask for hours.
)


class OverRest:
    """Sends requests to a server over connections that stay open.

    Args:
        url: http://HOST:PORT/v1/models/NAME, or https, optionally followed by
            /versions/NUMBER.
        timeout_seconds: How long to wait for a connection, and for each part of
            a response.
    """

    def __init__(self, url: str, timeout_seconds: float = 60.0):
        self.url = url.rstrip("/")
        if not _URL.fullmatch(self.url):
            raise ValueError(
                "`url` must be http://HOST:PORT/v1/models/NAME, optionally "
                f"with /versions/NUMBER. Received: url={url!r}"
            )
        self.timeout_seconds = timeout_seconds
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(max_retries=_RETRY)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def run(
        self, signature: str, inputs: dict[str, np.ndarray], outputs: list[str]
    ) -> dict[str, np.ndarray]:
        """See `part_client.Backend`. Numbers come as float64 and int64."""
        body = {
            "signature_name": signature,
            "inputs": {name: _to_json(x) for name, x in inputs.items()},
        }
        found = self._post(body)
        # A single output comes without its name.
        named = found if isinstance(found, dict) else {outputs[0]: found}
        try:
            return {name: _from_json(named[name]) for name in outputs}
        except (KeyError, TypeError, ValueError) as error:
            raise ConnectionError(
                f"{self.url}: does not respond as TensorFlow Serving does: "
                f"{error!r}"
            ) from error

    def close(self):
        """See `part_client.Backend`."""
        self._session.close()

    def _post(self, body: dict):
        try:
            response = self._session.post(
                f"{self.url}:predict",
                # Not `json=`: it refuses NaN, with a worse message than the
                # model's own.
                data=json.dumps(body),
                headers={"Content-Type": "application/json"},
                timeout=self.timeout_seconds,
            )
        except requests.exceptions.Timeout as error:
            raise TimeoutError(f"{self.url}: {error}") from error
        except requests.exceptions.RequestException as error:
            raise ConnectionError(f"{self.url}: {error}") from error
        message = f"{self.url}: {response.status_code} {_reason(response)}"
        if response.status_code == 504:
            raise TimeoutError(message)
        if response.status_code == 400:
            raise ValueError(_reason(response))
        if 400 < response.status_code < 500 and response.status_code != 429:
            raise ValueError(message)
        try:
            response.raise_for_status()
            return response.json()["outputs"]
        except (requests.RequestException, ValueError, LookupError) as error:
            raise ConnectionError(message) from error


def _to_json(values: np.ndarray) -> list:
    if values.dtype == object:
        return [{"b64": base64.b64encode(x).decode()} for x in values]
    return values.tolist()


def _from_json(values: list) -> np.ndarray:
    if not values or not isinstance(values[0], dict):
        return np.array(values)
    strings = np.empty(len(values), object)
    strings[:] = [base64.b64decode(x["b64"]) for x in values]
    return strings


def _reason(response: requests.Response) -> str:
    try:
        return op_messages.reason(response.json()["error"])
    except (ValueError, LookupError, TypeError):
        return f"{response.reason}: {response.text:.200}"
