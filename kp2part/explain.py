r"""Explains a network: which pixels and keypoints matter to which part.

    python -m kp2part.explain --model=runs/quadruped/model.keras \
        --tfrecords=data/quadruped --split=val \
        --output=runs/quadruped/explained

Writes index.html, a chart of keypoints by parts over --num_objects objects:
how the IoU of a part changes when a keypoint is taken away; explanation.json,
all its numbers; and a page for each of --num_pages objects, with gradients,
SmoothGrad and Grad-CAM of each part, the share of each keypoint, and how parts
follow when a keypoint is pushed. All pages work offline.
"""

import pathlib

from absl import flags
from absl import logging

from kp2part.evaluation import flags as evaluation_flags
from kp2part.evaluation import labels
from kp2part.system import cli

flags.adopt_module_key_flags(evaluation_flags)

_OUTPUT = flags.DEFINE_string("output", None, "Directory for the results.")
_NUM_OBJECTS = flags.DEFINE_integer(
    "num_objects",
    100,
    "Most objects in the chart. They are evenly spaced over the split.",
    lower_bound=1,
)
_NUM_PAGES = flags.DEFINE_integer(
    "num_pages", 12, "How many of them get a page.", lower_bound=0
)
_PUSH = flags.DEFINE_float(
    "push",
    10.0,
    "How far a keypoint is pushed, in pixels of a 256 px crop.",
    lower_bound=0.1,
    upper_bound=128,
)


def main(argv):
    del argv
    from kp2part.evaluation import evaluation
    from kp2part.evaluation import seen_photos
    from kp2part.explanation import objects
    from kp2part.explanation import summary as summary_lib
    from kp2part.models import metadata
    from kp2part.models import model_file
    from kp2part.reporting import explanation_pages
    from kp2part.system import atomic
    from kp2part.system import json_file

    model = model_file.load(evaluation_flags.MODEL.value)[0]
    chosen = evaluation.choose(
        model, evaluation_flags.TFRECORDS.value, evaluation_flags.SPLIT.value
    )
    photos = seen_photos.count(model, chosen.examples)
    if photos["num_trained_photos"]:
        logging.warning(seen_photos.sentence(photos))
    category = metadata.task_of(model).category
    output = pathlib.Path(_OUTPUT.value)
    effects, names = [], []
    for explained in objects.explain(
        model,
        chosen.examples,
        num_objects=_NUM_OBJECTS.value,
        num_with_maps=_NUM_PAGES.value,
        push=_PUSH.value,
    ):
        effects.append(explained.effects)
        if explained.maps:
            page = explanation_pages.of_object(explained, category)
            atomic.write_text(output / f"{explained.name}.html", page)
            names.append(explained.name)
    found = summary_lib.summarize(effects)
    title = f"{evaluation_flags.MODEL.value} on {chosen.name}"
    measure = labels.KINDS[evaluation_flags.LABELS.value].measure
    json_file.write(output / "explanation.json", found.to_json(category))
    page = explanation_pages.of_split(found, category, title, measure, names)
    atomic.write_text(output / "index.html", page)
    logging.info("Look at %s", output / "index.html")


if __name__ == "__main__":
    cli.run(main, required=("model", "tfrecords", "output"))
