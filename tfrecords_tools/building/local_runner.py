"""Runs the jobs of a build in worker processes, under a progress bar."""

from collections.abc import Sequence
from concurrent import futures
import contextlib
import multiprocessing
import os
import signal

import tensorflow as tf
import tqdm

from kp2part.system import processes
from tfrecords_tools.building import jobs as jobs_lib
from tfrecords_tools.building import shards

_SECONDS_BETWEEN_UPDATES = 0.5
# A worker imports TensorFlow, which takes as long as some hundred photos.
_IMAGES_PER_WORKER = 1000
# Workers share the CPU and log little; pixels must not depend on a GPU.
_ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

# Set in workers: the shared count of photos and the parent's stop event.
_num_done, _stop = None, None


class _Stopped(Exception):
    """Another job has failed, or the user has interrupted the build."""


def run(jobs: Sequence[jobs_lib.Job], num_workers: int | None = None):
    """Writes the shards of all jobs, or raises the first error.

    Args:
        jobs: The jobs, in the order in which to start them.
        num_workers: Number of processes; 1 runs the jobs in this process. By
            default, as many as the number of photos pays for.
    """
    num_images = sum(len(job.sources) for job in jobs)
    if num_workers is None:
        num_workers = _num_workers(num_images, os.cpu_count() or 1)
    with tqdm.tqdm(total=num_images, unit="image", smoothing=0.05) as bar:
        if num_workers == 1:
            for job in jobs:
                shards.write(job, bar.update)
        else:
            with _environment():
                _run_in_workers(jobs, min(num_workers, len(jobs)), bar)


def _num_workers(num_images: int, num_cores: int) -> int:
    return max(1, min(num_cores, num_images // _IMAGES_PER_WORKER))


def _run_in_workers(jobs, num_workers, bar):
    context = multiprocessing.get_context("spawn")  # TensorFlow cannot fork.
    num_done, stop = context.Value("q", 0), context.Event()
    executor = futures.ProcessPoolExecutor(
        num_workers, context, _start_worker, (num_done, stop)
    )
    try:
        waiting = {executor.submit(_write, job) for job in jobs}
        while waiting:
            done, waiting = futures.wait(
                waiting, _SECONDS_BETWEEN_UPDATES, futures.FIRST_EXCEPTION
            )
            bar.update(num_done.value - bar.n)
            for future in done:
                future.result()
    except futures.process.BrokenProcessPool as error:
        raise ValueError(
            "A worker process died, perhaps for lack of memory: lower "
            "--num_workers. Run the same command again to resume."
        ) from error
    finally:
        stop.set()
        executor.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _environment():
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)  # Workers need it before their imports.
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _start_worker(num_done, stop):
    global _num_done, _stop
    _num_done, _stop = num_done, stop
    # The parent handles Ctrl-C and sets `stop`, unless it has died.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.end_with_pool()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _write(job: jobs_lib.Job):
    shards.write(job, _on_image)


def _on_image():
    with _num_done.get_lock():
        _num_done.value += 1
    if _stop.is_set():
        raise _Stopped
