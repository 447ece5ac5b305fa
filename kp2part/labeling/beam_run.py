"""Labels all photos of a plan on Apache Beam; otherwise as `run` does.

The photos are dealt into batches. A worker labels those of a batch into a
journal of its own, which appears when it is whole; they all end up in the
journal of the transfer. What is lost with a worker is at most its batch.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import hashlib
import itertools
import pathlib
import shutil
from typing import Any

from kp2part import client
from kp2part.beam import pieces
from kp2part.beam import runner as runner_lib
from kp2part.client import part_client
from kp2part.labeling import jobs as jobs_lib
from kp2part.labeling import journal as journal_lib
from kp2part.labeling import labelers
from kp2part.labeling import run
from kp2part.system import atomic

UNFINISHED = "unfinished"
_PHOTOS = 64  # In a batch: some seconds of work.
# A video is read from its beginning on: it is not cut into many batches.
_FRAMES = 1024


@dataclasses.dataclass(frozen=True)
class _Batch:
    """Photos, or frames of one video, and where their journal goes."""

    path: pathlib.Path
    jobs: tuple[jobs_lib.Job, ...]


@dataclasses.dataclass(frozen=True)
class _Labeling:
    """Labels batches; see `runner.Work`.

    Attributes:
        address: Of the model.
        header: Of the journals.
    """

    address: str
    header: Mapping[str, Any]

    def start(self) -> Callable[[_Batch], None]:
        predict = client.connect(self.address, quality=True)
        if labelers.describe(predict) != self.header:
            raise ValueError(
                f"{self.address}: a worker finds another model than the "
                "program that began the transfer."
            )
        labeler = labelers.of(predict)
        return lambda batch: self._label(batch, labeler)

    def _label(self, batch: _Batch, labeler: labelers.Labeler):
        def save(path: str):
            with journal_lib.Journal(pathlib.Path(path), self.header) as found:
                for outcome in labeler.label(batch.jobs):
                    found.write(outcome)

        atomic.write(batch.path, save)


def label(
    jobs: Sequence[jobs_lib.Job],
    predict: part_client.PartClient,
    address: str,
    journal: journal_lib.Journal,
    runner: runner_lib.Runner,
):
    """Labels the photos that are not done yet, with a progress bar.

    Args:
        jobs: The plan.
        predict: The model.
        address: Of the model, for the workers.
        journal: Where outcomes go.
        runner: Who labels.

    Raises:
        ValueError: The workers cannot be used; what they have done stays done.
    """
    directory = journal.path.parent / UNFINISHED
    _absorb(journal, directory)  # What a run before has left.
    left = run.left(jobs, journal)
    if not left:
        shutil.rmtree(directory, ignore_errors=True)
        return
    pieces.clear(directory)
    for batch in _deal(left, directory):
        pieces.put(directory, batch.path.stem, batch)
    # A newer version may be published meanwhile.
    path = getattr(predict.backend, "path", None)
    work = _Labeling(str(path or address), journal.header)
    try:
        runner.run(directory, work, "batch")
    finally:
        _absorb(journal, directory)
    shutil.rmtree(directory)


def _deal(
    jobs: Sequence[jobs_lib.Job], directory: pathlib.Path
) -> Iterator[_Batch]:
    """Yields the batches; sorted by name they have the order of the plan."""
    for number, batch in enumerate(_batches(jobs)):
        digest = hashlib.sha256()
        for job in batch:
            digest.update(f"{job.key} {job.digest} ".encode())
        name = f"{number:08d}-{digest.hexdigest()[:32]}.jsonl"
        yield _Batch(directory / name, batch)


def _batches(
    jobs: Sequence[jobs_lib.Job],
) -> Iterator[tuple[jobs_lib.Job, ...]]:
    grouped = itertools.groupby(
        jobs, lambda job: None if job.frame is None else job.name
    )
    for video, members in grouped:
        size = _PHOTOS if video is None else _FRAMES
        while batch := tuple(itertools.islice(members, size)):
            yield batch


def _absorb(journal: journal_lib.Journal, directory: pathlib.Path):
    for path in sorted(directory.glob("[!.]*.jsonl")):
        journal.absorb(path)
        path.unlink()
