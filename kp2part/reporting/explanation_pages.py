"""Pages that explain a network: one for each object, and one for a split."""

import cv2
import numpy as np

from kp2part.explanation import objects
from kp2part.explanation import saliency
from kp2part.explanation import summary as summary_lib
from kp2part.reporting import html_report
from kp2part.reporting import rendering
from kp2part.schema import category as category_lib
from kp2part.visualization import pictures
from kp2part.visualization import plots

_SIDE = 256  # Of a picture, in pixels.
_STRONG = 0.2  # A change of IoU that gets the full color.


def of_object(
    explained: objects.Explained, category: category_lib.Category
) -> str:
    """Returns the page of an object as HTML with embedded pictures."""
    image, keypoints = explained.image, explained.keypoints
    shown = {
        "keypoints": pictures.draw_keypoints(image, keypoints, category),
        "prediction": pictures.blend(image, explained.prediction, category),
        "label": pictures.blend(image, explained.label, category),
    }
    parts = list(category.parts)
    return rendering.render(
        "explanation.html.j2",
        title=explained.name,
        pictures={name: _picture(x) for name, x in shown.items()},
        parts=[
            _part(parts[part], maps, image, category)
            for part, maps in explained.maps.items()
        ],
        missing=[
            name
            for part, name in enumerate(parts)
            if part and part not in explained.maps
        ],
        legend=list(zip(parts, category.palette, strict=True))[1:],
        columns=parts[1:],
        rows=_rows(explained.effects.iou, explained.effects.follow, category),
    )


def of_split(
    summary: summary_lib.Summary,
    category: category_lib.Category,
    title: str,
    measure: str,
    names: list[str],
) -> str:
    """Returns the page of a split, with links to those of objects.

    Args:
        summary: Over its objects.
        category: Names of keypoints and parts.
        title: Its heading.
        measure: Name of the IoU, see `labels.LabelKind.measure`.
        names: Of the objects that have pages.
    """
    chart = plots.keypoint_matrix(
        summary.iou[:, 1:],
        category.keypoints,
        tuple(category.parts)[1:],
        f"change of {measure} without a keypoint",
    )
    return rendering.render(
        "explanations.html.j2",
        title=title,
        measure=measure,
        count=summary.num_objects,
        chart=html_report.data_url(chart),
        names=names,
        columns=tuple(category.parts)[1:],
        rows=_rows(summary.iou, summary.follow, category),
    )


def _part(
    name: str,
    maps: saliency.PartMaps,
    image: np.ndarray,
    category: category_lib.Category,
) -> dict:
    shown = {
        "gradients": maps.gradients,
        "SmoothGrad": maps.smooth,
        "Grad-CAM": maps.activations,
    }
    shares = []
    if maps.keypoints is not None:
        order = np.argsort(-maps.keypoints)[:5]
        shares = [
            (category.keypoints[i], float(maps.keypoints[i]))
            for i in order
            if maps.keypoints[i] > 0
        ]
    return {
        "name": name,
        "maps": {
            title: _picture(_heat(image, x))
            for title, x in shown.items()
            if x is not None
        },
        "shares": shares,
    }


def _rows(iou: np.ndarray, follow: np.ndarray, category) -> list[dict]:
    """Returns what the table shows of each keypoint that is known."""
    rows = []
    for name, changes, moves in zip(
        category.keypoints, iou[:, 1:], follow[:, 1:], strict=True
    ):
        if np.isfinite(changes).any() or np.isfinite(moves).any():
            cells = [_cell(*pair) for pair in zip(changes, moves, strict=True)]
            rows.append({"keypoint": name, "cells": cells})
    return rows


def _cell(change: float, move: float) -> dict:
    strength = 0.0
    if np.isfinite(change):
        strength = float(np.clip(change / _STRONG, -1, 1))
    return {
        "change": f"{100 * change:+.1f}" if np.isfinite(change) else "",
        "move": f"{move:.2f}" if np.isfinite(move) else "",
        "lost": max(-strength, 0.0),
        "won": max(strength, 0.0),
    }


def _heat(image: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Returns a gray image with values in [0, 1] in color over it."""
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    base = cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB) // 2
    colors = cv2.applyColorMap(
        np.round(255 * values).astype(np.uint8), cv2.COLORMAP_INFERNO
    )
    heat = cv2.cvtColor(colors, cv2.COLOR_BGR2RGB)
    weight = values[..., np.newaxis]
    return np.round(base * (1 - weight) + heat * weight).astype(np.uint8)


def _picture(pixels: np.ndarray) -> str:
    enlarged = cv2.resize(
        pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR
    )
    return html_report.data_url(pictures.encode_png(enlarged))
