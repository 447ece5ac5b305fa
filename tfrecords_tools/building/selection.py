"""Selects the objects that become records, as in the paper, and counts them.

Each object has one outcome: `KEPT`, or the first of `REASONS` that applies. The
table counts them: {class: {"seen", "kept", "dropped": {reason}}}.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses

import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import annotation as annotation_lib
from kp2part.schema import boxes
from kp2part.system import tables
from tfrecords_tools.building import label_map
from tfrecords_tools.building import settings as settings_lib

KEPT = "kept"
# In the order in which they are checked.
REASONS = (
    "several_objects",  # One mask, and several objects that may be in it.
    "no_box",  # None of the given boxes matches the object.
    "no_keypoints",  # No annotation of keypoints matches the object.
    "no_class",  # Neither mask nor keypoints say which class it is of.
    "overlap",  # Its box overlaps the box of another object, of any class.
    "too_small",  # A side of its box is too short.
    "too_few_keypoints",
    "no_part",  # None of its pixels is in a part of the category.
)


@dataclasses.dataclass(frozen=True)
class Candidate:
    """An object with all data that decides whether it is kept.

    Attributes:
        item: The object.
        labels: uint8 [H, W], its label map, see `label_map`.
        box: Its box in pixel edges of the photo; None if not found.
        other_boxes: Boxes of all other objects in the photo, of any class.
        annotation: Its keypoints; None if not found.
        num_annotated: How many objects of the category are in the photo, as far
            as the other files say.
    """

    item: photo_objects.Object
    labels: np.ndarray
    box: boxes.Box | None
    other_boxes: Sequence[boxes.Box]
    annotation: annotation_lib.KeypointAnnotation | None
    num_annotated: int = 1

    def outcome(self, thresholds: settings_lib.Thresholds) -> str:
        """Returns `KEPT`, or the first of `REASONS` that applies."""
        if self.item.may_be_several and self.num_annotated > 1:
            return "several_objects"
        if self.box is None:
            return "no_box"
        if self.annotation is None:
            return "no_keypoints"
        if self.item.class_name == vocabulary.ANY_CLASS:
            return "no_class"
        overlaps = boxes.iou([self.box], self.other_boxes)
        if overlaps.max(initial=0.0) > thresholds.max_overlap:
            return "overlap"
        xmin, ymin, xmax, ymax = self.box
        if min(xmax - xmin, ymax - ymin) < thresholds.min_side:
            return "too_small"
        visible = self.annotation.keypoints[:, 2] > 0
        if visible.sum() < thresholds.min_keypoints:
            return "too_few_keypoints"
        return KEPT if label_map.has_part(self.labels) else "no_part"


def count(outcomes: Iterable[tuple[str, str]]) -> dict:
    """Returns the table of pairs (class name, outcome)."""
    table = {}
    for class_name, outcome in outcomes:
        row = table.setdefault(class_name, {"seen": 0, KEPT: 0, "dropped": {}})
        row["seen"] += 1
        if outcome == KEPT:
            row[KEPT] += 1
        else:
            row["dropped"][outcome] = row["dropped"].get(outcome, 0) + 1
    return table


def add(tables: Iterable[Mapping]) -> dict:
    """Returns the sum of tables."""
    total = {}
    for class_name, row in ((c, r) for t in tables for c, r in t.items()):
        into = total.setdefault(class_name, {"seen": 0, KEPT: 0, "dropped": {}})
        into["seen"] += row["seen"]
        into[KEPT] += row[KEPT]
        for reason, number in row["dropped"].items():
            dropped = into["dropped"].get(reason, 0)
            into["dropped"][reason] = dropped + number
    return {name: total[name] for name in sorted(total)}


def render(splits: Mapping[str, Mapping]) -> str:
    """Returns the tables of several splits as aligned text, with totals."""
    reasons = _found_reasons(splits.values())
    if splits:
        splits = {**splits, "all": add(splits.values())}
    rows = []
    for split, table in splits.items():
        total = add([{"total": row} for row in table.values()])
        for class_name, row in {**table, **total}.items():
            numbers = [row["seen"], row[KEPT]]
            numbers += [row["dropped"].get(reason, 0) for reason in reasons]
            rows.append((split, class_name, *map(str, numbers)))
    heads = ("split", "class", "seen", KEPT, *reasons)
    return tables.Table(heads, rows, num_left=2).to_text()


def _found_reasons(splits: Collection[Mapping]) -> list[str]:
    dropped = [row["dropped"] for table in splits for row in table.values()]
    return [r for r in REASONS if any(r in counts for counts in dropped)]
