"""Labels all photos of a plan and keeps a journal of what is done."""

from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import pathlib

from absl import logging
import tqdm

from kp2part.client import part_client
from kp2part.formats.labeled import labels
from kp2part.labeling import jobs as jobs_lib
from kp2part.labeling import journal as journal_lib
from kp2part.labeling import labelers
from kp2part.labeling import quality_filter

JOURNAL = "journal.jsonl"
_SHOWN = 10  # Errors that are printed.


@dataclasses.dataclass(frozen=True)
class Labeled:
    """The photos of a plan that are labeled, in its order, from a journal.

    Attributes:
        journal: Where they are.
        jobs: The plan.
        bounds: Objects of other quality are left out.
    """

    journal: journal_lib.Journal
    jobs: Sequence[jobs_lib.Job]
    bounds: quality_filter.QualityRange = quality_filter.QualityRange()

    def __iter__(self) -> Iterator[labels.LabeledPhoto]:
        """Yields one photo after another: only one is in memory.

        A photo none of whose objects is within the bounds is left out: it would
        look as if there were none. Frames stay, as videos need all.
        """
        for outcome in self.outcomes():
            if outcome.photo is None:
                continue
            kept = self.bounds.keep(outcome.photo)
            all_left_out = outcome.photo.objects and not kept.objects
            if not all_left_out or kept.frame is not None:
                yield kept

    def videos(self) -> list[str]:
        """Returns the names of all videos in the plan."""
        names = (job.name for job in self.jobs if job.frame is not None)
        return list(dict.fromkeys(names))

    def of(self, name: str) -> "Labeled":
        """Returns those of a video."""
        jobs = [job for job in self.jobs if job.name == name]
        return dataclasses.replace(self, jobs=jobs)

    def outcomes(self) -> Iterator[jobs_lib.Outcome]:
        """Yields what has become of each photo."""
        for job in self.jobs:
            outcome = self.journal.read(job)
            if outcome is not None:
                yield outcome


@dataclasses.dataclass
class Counts:
    """How many photos and objects there are of a kind.

    Attributes:
        photos: Labeled photos.
        objects: Their objects.
        failed: Photos that cannot be labeled.
        left_out: Objects without a mask in labeled photos.
        quality: The sum of the qualities of objects; None if unknown.
    """

    photos: int = 0
    objects: int = 0
    failed: int = 0
    left_out: int = 0
    quality: float | None = None

    def add(self, outcome: jobs_lib.Outcome):
        """Counts a photo."""
        if outcome.photo is None:
            self.failed += 1
            return
        self.photos += 1
        self.objects += len(outcome.photo.objects)
        self.left_out += len(outcome.left_out)
        for item in outcome.photo.objects:
            if item.quality is not None:
                self.quality = (self.quality or 0.0) + item.quality

    def __str__(self):
        quality = ""
        if self.quality is not None and self.objects:
            quality = (
                f" of quality {self.quality / self.objects:.2f} on average"
            )
        return (
            f"{self.photos} photos labeled, with {self.objects} objects"
            f"{quality}; {self.failed} photos not labeled, {self.left_out} "
            "objects left out"
        )


def label(
    jobs: Sequence[jobs_lib.Job],
    predict: part_client.PartClient,
    journal: journal_lib.Journal,
):
    """Labels the photos that are not done yet, with a progress bar.

    Args:
        jobs: The plan.
        predict: The model.
        journal: Where outcomes go, each as soon as it is there.

    Raises:
        ValueError: A server began to serve another model meanwhile.
    """
    todo = left(jobs, journal)
    if not todo:
        return
    labeler, done = labelers.of(predict), len(jobs) - len(todo)
    with tqdm.tqdm(total=len(jobs), initial=done, unit="photo") as progress:
        for outcome in labeler.label(todo):
            journal.write(outcome)
            progress.update()
    check_model(predict, journal)


def check_model(predict: part_client.PartClient, journal: journal_lib.Journal):
    """Checks that the model still is that of the journal.

    Raises:
        ValueError: It is not.
    """
    if labelers.describe(predict) != journal.header:
        raise ValueError(
            f"{journal.path}: has masks of two models, as the server began to "
            "serve another one meanwhile. Transfer to another --output."
        )


def left(
    jobs: Sequence[jobs_lib.Job], journal: journal_lib.Journal
) -> list[jobs_lib.Job]:
    """Returns the photos that are not done yet, and says how many are."""
    todo = [job for job in jobs if not journal.is_done(job)]
    if done := len(jobs) - len(todo):
        logging.info("%d of %d photos are done already.", done, len(jobs))
    return todo


def count(labeled: Labeled) -> Counts:
    """Returns how many photos are labeled, and lists those that are not."""
    counts = Counts()
    for outcome in labeled.outcomes():
        counts.add(outcome)
        told = [outcome.error] if outcome.error else outcome.left_out
        for reason in told:
            if counts.failed + counts.left_out <= _SHOWN:
                logging.warning("Not labeled: %s: %s", outcome.job.key, reason)
    return counts


def open_journal(
    output: pathlib.Path, predict: part_client.PartClient
) -> journal_lib.Journal:
    """Returns the journal of a directory, to go on with or to begin."""
    return journal_lib.Journal(output / JOURNAL, labelers.describe(predict))
