r"""Writes an HTML page on a training run and its scores.

    python -m kp2part.report --workdir=runs/quadruped \
        --evaluation=runs/quadruped/val --output=runs/quadruped/index.html

The pictures are embedded, so the page can be sent as one file. --prediction
adds an overlay of kp2part.predict.
"""

import pathlib

from absl import flags
from absl import logging

from kp2part.system import cli

_WORKDIR = flags.DEFINE_string(
    "workdir", None, "Directory of a finished run of kp2part.train."
)
_EVALUATION = flags.DEFINE_string(
    "evaluation", None, "Directory written by kp2part.evaluate."
)
_PREDICTION = flags.DEFINE_string(
    "prediction", None, "overlay.png of kp2part.predict to show as well."
)
_TITLE = flags.DEFINE_string("title", "kp2part", "Heading of the page.")
_OUTPUT = flags.DEFINE_string("output", None, "Page to write, .html.")


def main(argv):
    del argv
    from kp2part.reporting import html_report
    from kp2part.system import atomic
    from kp2part.training import workdir as workdir_lib

    text = html_report.render(
        _TITLE.value,
        workdir_lib.Workdir(pathlib.Path(_WORKDIR.value)),
        pathlib.Path(_EVALUATION.value),
        pathlib.Path(_PREDICTION.value) if _PREDICTION.value else None,
    )
    atomic.write_text(_OUTPUT.value, text)
    logging.info("Wrote %s", _OUTPUT.value)


if __name__ == "__main__":
    cli.run(main, required=("workdir", "evaluation", "output"))
