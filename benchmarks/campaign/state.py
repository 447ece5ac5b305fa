"""What is known of the runs of a campaign, between its calls."""

import pathlib
import threading
from typing import Any

from absl import logging

from kp2part.system import json_file

_OVER = "done", "skipped"  # What failed is tried again.


class State:
    """The state of a campaign, in the file state.json of its directory.

    Args:
        output: The directory.
    """

    def __init__(self, output: pathlib.Path):
        self.output = output
        self._path = output / "state.json"
        self._lock = threading.Lock()
        self._fields: dict[str, Any] = {"used_seconds": 0.0, "runs": {}}
        if self._path.is_file():
            self._fields = json_file.read(self._path)

    @property
    def used_seconds(self) -> float:
        """How long all calls have taken."""
        return self._fields["used_seconds"]

    @property
    def runs(self) -> dict[str, dict]:
        """What is known of each run, by its name."""
        return self._fields["runs"]

    def directory(self, name: str) -> pathlib.Path:
        """Returns the directory of a run."""
        return self.output / "runs" / name

    def status(self, name: str) -> str | None:
        """Returns runs, waits, done, skipped or failed; None if unknown."""
        return self.runs.get(name, {}).get("status")

    def epochs(self, name: str) -> int | None:
        """Returns how many epochs a run was begun with, None if it was not."""
        return self.runs.get(name, {}).get("epochs")

    def is_over(self, name: str) -> bool:
        """Returns whether there is nothing more to do for a run."""
        return self.status(name) in _OVER

    def note(self, name: str, **fields):
        """Remembers something of a run."""
        with self._lock:
            known = self.runs.setdefault(name, {})
            known.update(fields)
            self._save()
        if "status" in fields:
            logging.info("%s: %s %s", name, known["status"], fields)

    def add_seconds(self, seconds: float):
        """Adds the time that a call has taken."""
        with self._lock:
            self._fields["used_seconds"] += seconds
            self._save()

    def _save(self):
        json_file.write(self._path, self._fields)
