"""Runs the jobs of a build on Apache Beam; otherwise as `local_runner` does."""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses

from kp2part.beam import pieces
from kp2part.beam import runner as runner_lib
from tfrecords_tools.building import jobs as jobs_lib


@dataclasses.dataclass(frozen=True)
class _Shards:
    """Writes shards; see `runner.Work`."""

    def start(self) -> Callable[[jobs_lib.Job], None]:
        # The program itself, which gives out the jobs, does without TensorFlow.
        from tfrecords_tools.building import shards

        return lambda job: shards.write(job, lambda: None)


def run(jobs: Sequence[jobs_lib.Job], runner: runner_lib.Runner):
    """Writes the shards of all jobs, or raises one of the errors.

    Args:
        jobs: The jobs of one build.
        runner: Who writes them.
    """
    scratch = jobs[0].scratch
    pieces.clear(scratch)
    for job in jobs:
        pieces.put(scratch, job.path.stem, job)
    runner.run(scratch, _Shards(), "shard")
