"""One page of HTML for a training run and its scores, its pictures inside."""

import base64
import html
import pathlib

from kp2part.evaluation import scores as scores_lib
from kp2part.models import model_file
from kp2part.system import json_file
from kp2part.training import workdir as workdir_lib
from kp2part.visualization import plots

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse }}
td, th {{ border: 1px solid #8888; padding: .25rem .75rem; text-align: right }}
td:first-child, th:first-child {{ text-align: left }}
img {{ max-width: 100%; height: auto }}
.scroll {{ overflow-x: auto }}
</style>
<h1>{title}</h1>
<p>{summary}</p>
<h2>IoU on {count} examples of {split}</h2>
<div class="scroll">{table}</div>
{bars}
<h2>Training</h2>
{curves}
<h2>Examples</h2>
<p>Left keypoints are blue, right ones orange. Truth is the mask that the
network did not see.</p>
{examples}
{prediction}
</html>
"""


def render(
    title: str,
    workdir: workdir_lib.Workdir,
    evaluation: pathlib.Path,
    prediction: pathlib.Path | None,
) -> str:
    """Returns the page as HTML, its pictures inside."""
    training = json_file.read(workdir.path / "training.json")
    scores = json_file.read(evaluation / "metrics.json")
    _, task = model_file.load(str(workdir.best))
    history = workdir.history(training["epochs"])
    shown = ""
    if prediction:
        shown = "<h2>Answer of the exported model</h2>" + picture(
            prediction.read_bytes(), "photo with its keypoints and parts"
        )
    return _PAGE.format(
        title=html.escape(title),
        summary=(
            f"{training['num_parameters']:,} parameters, {training['epochs']} "
            f"epochs in {training['seconds'] / 60:.1f} minutes; best epoch "
            f"{training['best_epoch']}."
        ),
        count=scores["num_examples"],
        split=html.escape(scores["split"]),
        table=table(scores_lib.to_markdown(scores)),
        bars=picture(
            plots.iou_bars(scores, task.category.palette), "IoU of each part"
        ),
        curves=picture(plots.curves(history), "loss and mean IoU by epoch"),
        examples=picture(
            (evaluation / "examples.png").read_bytes(),
            "rows of image, keypoints, pseudo parts, parts and truth",
        ),
        prediction=shown,
    )


def table(markdown: str) -> str:
    """Returns a Markdown table as HTML."""
    rows = [
        [cell.strip().replace("*", "") for cell in line.strip("| ").split("|")]
        for line in markdown.strip().splitlines()
    ]
    lines = []
    for row in rows[:1] + rows[2:]:
        tag = "td" if lines else "th"
        cells = "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in row)
        lines.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def picture(png: bytes, text: str) -> str:
    """Returns a PNG file as an element that needs no other file."""
    data = base64.b64encode(png).decode()
    return f'<img alt="{html.escape(text)}" src="data:image/png;base64,{data}">'
