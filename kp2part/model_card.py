r"""Writes the model card of a trained network: what it is, and how good.

    python -m kp2part.model_card --workdir=runs/quadruped \
        --evaluation=runs/quadruped/val --tfrecords=data/quadruped \
        --labels=pseudo --notes=notes.md \
        --output=saved_models/quadruped_lite/README.md

All figures are read from the files of the run; --notes is what no file knows:
where the data come from and under which license.
"""

import pathlib

from absl import flags
from absl import logging

from kp2part.evaluation import labels
from kp2part.system import cli

_WORKDIR = flags.DEFINE_string(
    "workdir", None, "Directory of a finished run of kp2part.train."
)
_EVALUATION = flags.DEFINE_string(
    "evaluation", None, "Directory that kp2part.evaluate has written."
)
_TFRECORDS = flags.DEFINE_string(
    "tfrecords", None, "Directory of the records that it learned from."
)
_LABELS = flags.DEFINE_enum(
    "labels",
    None,
    list(labels.KINDS),
    "Whether people drew the part masks (true), or a rule made them (pseudo).",
)
_NOTES = flags.DEFINE_string(
    "notes", None, "Markdown on the data: origin, license, known flaws."
)
_OUTPUT = flags.DEFINE_string("output", None, "The card, .md.")


def main(argv):
    del argv
    from kp2part.data import manifest as manifest_lib
    from kp2part.reporting import card
    from kp2part.system import atomic
    from kp2part.training import workdir as workdir_lib

    output = pathlib.Path(_OUTPUT.value)
    text = card.render(
        output.parent.name,
        workdir_lib.Workdir(pathlib.Path(_WORKDIR.value)),
        pathlib.Path(_EVALUATION.value),
        manifest_lib.load(_TFRECORDS.value),
        _LABELS.value,
        pathlib.Path(_NOTES.value).read_text(encoding="utf-8"),
    )
    atomic.write_text(output, text)
    logging.info("Wrote %s", output)


if __name__ == "__main__":
    cli.run(
        main,
        required=(
            *("workdir", "evaluation", "tfrecords"),
            *("labels", "notes", "output"),
        ),
    )
