"""A page of labeled objects, those with the worst masks first.

One HTML file with thumbnails, which needs no network: a person looks at some
hundred objects and not at all.
"""

import base64
from collections.abc import Iterable
import contextlib
import dataclasses
import heapq

import cv2
import numpy as np

from kp2part.data.arrays import photos
from kp2part.formats.labeled import labels
from kp2part.labeling import frames
from kp2part.labeling import jobs as jobs_lib
from kp2part.reporting import rendering
from kp2part.schema import category as category_lib
from kp2part.visualization import pictures

_SIDE = 224  # Of a thumbnail, in pixels.
_MARGIN = 0.15  # Around the object, as a fraction of its longer side.
NUM_BARS = 20


@dataclasses.dataclass(frozen=True)
class Item:
    """An object to look at.

    Attributes:
        job: Its photo.
        number: Of the object in the photo, from 0.
        shown: The object.
        rank: By what it is sorted: its quality, or the mean confidence of its
            parts if the model does not tell the quality.
    """

    job: jobs_lib.Job
    number: int
    shown: labels.LabeledObject
    rank: float


@dataclasses.dataclass(frozen=True)
class Ranked:
    """The objects to show.

    Attributes:
        worst: In order, the worst first.
        counts: Number of all objects by rank, in `NUM_BARS` equal steps.
        has_quality: Whether ranks are qualities.
    """

    worst: list[Item]
    counts: np.ndarray
    has_quality: bool


def rank(outcomes: Iterable[jobs_lib.Outcome], count: int) -> Ranked:
    """Returns the worst objects; only these are held in memory.

    Args:
        outcomes: Labeled photos; others are passed over.
        count: How many objects to keep.
    """
    counts = np.zeros(NUM_BARS, int)
    worst: list[tuple[float, int, Item]] = []
    has_quality = True
    for order, item in enumerate(_items(outcomes)):
        counts[min(int(item.rank * NUM_BARS), NUM_BARS - 1)] += 1
        has_quality &= item.shown.quality is not None
        # A heap with the best of the worst on top.
        heapq.heappush(worst, (-item.rank, -order, item))
        if len(worst) > count:
            heapq.heappop(worst)
    ordered = [item for _, _, item in sorted(worst, reverse=True)]
    return Ranked(ordered, counts, has_quality)


def render(ranked: Ranked, category: category_lib.Category, title: str) -> str:
    """Returns the page.

    Args:
        ranked: What it shows.
        category: Names and colors of parts, names of keypoints.
        title: Heading of the page.
    """
    parts = list(category.parts)
    thumbnails = _thumbnails(ranked.worst, category)
    return rendering.render(
        "review.html.j2",
        title=title,
        cards=[
            {**_card(item, category), "picture": thumbnails.get(i)}
            for i, item in enumerate(ranked.worst)
        ],
        total=int(ranked.counts.sum()),
        bars=_bars(ranked.counts),
        has_quality=ranked.has_quality,
        legend=list(zip(parts, category.palette, strict=True))[1:],
    )


def _items(outcomes: Iterable[jobs_lib.Outcome]):
    for outcome in outcomes:
        if outcome.photo is None:
            continue
        for number, item in enumerate(outcome.photo.objects):
            yield Item(outcome.job, number, item, _rank(item))


def _rank(item: labels.LabeledObject) -> float:
    if item.quality is not None:
        return item.quality
    if item.confidence is None or not item.confidence[1:].any():
        return 0.0
    return float(item.confidence[1:][item.confidence[1:] > 0].mean())


def _card(item: Item, category: category_lib.Category) -> dict:
    confidence = item.shown.confidence
    parts = [
        (name, float(confidence[part_id]))
        for part_id, name in enumerate(category.parts)
        if part_id and confidence is not None and confidence[part_id] > 0
    ]
    return {
        "photo": _shown(item.job),
        "number": item.number + 1,
        "class_name": item.shown.class_name,
        "instance": item.shown.instance,
        "rank": item.rank,
        "parts": parts,
    }


def _shown(job: jobs_lib.Job) -> str:
    return job.name if job.frame is None else f"{job.name}, frame {job.frame}"


def _thumbnails(
    items: list[Item], category: category_lib.Category
) -> dict[int, str]:
    """Returns pictures as data URLs by index; photos may be gone by now."""
    order = sorted(
        range(len(items)),
        key=lambda i: (items[i].job.name, items[i].job.frame or 0),
    )
    sources = frames.read(items[i].job for i in order)
    found = {}
    for i, source in zip(order, sources, strict=True):
        with contextlib.suppress(OSError, ValueError):
            pixels = source.pixels
            if pixels is None:
                pixels = photos.decode_to_show(
                    source.contents(), str(source.job.path)
                )
            found[i] = _thumbnail(items[i], pixels, category)
    return found


def _thumbnail(
    item: Item, pixels: np.ndarray, category: category_lib.Category
) -> str:
    photo = labels.LabeledPhoto(item.job.name, *pixels.shape[:2], (item.shown,))
    rows, columns = _window(item.shown, photo)
    image, mask = pixels[rows, columns], photo.part_ids()[rows, columns]
    scale = _SIDE / max(image.shape[:2])
    sides = [max(1, round(side * scale)) for side in image.shape[1::-1]]
    image = cv2.resize(image, sides, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(mask, sides, interpolation=cv2.INTER_NEAREST)
    keypoints = item.shown.keypoints.copy()
    corner = [columns.start - 0.5, rows.start - 0.5]
    keypoints[:, :2] = (keypoints[:, :2] - corner) * scale - 0.5
    drawn = pictures.draw_keypoints(
        pictures.blend(image, mask, category), keypoints, category
    )
    jpeg = cv2.imencode(".jpg", drawn[..., ::-1])[1].tobytes()
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def _window(item: labels.LabeledObject, photo: labels.LabeledPhoto):
    """Returns the rows and columns around an object's parts and keypoints."""
    corners = [item.keypoints[item.keypoints[:, 2] > 0, :2]]
    for box in (item.extent(), item.box):
        if box is not None:
            corners.append(np.reshape(box, (2, 2)))
    points = np.concatenate(corners)
    low, high = points.min(0), points.max(0) + 1
    margin = _MARGIN * max(high - low)
    limit = np.array([photo.width, photo.height])
    x0, y0 = np.clip(low - margin, 0, limit - 1).astype(int)
    x1, y1 = np.ceil(np.clip(high + margin, [x0 + 1, y0 + 1], limit)).astype(
        int
    )
    return slice(int(y0), int(y1)), slice(int(x0), int(x1))


def _bars(counts: np.ndarray) -> list[dict]:
    """Returns the bars of a histogram, heights in percent of the highest."""
    highest = max(counts.max(), 1)
    return [
        {
            "from": i / NUM_BARS,
            "to": (i + 1) / NUM_BARS,
            "count": int(count),
            "height": round(100 * count / highest, 1),
        }
        for i, count in enumerate(counts)
    ]
