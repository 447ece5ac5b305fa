"""Which keypoints of a task to make masks of: those that people have placed."""

from collections.abc import Iterable
from typing import Any

from kp2part.formats.label_studio import file as file_lib
from kp2part.formats.names import identity

Fields = dict[str, Any]


def batch(task: Fields, where: str) -> file_lib.Task:
    """Returns the regions of the annotation that counts, or of a draft.

    Args:
        task: With `data`, and `annotations` or `drafts`.
        where: Which task, for messages.

    Raises:
        ValueError: It is no task.
    """
    found = file_lib.task_of(task, where)
    if found.error is None and not _points(found.regions):
        if (regions := _latest_draft(task, where)) is not None:
            return _with_regions(task, regions, where)
    return found


def in_rectangle(task: Fields, context: Fields, where: str) -> file_lib.Task:
    """Returns a rectangle that was just drawn, and the keypoints in it.

    Args:
        task: As for `batch`; the draft is saved while people click.
        context: What was drawn with the smart tool, as `result`.
        where: Which task, for messages.

    Raises:
        ValueError: It is no rectangle, or the keypoints in it are of several
            objects.
    """
    drawn = file_lib.regions_of(context.get("result"), f"{where}: `context`")
    rectangles = [x for x in drawn if x["type"] == file_lib.RECTANGLE]
    if not rectangles:
        raise ValueError(
            f"{where}: place plain keypoints, then draw a rectangle round them "
            "with the smart tool: a smart keypoint comes alone."
        )
    rectangle = rectangles[-1]
    regions = _latest_draft(task, where)
    if regions is None:
        found = file_lib.task_of(task, where)
        if found.error is not None:
            raise found.error
        regions = found.regions
    points = _of_one(_inside(_points(regions), rectangle, where), where)
    ids = {x.get("id") for x in points}
    choices = [
        x
        for x in regions
        if x["type"] == file_lib.CHOICES and x.get("id") in ids
    ]
    owned = [{**x, "parentID": rectangle.get("id")} for x in points]
    return _with_regions(task, [rectangle, *owned, *choices], where)


def _with_regions(task: Fields, regions: list[Fields], where: str):
    return file_lib.task_of(
        {**task, "annotations": [{"result": regions}]}, where
    )


def _latest_draft(task: Fields, where: str) -> list[Fields] | None:
    """Returns the regions of the latest draft with keypoints, if any."""
    drafts = file_lib.objects(task.get("drafts"), f"{where}: `drafts`")
    # Times in ISO 8601, all UTC: sorted as texts.
    for draft in sorted(
        drafts, key=lambda x: str(x.get("updated_at", "")), reverse=True
    ):
        regions = file_lib.regions_of(draft.get("result"), f"{where}: draft")
        if _points(regions):
            return regions
    return None


def _points(regions: Iterable[Fields]) -> list[Fields]:
    return [x for x in regions if x["type"] == file_lib.KEYPOINT]


def _inside(
    points: Iterable[Fields], rectangle: Fields, where: str
) -> list[Fields]:
    box = rectangle["value"]
    sides = [box.get(name) for name in ("x", "y", "width", "height")]
    if not all(map(_is_number, sides)):
        raise ValueError(
            f"{where}: a rectangle must have x, y, width and height in per "
            f"cent. Received: {identity.shown(sides)}"
        )
    left, top, width, height = sides
    found = []
    for point in points:
        x, y = point["value"].get("x"), point["value"].get("y")
        if _is_number(x) and _is_number(y):
            if left <= x <= left + width and top <= y <= top + height:
                found.append(point)
    return found


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _of_one(points: list[Fields], where: str) -> list[Fields]:
    """Returns the keypoints of one object: those of no other rectangle."""
    if not points:
        raise ValueError(
            f"{where}: no keypoint lies in the rectangle yet. The tool saves "
            "what was clicked a few seconds later: draw it again then."
        )
    if without := [x for x in points if not x.get("parentID")]:
        return without
    owners = {str(x["parentID"]) for x in points}
    if len(owners) > 1:
        raise ValueError(
            f"{where}: keypoints of {len(owners)} objects lie in the "
            "rectangle. Submit, and retrieve predictions instead."
        )
    return points
