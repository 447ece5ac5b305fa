"""Runs a build: start or resume, write shards, then the manifest."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import functools
import pathlib
import shutil

from absl import logging
import filelock

from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.schema import category as category_lib
from kp2part.system import json_file
from tfrecords_tools.building import inputs as inputs_lib
from tfrecords_tools.building import jobs as jobs_lib
from tfrecords_tools.building import local_runner
from tfrecords_tools.building import plan
from tfrecords_tools.building import selection
from tfrecords_tools.building import settings as settings_lib

_SETTINGS = "settings.json"
_LOCK = ".building.lock"
# They only matter for reading keypoints, which are among the inputs.
_READING = ("category.keypoint_aliases.", "category.any_class")


def build(
    inputs: inputs_lib.Inputs,
    settings: settings_lib.Settings,
    output: pathlib.Path,
    num_workers: int,
) -> manifest_lib.Manifest:
    """Plans a build and runs it, see `run`.

    Args:
        inputs: Paths of annotations and photos.
        settings: How they become records.
        output: Directory for the result; created if missing.
        num_workers: Number of processes.
    """
    write = functools.partial(local_runner.run, num_workers=num_workers)
    return run(plan.make(inputs, settings), settings, output, write)


def run(
    planned: plan.Plan,
    settings: settings_lib.Settings,
    output: pathlib.Path,
    write: Callable[[Sequence[jobs_lib.Job]], None],
) -> manifest_lib.Manifest:
    """Writes shards and a manifest, or those that are missing.

    During the build, `output/unfinished` holds the settings and a report of
    each finished shard; it is removed once the manifest is written.

    Args:
        planned: The photos of each split.
        settings: How they become records.
        output: Directory for the result; created if missing.
        write: Writes the shards of jobs, wherever it does.

    Raises:
        ValueError: The inputs cannot be used, or the directory has a build
            with other settings.
    """
    wanted = {**settings.to_json(), "inputs": planned.fingerprint}
    jobs = jobs_lib.deal(planned.splits, settings, output)
    if (finished := _finished(output, wanted)) is not None:
        logging.info("%s is complete: nothing to do.", output)
        return finished
    with _locked(output), _noted(planned.notes):
        (output / jobs_lib.UNFINISHED).mkdir(parents=True, exist_ok=True)
        _remove_leftovers(output, jobs)
        json_file.write(output / jobs_lib.UNFINISHED / _SETTINGS, wanted)
        todo = [job for job in jobs if job.report() is None]
        if len(todo) < len(jobs):
            logging.info(
                "Resuming: %d of %d shards left.", len(todo), len(jobs)
            )
        if todo:
            write(todo)
        return _finish(output, settings, wanted, jobs)


@contextlib.contextmanager
def _noted(notes: Sequence[str]) -> Iterator[None]:
    """Logs what matched nothing, at the end, where people look."""
    try:
        yield
    finally:
        for note in notes:
            logging.warning("%s", note)


@contextlib.contextmanager
def _locked(output: pathlib.Path) -> Iterator[None]:
    """Refuses a second build of the same directory at the same time."""
    output.mkdir(parents=True, exist_ok=True)
    # The system releases it when a process ends, however it ends.
    lock = filelock.FileLock(output / _LOCK, blocking=False)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise ValueError(
            f"{output}: another process is building it right now."
        ) from error
    try:
        yield
    finally:
        # Windows removes no open file; there filelock removes it later.
        with contextlib.suppress(PermissionError):
            (output / _LOCK).unlink(missing_ok=True)
        lock.release()


def _remove_leftovers(output: pathlib.Path, jobs: Sequence[jobs_lib.Job]):
    """Removes partial files of killed builds, and shards of other inputs."""
    for partial in output.rglob(".partial-*"):
        partial.unlink(missing_ok=True)
    names = {job.report_path.name for job in jobs}
    for report in (output / jobs_lib.UNFINISHED).glob("*.tfrecord.json"):
        if report.name not in names:
            (output / report.stem).unlink(missing_ok=True)
            report.unlink()


def _finished(
    output: pathlib.Path, wanted: dict
) -> manifest_lib.Manifest | None:
    state = output / jobs_lib.UNFINISHED / _SETTINGS
    if (output / manifest_lib.FILE_NAME).is_file():
        manifest = manifest_lib.load(str(output))
        _refuse_others(output, dict(manifest.settings), wanted)
        return manifest if integrity.is_whole(manifest) else None
    if state.is_file():
        # Changed inputs, e.g. a repaired photo, change single shards only.
        previous = {**json_file.read(state), "inputs": wanted["inputs"]}
        _refuse_others(output, previous, wanted)
    return None


def _refuse_others(output: pathlib.Path, previous: dict, wanted: dict):
    category = category_lib.renamed(previous.get("category"))
    previous = dict(_flat({**previous, "category": category}))
    wanted = dict(_flat(wanted))
    changes = [
        f"  {name}: was {before!r:.60}, now {now!r:.60}"
        for name in sorted(previous.keys() | wanted.keys())
        if not name.startswith(_READING)
        if (before := previous.get(name)) != (now := wanted.get(name))
    ]
    if changes:
        raise ValueError(
            f"{output} has a build with other settings:\n"
            + "\n".join(changes)
            + "\nUse another --output, or remove the directory."
        )


def _flat(fields: dict, prefix: str = ""):
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _finish(
    output: pathlib.Path,
    settings: settings_lib.Settings,
    wanted: dict,
    jobs: Sequence[jobs_lib.Job],
) -> manifest_lib.Manifest:
    reports = {}
    for job in jobs:
        reports.setdefault(job.split, []).append(job.report())
    table = {
        split: selection.add(r["table"] for r in of_split)
        for split, of_split in reports.items()
    }
    manifest = manifest_lib.Manifest(
        directory=output,
        category=settings.category,
        image_size=settings.image_size,
        context=settings.context,
        aspect=settings.aspect,
        splits={
            split: _split([r["shard"] for r in of_split])
            for split, of_split in reports.items()
        },
        settings=wanted,
        table=table,
        skipped={split: _merge(r) for split, r in reports.items()},
    )
    if empty := [n for n, num in manifest.num_records.items() if not num]:
        raise ValueError(
            f"No object was kept in split {empty[0]!r}:\n"
            + selection.render(table)
        )
    json_file.write(output / manifest_lib.FILE_NAME, manifest.to_json())
    shutil.rmtree(output / jobs_lib.UNFINISHED)
    return manifest


def _split(of_shards: Sequence[dict]) -> manifest_lib.Split:
    return manifest_lib.Split(
        num_records=sum(shard["num_records"] for shard in of_shards),
        shards=tuple(manifest_lib.Shard(**shard) for shard in of_shards),
    )


def _merge(reports: Sequence[dict]) -> dict[str, list[str]]:
    merged = {}
    for report in reports:
        for kind, image_ids in report["skipped"].items():
            merged.setdefault(kind, []).extend(image_ids)
    return {kind: sorted(ids) for kind, ids in merged.items()}
