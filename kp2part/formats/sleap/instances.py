"""What SLEAP's files say of one individual in one frame."""

from collections.abc import Sequence
import dataclasses
import math

import numpy as np

from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.formats.poses import annotation
from kp2part.formats.poses import pose_file
from kp2part.schema import keys

FORMAT = "sleap"


@dataclasses.dataclass(frozen=True)
class Entry:
    """One individual in one frame, not checked yet.

    Attributes:
        nodes: Names of the points.
        points: float [N, 2], rows of (x, y), NaN for none.
        visibility: Of each point, as in COCO.
        instance: Name of its track, "" if it has none.
        source: File, frame and track, for messages.
    """

    nodes: Sequence[str]
    points: np.ndarray
    visibility: Sequence[int]
    instance: str
    source: str


def parse(
    entry: Entry, vocabulary: vocabulary_lib.Vocabulary
) -> annotation.KeypointAnnotation | pose_file.PassedOver:
    """Returns the annotation, or why it is none of ours."""
    where = entry.source
    if entry.instance:
        where += f" ({identity.one_line(entry.instance)})"
    points = {}
    for name, (x, y), v in zip(
        entry.nodes, entry.points.tolist(), entry.visibility, strict=True
    ):
        if v == keys.ABSENT or (math.isnan(x) and math.isnan(y)):
            continue
        if not annotation.is_coordinate(x) or not annotation.is_coordinate(y):
            raise ValueError(
                f"{where}: node {name!r:.80}: x and y must be coordinates in "
                f"pixels, or both NaN. Received: {[x, y]}"
            )
        points[name] = x, y, v
    if not points:
        return pose_file.PassedOver("without keypoints")
    return annotation.make(
        vocabulary_lib.ANY_CLASS,
        None,
        points,
        vocabulary=vocabulary,
        format_name=FORMAT,
        source=where,
        instance=entry.instance,
    )
