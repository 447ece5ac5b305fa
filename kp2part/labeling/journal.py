"""The journal of a transfer: one line for each photo that is done.

A line is written at once and never changed, so that whatever stops the program,
and whenever, what is done stays done. Of a line that was cut off in the middle
nothing is lost but this photo's work. Outputs are made from the journal.
"""

from collections.abc import Mapping
import json
import os
import pathlib
import time
from typing import Any

from kp2part.labeling import jobs as jobs_lib
from kp2part.labeling import outcome_lines
from kp2part.system import json_file

_SYNC_SECONDS = 5.0


class Journal:
    """Outcomes by name of the photo, in a file.

    Args:
        path: The file; made if missing.
        header: What all its outcomes depend on, such as the model.

    Attributes:
        path: The file.
        header: As given.

    Raises:
        ValueError: The file has another header, or is damaged.
    """

    def __init__(self, path: pathlib.Path, header: Mapping[str, Any]):
        self.path = path
        self.header = dict(header)
        self._places: dict[str, tuple[int, str, bool]] = {}
        how = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self._descriptor = os.open(path, how, 0o666)
        try:
            self._open()
        except BaseException:
            os.close(self._descriptor)
            raise
        self._synced = time.monotonic()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends writing."""
        self._sync()
        os.close(self._descriptor)

    def is_done(self, job: jobs_lib.Job) -> bool:
        """Returns whether the same photo with the same keypoints is labeled."""
        return self._has(job.key, job.digest)

    def write(self, outcome: jobs_lib.Outcome):
        """Adds what has become of a photo.

        Raises:
            OSError: The disk is full; the journal is as it was before.
        """
        fields = {"digest": outcome.job.digest, **outcome_lines.fields(outcome)}
        self._add(fields)

    def absorb(self, path: pathlib.Path):
        """Adds the outcomes of another journal, but for photos done here.

        Args:
            path: The journal; once this returns, it is no longer needed.

        Raises:
            ValueError: It has another header, or is damaged.
            OSError: The disk is full.
        """
        with open(path, "rb") as file:
            for number, line in enumerate(file):
                where = f"{path}: line {number + 1}"
                fields = json_file.decode(line, dict[str, Any], where)
                if number == 0:
                    self._check(path, fields)
                elif not self._has(fields["photo"], fields["digest"]):
                    self._add(fields)
        self._sync()

    def read(self, job: jobs_lib.Job) -> jobs_lib.Outcome | None:
        """Returns what has become of a photo, None if nothing yet."""
        if job.key not in self._places:
            return None
        start, digest, _ = self._places[job.key]
        if digest != job.digest:
            return None
        with open(self.path, "rb") as file:
            file.seek(start)
            fields = json_file.decode(file.readline(), dict, str(self.path))
        return outcome_lines.outcome(job, fields)

    def _open(self):
        start = 0
        with open(self.path, "rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    break  # Cut off when the program ended.
                where = f"{self.path}: line {number + 1}"
                fields = json_file.decode(line, dict[str, Any], where)
                if number == 0:
                    self._check(self.path, fields)
                else:
                    self._note(start, fields)
                start += len(line)
        os.ftruncate(self._descriptor, start)
        if start == 0:
            self._append(self.header)

    def _check(self, path: pathlib.Path, found: dict):
        header = self.header
        if found != header:
            differ = sorted(
                name
                for name in {*found, *header}
                if found.get(name) != header.get(name)
            )
            raise ValueError(
                f"{path.parent}: was labeled with another "
                f"{', '.join(differ)}. Choose another directory, or remove "
                "this one."
            )

    def _has(self, key: str, digest: str) -> bool:
        _, found, is_labeled = self._places.get(key, (0, "", False))
        return is_labeled and found == digest

    def _add(self, fields: dict):
        start = self._append(fields)
        self._note(start, fields)
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            self._sync()

    def _note(self, start: int, fields: dict):
        is_labeled = fields.get("error") is None
        self._places[fields["photo"]] = start, fields["digest"], is_labeled

    def _append(self, fields: dict) -> int:
        """Adds a line, whole or not at all; returns where it begins."""
        line = json.dumps(fields, allow_nan=False).encode() + b"\n"
        start = os.lseek(self._descriptor, 0, os.SEEK_END)
        try:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
        except OSError as error:
            os.ftruncate(self._descriptor, start)
            raise OSError(f"{self.path}: cannot be written: {error}") from error
        return start

    def _sync(self):
        os.fsync(self._descriptor)
        self._synced = time.monotonic()
