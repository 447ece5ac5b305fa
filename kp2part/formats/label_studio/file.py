"""Reads the tasks in Label Studio's JSON export, with the photo of each.

A task has annotations, each a whole set of regions. One counts: the only one
with keypoints (or with masks) that was submitted, or the one marked as ground
truth.
"""

from collections.abc import Iterator
import dataclasses
import pathlib
import re
from typing import Any

from kp2part.formats.names import identity
from kp2part.formats.poses import pose_file
from kp2part.system import json_file

KEYPOINT = "keypointlabels"
RECTANGLE = "rectanglelabels"
CHOICES = "choices"
BRUSH = "brushlabels"
POLYGON = "polygonlabels"
EXPORT_JSON = "Export the project as JSON, the first choice in its list."
MIN_FIELD = "annotation_id"  # Only shortened exports have it: JSON_MIN and CSV.
SHORTENED = (
    "is a shortened export of Label Studio, which does not say which object a "
    f"keypoint belongs to. {EXPORT_JSON}"
)
# Tags that have their names in another tag.
_WITHOUT_NAMES = {
    "keypoint": "`KeyPoint` must have its names in `KeyPointLabels`",
    "brush": "`Brush` must have its names in `BrushLabels`",
    "polygon": "`Polygon` must have its names in `PolygonLabels`",
}
_SUFFIX = re.compile(r"\.(jpe?g|png|bmp|gif|tiff?|webp)\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Kinds:
    """Which regions are read.

    Attributes:
        read: Their types.
        wanted: The annotation that counts has one of these.
        name: What the wanted ones are called in messages.
    """

    read: tuple[str, ...]
    wanted: tuple[str, ...]
    name: str


KEYPOINTS = Kinds((KEYPOINT, RECTANGLE, CHOICES), (KEYPOINT,), "keypoints")
MASKS = Kinds((BRUSH, POLYGON, RECTANGLE), (BRUSH, POLYGON), "masks")


@dataclasses.dataclass(frozen=True)
class Task:
    """One photo.

    Attributes:
        photo: Its size is that of the photo as it is shown.
        regions: Those of the annotation that counts, of the types in `Kinds`;
            each an object with an object `value`.
        passed_over: Why its other annotations do not count.
        error: What is wrong with its annotations, None if nothing is; there
            are no regions then.
        source: File and task, for messages.
    """

    photo: pose_file.Photo
    regions: list[dict[str, Any]]
    passed_over: tuple[str, ...]
    error: ValueError | None
    source: str


def read(path: pathlib.Path, kinds: Kinds = KEYPOINTS) -> list[Task]:
    """Returns the tasks of a file.

    Args:
        path: Of the file.
        kinds: Which regions to read.

    Raises:
        ValueError: The file is no such export, or a task has no photo, or a
            photo two tasks.
    """
    fields = json_file.read(path)
    items = [fields] if isinstance(fields, dict) else fields
    if not isinstance(items, list) or not items:
        raise ValueError(
            f"{path}: must be a list of Label Studio's tasks, at least one. "
            f"Received: {identity.shown(fields)}"
        )
    tasks, owners = [], {}
    for index, item in enumerate(items):
        task = task_of(item, f"{path}: task {index}", kinds)
        tasks.append(task)
        other = owners.setdefault(task.photo.name, task.source)
        if other is not task.source:
            raise ValueError(
                f"{task.source}: has the photo of {other}: "
                f"{task.photo.name!r:.80}. Remove one of the two."
            )
    return tasks


def task_of(item: Any, where: str, kinds: Kinds = KEYPOINTS) -> Task:
    """Returns the task that a JSON value is.

    Args:
        item: Any JSON value.
        where: File and place, for messages.
        kinds: Which regions to read.

    Raises:
        ValueError: It is no task, or has no photo.
    """
    if not isinstance(item, dict) or not isinstance(item.get("data"), dict):
        raise ValueError(f"{where}: {_no_task(item)}")
    if isinstance(item.get("id"), int):
        where = f"{where} (id {item['id']})"
    name = _image(item["data"], where)
    passed_over: list[str] = []
    try:
        regions = list(_chosen(item, where, kinds, passed_over))
        height, width = _check_same(regions, where)
    except ValueError as error:
        photo = pose_file.Photo(name)
        return Task(photo, [], tuple(passed_over), error, where)
    photo = pose_file.Photo(name, height, width)
    return Task(photo, regions, tuple(passed_over), None, where)


def _no_task(item: Any) -> str:
    if isinstance(item, dict) and MIN_FIELD in item:
        return SHORTENED
    return (
        "must be a task of Label Studio, an object with a field `data`. "
        f"Received: {identity.shown(item)}"
    )


def _image(data: dict[str, Any], where: str) -> str:
    texts = {k: v for k, v in data.items() if isinstance(v, str)}
    names = [text for text in texts.values() if _SUFFIX.search(text)]
    name = texts.get("image") or (names[0] if len(names) == 1 else "")
    if not name.strip():
        raise ValueError(
            f"{where}: `data` must have the path of a photo, as `image`. "
            f"Received: {identity.shown(data)}"
        )
    return name


def _chosen(
    task: dict, where: str, kinds: Kinds, passed_over: list[str]
) -> Iterator[dict]:
    """Yields the regions of the annotation that counts."""
    annotations = objects(task.get("annotations"), f"{where}: `annotations`")
    chosen = []
    for index, item in enumerate(annotations):
        here = f"{where}: annotation {item.get('id', index)!s:.20}"
        regions = regions_of(item.get("result"), here, kinds)
        if not any(region["type"] in kinds.wanted for region in regions):
            continue
        if item.get("was_cancelled"):
            passed_over.append("as it was canceled")
        else:
            chosen.append((item, regions))
    if not chosen and task.get("predictions"):
        passed_over.append("as predicted, not submitted")
    if len(chosen) > 1:
        true = [pair for pair in chosen if pair[0].get("ground_truth")]
        if len(true) != 1:
            raise ValueError(
                f"{where}: has {len(chosen)} annotations with {kinds.name}. "
                "Mark one of them as ground truth, or delete the others."
            )
        passed_over += ["beside the ground truth"] * (len(chosen) - 1)
        chosen = true
    for _, regions in chosen:
        yield from regions


def regions_of(
    result: Any, where: str, kinds: Kinds = KEYPOINTS
) -> list[dict[str, Any]]:
    """Returns those of a `result` that are of some types."""
    unnamed = [kind.removesuffix("labels") for kind in kinds.wanted]
    found = []
    for index, item in enumerate(objects(result, f"{where}: `result`")):
        if item.get("type") in unnamed:
            raise ValueError(
                f"{where}: region {index}: a {_WITHOUT_NAMES[item['type']]}, "
                "not in `Labels`."
            )
        if item.get("type") in kinds.read:
            if not isinstance(item.get("value"), dict):
                raise ValueError(
                    f"{where}: region {index}: `value` must be an object. "
                    f"Received: {identity.shown(item.get('value'))}"
                )
            found.append(item)
    return found


def objects(value: Any, where: str) -> list[dict[str, Any]]:
    """Returns a JSON value that is a list of objects, or None, as a list."""
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(v, dict) for v in value):
        return value
    raise ValueError(
        f"{where} must be a list of objects. Received: {identity.shown(value)}"
    )


def _check_same(
    regions: list[dict], where: str
) -> tuple[int | None, int | None]:
    """Returns (height, width) of the photo that all regions are of."""
    regions = [region for region in regions if region["type"] != CHOICES]
    for field in ("to_name", "item_index", "original_height", "original_width"):
        values = [region.get(field) for region in regions]
        if any(value != values[0] for value in values):
            raise ValueError(
                f"{where}: `{field}` must be the same in all regions. "
                f"Received: {identity.shown(values[:9])}"
            )
    for region in regions:
        if region.get("image_rotation"):
            raise ValueError(
                f"{where}: `image_rotation` must be 0: turn the photo back in "
                "Label Studio, and place the keypoints anew. "
                f"Received: {identity.shown(region['image_rotation'])}"
            )
    if not regions:
        return None, None
    height, width = (
        _side(regions[0].get(name), where, name)
        for name in ("original_height", "original_width")
    )
    return height, width


def _side(value: Any, where: str, field: str) -> int:
    if type(value) is int and 0 < value < 1 << 31:
        return value
    raise ValueError(
        f"{where}: `{field}` must be a number of pixels. "
        f"Received: {identity.shown(value)}"
    )
