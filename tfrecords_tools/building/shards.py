"""One shard of a build: a self-contained job.

Jobs are pickled to worker processes; a distributed runner could map `write`
over them just as well.
"""

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
import pathlib

from absl import logging
import tensorflow as tf

from kp2part.data import record_files
from kp2part.data import records
from kp2part.system import checksum
from kp2part.system import json_file
from tfrecords_tools.building import fingerprints
from tfrecords_tools.building import instances
from tfrecords_tools.building import selection
from tfrecords_tools.building import settings as settings_lib


@dataclasses.dataclass(frozen=True)
class Job:
    """The contents of one shard.

    Attributes:
        split: Name of the split it belongs to.
        path: Where the shard goes.
        scratch: Directory of the unfinished build, for the shard's report.
        sources: The photos, in order.
        settings: How they become records.
    """

    split: str
    path: pathlib.Path
    scratch: pathlib.Path
    sources: tuple[instances.Source, ...]
    settings: settings_lib.Settings

    @property
    def report_path(self) -> pathlib.Path:
        """Where the report goes: the shard's entry for the manifest."""
        return self.scratch / f"{self.path.name}.json"

    @property
    def inputs(self) -> str:
        """Checksum of the inputs of the shard."""
        return fingerprints.of({self.split: self.sources})

    def report(self) -> dict | None:
        """Returns the report if the shard is intact and of the same inputs."""
        if not (self.report_path.is_file() and self.path.is_file()):
            return None
        report = json_file.read(self.report_path)
        if report.get("inputs") != self.inputs:
            return None
        matches = report["shard"]["sha256"] == checksum.sha256(self.path)
        return report if matches else None


def write(job: Job, on_image: Callable[[], None]):
    """Writes the shard of a job, then its report.

    Args:
        job: The shard to write.
        on_image: Called after each photo.

    Raises:
        instances.BadSource: A photo cannot be used, and the settings do not
            say to skip it. No shard is left behind.
    """
    outcomes, skipped = [], {}

    def make_records() -> Iterator[bytes]:
        for source in job.sources:
            try:
                examples, found = instances.convert(source, job.settings)
            except instances.BadSource as error:
                if not job.settings.skip_bad_images:
                    raise
                logging.warning("Skipped %s: %s", source.image_id, error)
                skipped.setdefault(error.kind, []).append(source.image_id)
                examples, found = [], []
            outcomes.extend(found)
            yield from map(records.encode, examples)
            on_image()

    # Pixels computed on a GPU would differ from those of other machines.
    with tf.device("CPU:0"):
        try:
            shard = record_files.write(job.path, make_records())
        except OSError as error:
            raise OSError(
                f"{error}. Running the same command again resumes the build."
            ) from error
    table = selection.count(outcomes)
    report = {
        "shard": dataclasses.asdict(shard),
        "table": table,
        "skipped": skipped,
        "inputs": job.inputs,
    }
    json_file.write(job.report_path, report)
