"""A training run on disk: its settings, progress and networks."""

from collections.abc import Callable
from collections.abc import Mapping
import contextlib
import csv
import dataclasses
import io
import pathlib
from typing import Any

from kp2part.system import atomic
from kp2part.system import json_file
from kp2part.system import locks
from kp2part.system import settings_flags
from kp2part.training import checkpoints
from kp2part.training import config as config_lib
from kp2part.training import flagfile
from kp2part.training import progress as progress_lib

_SETTINGS = "train.flags"
# All that training and kp2part.trial write into the directory itself.
_FILES = (
    *(checkpoints.PATTERN, "checkpoint-*.sha256", "model.keras"),
    *("history.csv", "train.flags", "folds.json", "versions.json"),
    *("training.json", "matrices.npy", "metrics.json"),
)


@dataclasses.dataclass(frozen=True)
class Workdir:
    """The files of one run.

    Attributes:
        path: The directory: model.keras (the best epoch), the last two
            checkpoint-NNNNN.keras, history.csv, train.flags,
            versions.json, folds.json (of runs on folds), logs/ (TensorBoard),
            and training.json once all epochs are done.
    """

    path: pathlib.Path

    @property
    def best(self) -> pathlib.Path:
        """The network of the best epoch."""
        return self.path / "model.keras"

    @property
    def is_written(self) -> bool:
        """Whether this process writes the files, see `FollowedWorkdir`."""
        return True

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Returns a context in which no other process may use the run.

        Raises:
            ValueError: Another process uses it.
        """
        return locks.directory(self.path)

    def check(self, config: config_lib.TrainConfig):
        """Checks that the run, if there is one, has these settings.

        Args:
            config: The settings. Those added to kp2part since the run began
                must have their defaults.

        Raises:
            ValueError: The run in this directory began with other settings.
        """
        flagfile.check_same(self.path / _SETTINGS, config, "workdir")

    def begin(
        self,
        config: config_lib.TrainConfig,
        versions: Mapping[str, Any],
        folds: Mapping[str, int] | None = None,
    ):
        """Stores the settings of a new run, or checks those of a resumed one.

        Also removes the partial files of killed processes. Call it while the
        run is `locked`, and after all other input has been checked.

        Args:
            config: The settings.
            versions: What the network will be made of, for versions.json.
            folds: The fold of each photo, for a run on folds.

        Raises:
            ValueError: See `check`.
        """
        self.check(config)
        atomic.remove_partials(self.path, _FILES)
        path = self.path / _SETTINGS
        if not path.is_file():
            if folds is not None:
                ordered = dict(sorted(folds.items()))
                json_file.write(self.path / "folds.json", ordered)
            atomic.write_text(path, settings_flags.to_flagfile(config))
        json_file.write(self.path / "versions.json", versions)

    def checkpoint(
        self,
    ) -> tuple[pathlib.Path | None, progress_lib.Progress]:
        """Returns the last undamaged checkpoint and how far it is.

        Raises:
            ValueError: All are damaged or missing.
        """
        path, done = checkpoints.newest(self.path)
        # The first epoch is in the history before it has a checkpoint.
        if path is None and len(_read_rows(self.path / "history.csv")) > 1:
            raise ValueError(
                f"{self.path}: history.csv has epochs, but there is no "
                "checkpoint to resume from. Restore one from a copy, or choose "
                "another --workdir to start a new run."
            )
        return path, done

    def save_best(self, save: Callable[[str], object]):
        """Calls `save` to write the network of the best epoch."""
        atomic.write(self.best, save)

    def save_checkpoint(
        self, save: Callable[[str], object], done: progress_lib.Progress
    ):
        """Calls `save` to write the checkpoint of a run that is so far."""
        checkpoints.save(self.path, save, done)

    def rows(self) -> list[dict[str, float]]:
        """Returns the rows of history.csv so far, none if there is no file.

        Raises:
            ValueError: The file is damaged.
        """
        return _read_rows(self.path / "history.csv")

    def history(self, epochs: int) -> list[dict[str, float]]:
        """Returns the first `epochs` rows of history.csv.

        The row of an epoch without validation has no `val_...`.

        Raises:
            ValueError: The file has fewer, or is damaged.
        """
        path = self.path / "history.csv"
        rows = self.rows()
        if len(rows) < epochs:
            raise ValueError(
                f"{path}: must have a row for each of the {epochs} finished "
                f"epochs. Found: {len(rows)}"
            )
        return rows[:epochs]

    def save_history(self, rows: list[dict[str, float]]):
        """Writes history.csv; values that a row lacks are left empty."""
        text = io.StringIO(newline="")
        # The row with most values decides the order of the columns.
        fullest = sorted(rows, key=len, reverse=True)
        names = dict.fromkeys(name for row in fullest for name in row)
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        # Read from the file, the number of an epoch is a float.
        writer.writerows({**row, "epoch": int(row["epoch"])} for row in rows)
        atomic.write_text(self.path / "history.csv", text.getvalue())

    def save_summary(self, summary: dict):
        """Writes training.json: the run is finished."""
        json_file.write(self.path / "training.json", summary)


def _read_rows(path: pathlib.Path) -> list[dict[str, float]]:
    if not path.is_file():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                {name: float(value) for name, value in row.items() if value}
                for row in csv.DictReader(file)
            ]
    except (ValueError, TypeError, csv.Error) as error:
        raise ValueError(
            f"{path}: must be a table of numbers, as training writes it: "
            f"{error}"
        ) from error
