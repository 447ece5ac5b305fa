"""A runner of Apache Beam, and the pipeline that it runs."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import functools
import io
import os
import pathlib
import shlex
from typing import Any
from typing import Protocol

import apache_beam as beam
from apache_beam.options import pipeline_options
from apache_beam.utils import shared
import grpc

from kp2part.beam import pieces
from kp2part.beam import progress
from kp2part.formats.names import identity

_ON_THIS_MACHINE = "DirectRunner"


class Work(Protocol):
    """How pieces are done; pickled to the workers."""

    def start(self) -> Callable[[Any], None]:
        """Returns what does a piece; called once in each process."""


class Runner:
    """Runs pieces of work on Apache Beam.

    Args:
        name: Of the runner, as Beam calls it.
        options: Of Beam and the runner, as on a command line.

    Raises:
        ValueError: There is no such runner or option.
    """

    def __init__(self, name: str, options: str = ""):
        known = pipeline_options.StandardOptions.KNOWN_RUNNER_NAMES
        if name not in known and "." not in name:
            told = identity.with_nearest(name, known)
            raise ValueError(
                f"`runner` must be one of Beam's. Received: {told}"
            )
        self.name = name
        self._options = _parse(name, options)

    def check_paths(self, paths: Mapping[str, str | None]):
        """Checks that workers, wherever they run, can find paths.

        Args:
            paths: By the name of the flag; None and addresses of servers are
                left alone.

        Raises:
            ValueError: A path is relative, to a directory of this machine.
        """
        if self.name == _ON_THIS_MACHINE:
            return
        for flag, path in paths.items():
            if path and "://" not in path and not os.path.isabs(path):
                raise ValueError(
                    f"`{flag}` must be an absolute path, which all workers of "
                    f"{self.name} see. Received: {flag}={path}"
                )

    def run(self, directory: pathlib.Path, work: Work, unit: str):
        """Does all pieces in a directory, with a progress bar.

        Args:
            directory: The pieces; all workers see it under this path.
            work: How to do them.
            unit: What a piece is called.

        Raises:
            ValueError: A piece, or the directory, cannot be used; the pieces
                that are done stay done.
        """
        total = len(pieces.names(directory))
        with progress.of(functools.partial(_left, directory), total, unit):
            with self._told(directory):
                pipeline = beam.Pipeline(options=self._options)
                _build(pipeline, directory, work)
                pipeline.run().wait_until_finish()
        if left := _left(directory):
            raise ValueError(
                f"{directory}: {left} of {total} pieces of work are not done. "
                "All workers must see this directory under this path."
            )

    @contextlib.contextmanager
    def _told(self, directory: pathlib.Path) -> Iterator[None]:
        """Raises what a worker has noted instead of what Beam makes of it."""
        try:
            yield
        except Exception as error:
            if (message := pieces.error(directory)) is not None:
                raise ValueError(message) from error
            if isinstance(error, grpc.FutureTimeoutError):  # It has no text.
                raise ValueError(
                    f"{self.name}: its job server did not respond. See "
                    "--job_endpoint in `beam_options`."
                ) from error
            if isinstance(error, RuntimeError | grpc.RpcError):
                # Its service is not there, or has no worker left.
                raise ValueError(f"{self.name}: {error}") from error
            raise


class _Do(beam.DoFn):
    """Does the pieces of given names."""

    def __init__(self, directory: pathlib.Path, work: Work):
        self._directory = directory
        self._work = work
        # One in each process, whose threads have a `_Do` each.
        self._shared = shared.Shared()

    def setup(self):
        with pieces.noting_errors(self._directory, "setup"):
            self._do = self._shared.acquire(self._work.start)

    def process(self, name: str):
        piece = pieces.take(self._directory, name)
        if piece is None:
            return  # Another worker was faster.
        with pieces.noting_errors(self._directory, name):
            self._do(piece)
        pieces.finish(self._directory, name)


def _build(pipeline: beam.Pipeline, directory: pathlib.Path, work: Work):
    # The names are listed by a worker: millions do not fit into the pipeline.
    names = (
        pipeline
        | "Directory" >> beam.Create([directory])
        | "Pieces" >> beam.FlatMap(pieces.names)
        | "Deal" >> beam.Reshuffle()
    )
    names | "Do" >> beam.ParDo(_Do(directory, work))


def _left(directory: pathlib.Path) -> int:
    return len(pieces.names(directory))


def _parse(name: str, text: str) -> pipeline_options.PipelineOptions:
    told = io.StringIO()
    try:
        words = shlex.split(text)
        with contextlib.redirect_stderr(told):
            options = pipeline_options.PipelineOptions(
                [f"--runner={name}", *words]
            )
            known = options.get_all_options()
            given = options.get_all_options(retain_unknown_options=True)
    except ValueError as error:
        raise ValueError(
            f"`beam_options`: {error}. Received: {text}"
        ) from error
    except SystemExit as error:
        reason = told.getvalue().strip().rpartition("error: ")[2]
        raise ValueError(f"`beam_options`: {reason}") from error
    if name == _ON_THIS_MACHINE:
        _check_known(given, known)
        # What goes wrong is raised here; what goes right need not be told.
        worker = options.view_as(pipeline_options.WorkerOptions)
        worker.default_sdk_harness_log_level = (
            worker.default_sdk_harness_log_level or "CRITICAL"
        )
        # A promise that is easy, as there are no triggers. Otherwise Beam would
        # first try to download another runner, Prism.
        options.view_as(
            pipeline_options.TypeOptions
        ).allow_unsafe_triggers = True
    return options


def _check_known(given: Mapping[str, Any], known: Mapping[str, Any]):
    # Servers of other runners have options of their own.
    for name in given.keys() - known.keys():
        told = identity.with_nearest(name, known)
        raise ValueError(f"`beam_options`: Beam has no such option: {told}")
