"""Pictures of the predictions of each system, as in the paper's figure 3."""

from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import pathlib

import keras
import numpy as np

from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.evaluation import inference
from kp2part.experiments import example_choice
from kp2part.experiments import protocols
from kp2part.models import model_file
from kp2part.schema import category as category_lib
from kp2part.schema import keys as keys_lib
from kp2part.schema import task as task_lib
from kp2part.training import workdir as workdir_lib
from kp2part.visualization import pictures

_SIDE = 192  # Side of a picture in pixels, whatever size a network predicts.
_GAP = 2  # Pixels between pictures.
_BATCH_SIZE = 8


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
    titles = ["image", "keypoints", *predictions, truth]
    width = len(titles) * (_SIDE + _GAP)
    category = sets[0].manifest.category
    examples = look_up(sets[0], keys)
    note = f"{runs[0].group}, {runs[0].repeat}"
    masks = np.stack([examples[key][keys_lib.PART_MASK] for key in keys])
    with_ignored = (masks == keys_lib.IGNORE_LABEL).any()
    return np.concatenate(
        [
            pictures.legend(category, width, note, with_ignored),
            pictures.headings(titles, width),
            *(
                row(
                    examples[key],
                    [masks[key] for masks in predictions.values()],
                    category,
                )
                for key in keys
            ),
        ]
    )


def predict(
    workdir: pathlib.Path,
    examples: example_set.Examples,
    keys: Iterable[example_choice.Key],
) -> dict[example_choice.Key, np.ndarray]:
    """Returns the last network's part ids, uint8 [S, S], of some examples."""
    checkpoint, _ = workdir_lib.Workdir(workdir).checkpoint()
    model, _ = model_file.load(str(checkpoint))
    found = {}
    for batch, predictions in inference.predictions(
        model, _of_photos(examples, keys), _BATCH_SIZE
    ):
        labels = predictions[keys_lib.PARTS].argmax(-1).astype(np.uint8)
        found |= zip(_keys(batch), labels, strict=True)
    # Otherwise the graphs of all systems would stay in memory.
    del model
    keras.backend.clear_session()
    return found


def look_up(
    examples: example_set.Examples, keys: Iterable[example_choice.Key]
) -> dict[example_choice.Key, dict]:
    """Returns the examples by key, in the size of the pictures."""
    task = task_lib.Task(examples.manifest.category, _SIDE)
    batches = input_pipeline.eval_batches(
        _of_photos(examples, keys), task, _BATCH_SIZE
    )
    found = {}
    for batch in batches.as_numpy_iterator():
        for i, key in enumerate(_keys(batch)):
            found[key] = {name: values[i] for name, values in batch.items()}
    return found


def row(
    example: dict,
    predictions: Sequence[np.ndarray],
    category: category_lib.Category,
) -> np.ndarray:
    """Returns the pictures of an example side by side, under a caption.

    Args:
        example: From `look_up`.
        predictions: uint8 [S, S], part ids; S may differ.
        category: Names and colors.

    Returns:
        uint8 [any, any, 3], RGB.
    """
    image = np.round(example[keys_lib.IMAGE]).astype(np.uint8)
    masks = [_resize(mask) for mask in predictions] + [
        example[keys_lib.PART_MASK]
    ]
    cells = [
        image,
        pictures.draw_keypoints(image, example[keys_lib.KEYPOINTS], category),
        *(pictures.blend(image, mask, category) for mask in masks),
    ]
    gap = ((0, _GAP), (0, _GAP), (0, 0))
    body = np.concatenate(
        [np.pad(cell, gap, constant_values=255) for cell in cells], 1
    )
    name, number = example_choice.key(example)
    text = f"{example[keys_lib.CLASS_NAME].decode()}: {name}, object {number}"
    return np.concatenate([pictures.headings([text], body.shape[1]), body])


def _keys(batch: dict) -> list[example_choice.Key]:
    names = keys_lib.IMAGE_ID, keys_lib.OBJECT_INDEX
    return [
        example_choice.key(dict(zip(names, values, strict=True)))
        for values in zip(*(batch[name] for name in names), strict=True)
    ]


def _of_photos(
    examples: example_set.Examples, keys: Iterable[example_choice.Key]
) -> example_set.Examples:
    # Only these are decoded and predicted.
    photos = frozenset(photo for photo, _ in keys)
    return dataclasses.replace(examples, image_ids=photos)


def _resize(mask: np.ndarray) -> np.ndarray:
    # Nearest neighbor: labels cannot be interpolated.
    places = (np.arange(_SIDE) + 0.5) * len(mask) / _SIDE
    places = places.astype(int)
    return mask[np.ix_(places, places)]
