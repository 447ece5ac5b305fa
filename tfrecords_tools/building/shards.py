"""Writes one shard of a build.

The runners map `write` over the jobs, `local_runner` and `beam_runner`.
"""

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses

from absl import logging
import tensorflow as tf

from kp2part.data import record_files
from kp2part.data import records
from kp2part.system import json_file
from tfrecords_tools.building import instances
from tfrecords_tools.building import jobs
from tfrecords_tools.building import selection


def write(job: jobs.Job, on_image: Callable[[], None]):
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
