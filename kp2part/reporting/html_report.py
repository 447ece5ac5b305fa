"""A single HTML file on a training run and its scores."""

import base64
import pathlib

from kp2part.evaluation import labels as labels_lib
from kp2part.evaluation import scores as scores_lib
from kp2part.evaluation import seen_photos
from kp2part.models import model_file
from kp2part.reporting import rendering
from kp2part.system import json_file
from kp2part.training import workdir as workdir_lib
from kp2part.visualization import plots


def render(
    title: str,
    workdir: workdir_lib.Workdir,
    evaluation: pathlib.Path,
    prediction: pathlib.Path | None,
) -> str:
    """Returns the page as HTML with embedded pictures.

    Args:
        title: Heading of the page.
        workdir: A finished run.
        evaluation: Directory of its scores.
        prediction: overlay.png of `kp2part.predict` to show as well.
    """
    training = json_file.read(workdir.path / "training.json")
    scores = json_file.read(evaluation / "metrics.json")
    _, task = model_file.load(str(workdir.best))
    history = workdir.history(training["epochs"])
    kind = labels_lib.of(scores)
    bars = plots.iou_bars(scores, task.category.palette, kind.measure)
    return rendering.render(
        "page.html.j2",
        title=title,
        training=training,
        scores=scores,
        labels=kind,
        seen=seen_photos.sentence(scores),
        table=scores_lib.table(scores),
        bars=data_url(bars),
        curves=data_url(plots.curves(history, kind.measure)),
        examples=data_url((evaluation / "examples.png").read_bytes()),
        prediction=prediction and data_url(prediction.read_bytes()),
    )


def data_url(png: bytes) -> str:
    """Returns a PNG file as a data URL."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
