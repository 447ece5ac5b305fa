"""Pictures of the predictions of each system, as in the paper's figure 3."""

from collections.abc import Iterable
from collections.abc import Sequence
import pathlib

import keras
import numpy as np

from kp2part.data import example_set
from kp2part.evaluation import example_rows
from kp2part.experiments import example_choice
from kp2part.experiments import protocols
from kp2part.models import model_file
from kp2part.schema import keys as keys_lib
from kp2part.training import workdir as workdir_lib


def draw(
    directory: pathlib.Path,
    runs: Sequence[protocols.Run],
    count: int,
    truth: str = "truth",
) -> np.ndarray | None:
    """Returns rows of image, keypoints, each system's prediction, and truth.

    Args:
        directory: Directory of the runs.
        runs: The runs of one group.
        count: Number of rows; fewer if there are fewer examples.
        truth: Heading of the last column.

    Returns:
        uint8 [any, any, 3], RGB; None if the systems share no finished repeat,
        or no example.
    """
    runs = example_choice.shared_runs(directory, runs)
    sets = [example_choice.validation(directory / run.name) for run in runs]
    if not sets:
        return None
    classes = example_choice.shared([example_choice.classes(s) for s in sets])
    keys = example_choice.choose(classes, count)
    if not keys:
        return None
    predictions = {
        run.system: predict(directory / run.name, examples, keys)
        for run, examples in zip(runs, sets, strict=True)
    }
    category = sets[0].manifest.category
    examples = example_rows.look_up(sets[0], keys)
    masks = np.stack([examples[key][keys_lib.PART_MASK] for key in keys])
    return example_rows.sheet(
        [
            example_rows.row(
                examples[key],
                [masks[key] for masks in predictions.values()],
                category,
            )
            for key in keys
        ],
        ["image", "keypoints", *predictions, truth],
        category,
        f"{runs[0].group}, {runs[0].repeat}",
        bool((masks == keys_lib.IGNORE_LABEL).any()),
    )


def predict(
    workdir: pathlib.Path,
    examples: example_set.Examples,
    keys: Iterable[example_rows.Key],
) -> dict[example_rows.Key, np.ndarray]:
    """Returns the last network's part ids, uint8 [S, S], of some examples."""
    checkpoint, _ = workdir_lib.Workdir(workdir).checkpoint()
    model, _ = model_file.load(str(checkpoint))
    found = example_rows.predict(model, examples, keys)
    # Otherwise the graphs of all systems would stay in memory.
    del model
    keras.backend.clear_session()
    return found
