"""The shipped network, as it is served and in the files of other runtimes.

One work for all: crops and keypoints in, probabilities of parts out, with the
average over mirror images. Their outputs are compared before any is measured.
"""

from collections.abc import Iterator
from collections.abc import Mapping
import functools
import pathlib

import numpy as np

from benchmarks.speed import clock
from benchmarks.speed import installed
from benchmarks.speed import results
from benchmarks.speed import sizes as sizes_lib
from benchmarks.speed import workplace

OURS = "kp2part: SavedModel, TensorFlow"
_FILES = {
    "kp2part: .tflite, LiteRT": ("litert", ("ai_edge_litert",)),
    "ONNX Runtime": ("onnx", ("onnxruntime", "tf2onnx")),
    "OpenVINO": ("openvino", ("openvino",)),
}
TOLERANCE = 1e-4  # Of a probability.


def cases(sizes: sizes_lib.Sizes) -> list[results.Case]:
    """Returns the rows of the table."""
    return [
        results.Case(f"shipped network, batch of {n}", (OURS, *_FILES))
        for n in sizes.network_batches
    ]


def measure(
    place: workplace.Workplace, cores: int, rounds: int
) -> Iterator[results.Measured]:
    """Yields the times for each batch size."""
    from kp2part.system import published

    saved = of_saved_model(published.newest(workplace.MODEL))
    for size, case in zip(
        place.sizes.network_batches, cases(place.sizes), strict=True
    ):
        runs = {OURS: saved, **_files(place, size, cores)}
        inputs = _inputs(place, size)
        check({who: run(inputs) for who, run in runs.items()})
        bound = {
            who: functools.partial(run, inputs) for who, run in runs.items()
        }
        times = clock.interleave(bound, rounds)
        yield results.Measured(case, cores, times)


def of_saved_model(version: pathlib.Path):
    """Returns what runs the signature `crops` of a SavedModel.

    Args:
        version: Its directory.

    Returns:
        A function from arrays by name to arrays by name.
    """
    import tensorflow as tf

    from kp2part.schema import keys

    model = tf.saved_model.load(str(version))

    def predict(inputs):
        # Here, as the signatures do not keep the model.
        crops = model.signatures["crops"]
        tensors = {name: tf.constant(x) for name, x in inputs.items()}
        box = tf.zeros([len(inputs[keys.IMAGE]), 4], tf.int32)
        found = crops(box=box, **tensors)
        return {name: value.numpy() for name, value in found.items()}

    return predict


def check(outputs: Mapping[str, Mapping[str, np.ndarray]]):
    """Checks that all predict the same, within `TOLERANCE`.

    Args:
        outputs: Of each, by name; the first is what others are held to.

    Raises:
        ValueError: One differs; the message names it.
    """
    first, *others = outputs
    expected = outputs[first]["probabilities"]
    for who in others:
        found = np.abs(outputs[who]["probabilities"] - expected).max()
        if not found <= TOLERANCE:  # Nor if it is NaN.
            raise ValueError(
                f"{who}: a probability must be that of {first!r}, within "
                f"{TOLERANCE:g}. The largest difference: {found:g}"
            )


def _files(place: workplace.Workplace, size: int, cores: int) -> dict:
    from kp2part.exporting import model_files

    found = {}
    for who, (kind, modules) in _FILES.items():
        if installed.has(who, modules):
            # A LiteRT file takes one number of crops, the others any.
            batch_size = size if kind == "litert" else None
            path = place.model_file(kind, batch_size)
            found[who], _ = model_files.load(path, cores)
    return found


def _inputs(place: workplace.Workplace, size: int) -> dict[str, np.ndarray]:
    from kp2part.data import example_set
    from kp2part.data import input_pipeline
    from kp2part.data import manifest as manifest_lib
    from kp2part.exporting import crop_graph
    from kp2part.models import model_file

    _, task = model_file.load(str(workplace.MODEL))
    manifest = manifest_lib.load(str(place.records(task.image_size)))
    examples = example_set.Examples(manifest, tuple(manifest.splits))
    batches = input_pipeline.eval_batches(examples, task, size)
    batch = next(batches.as_numpy_iterator())
    return {name: batch[name] for name in crop_graph.INPUTS}
