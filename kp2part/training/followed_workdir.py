"""The workdir of a run, for a process that is not the first."""

from collections.abc import Callable
from collections.abc import Mapping
import contextlib
from typing import Any

from kp2part.training import config as config_lib
from kp2part.training import progress as progress_lib
from kp2part.training import workdir


class FollowedWorkdir(workdir.Workdir):
    """Reads the files of a run that another process writes.

    What writes them does nothing.
    """

    @property
    def is_written(self) -> bool:
        """See `Workdir`."""
        return False

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Returns a context without effect: the first process has the lock."""
        return contextlib.nullcontext()

    def begin(
        self,
        config: config_lib.TrainConfig,
        versions: Mapping[str, Any],
        folds: Mapping[str, int] | None = None,
    ):
        """Checks the settings, see `check`."""
        del versions, folds
        self.check(config)

    def save_best(self, save: Callable[[str], object]):
        """Does nothing."""

    def save_checkpoint(
        self, save: Callable[[str], object], done: progress_lib.Progress
    ):
        """Does nothing."""

    def save_history(self, rows: list[dict[str, float]]):
        """Does nothing."""
