"""A training run on disk: its settings, progress and networks."""

from collections.abc import Callable
from collections.abc import Mapping
import csv
import dataclasses
import io
import pathlib
import re

from kp2part.system import atomic
from kp2part.system import json_file
from kp2part.system import settings
from kp2part.system import settings_flags
from kp2part.system import versions
from kp2part.training import config as config_lib
from kp2part.training import flagfile

_CHECKPOINT = re.compile(r"checkpoint-(\d{5})\.keras")


@dataclasses.dataclass(frozen=True)
class Workdir:
    """The files of one run.

    Attributes:
        path: The directory: model.keras (the best epoch), one
            checkpoint-NNNNN.keras (the last), history.csv, train.flags,
            versions.json, folds.json (of runs on folds), logs/ (TensorBoard),
            and training.json once all epochs are done.
    """

    path: pathlib.Path

    @property
    def best(self) -> pathlib.Path:
        """The network of the best epoch."""
        return self.path / "model.keras"

    def begin(
        self,
        config: config_lib.TrainConfig,
        backend: str,
        folds: Mapping[str, int] | None = None,
    ):
        """Stores the settings of a new run, or checks those of a resumed one.

        Args:
            config: The settings. Those added to kp2part since the run began
                must have their defaults.
            backend: Backend of Keras, for versions.json.
            folds: The fold of each photo, for a run on folds.

        Raises:
            ValueError: The run in this directory began with other settings.
        """
        path = self.path / "train.flags"
        if path.is_file():
            _check_same(path, flagfile.load(path), config)
        else:
            if folds is not None:
                ordered = dict(sorted(folds.items()))
                json_file.write(self.path / "folds.json", ordered)
            atomic.write_text(path, settings_flags.to_flagfile(config))
        json_file.write(self.path / "versions.json", versions.versions(backend))

    def checkpoint(self) -> tuple[pathlib.Path | None, int]:
        """Returns the last checkpoint and the number of finished epochs."""
        names = [p.name for p in self.path.glob("checkpoint-*.keras")]
        found = sorted(n for n in names if _CHECKPOINT.fullmatch(n))
        if not found:
            return None, 0
        epochs = int(_CHECKPOINT.fullmatch(found[-1])[1])
        return self.path / found[-1], epochs

    def save_checkpoint(self, save: Callable[[str], None], epochs: int):
        """Calls `save` to write the checkpoint after `epochs` epochs."""
        path = self.path / f"checkpoint-{epochs:05d}.keras"
        atomic.write(path, save)
        for old in self.path.glob("checkpoint-*.keras"):
            if old != path:
                old.unlink()

    def history(self, epochs: int) -> list[dict[str, float]]:
        """Returns the first `epochs` rows of history.csv.

        The row of an epoch without validation has no `val_...`.

        Raises:
            ValueError: The file has fewer rows.
        """
        path = self.path / "history.csv"
        rows = []
        if path.is_file():
            with path.open(newline="", encoding="utf-8") as file:
                rows = [
                    {name: float(value) for name, value in row.items() if value}
                    for row in csv.DictReader(file)
                ]
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
        writer.writerows(rows)
        atomic.write_text(self.path / "history.csv", text.getvalue())

    def save_summary(self, summary: dict):
        """Writes training.json: the run is finished."""
        json_file.write(self.path / "training.json", summary)


def _check_same(
    path: pathlib.Path,
    before: config_lib.TrainConfig,
    now: config_lib.TrainConfig,
):
    old, new = settings.to_dict(before), settings.to_dict(now)
    changes = [
        f"{name}={settings.to_text(old[name])}, now "
        f"{name}={settings.to_text(new[name])}"
        for name in old
        if old[name] != new[name]
    ]
    if changes:
        raise ValueError(
            f"{path}: this run was started with {'; '.join(changes)}. Give the "
            "same flags to resume it, or another --workdir to start a new run."
        )
