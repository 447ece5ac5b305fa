r"""Measures model files: size, latency, and what their masks are worth.

    python -m benchmarks.model_files --saved_model=saved_models/quadruped_lite \
        --files=animals.onnx,animals.xml,animals.tflite,animals_int8.tflite \
        --tfrecords=records --split=val --output=model_files.md

One crop at a time, one thread each, in one process: files take turns on each
crop. Reports the median of the processor's time, which other programs on the
machine hardly change, and ratios to the SavedModel's signature `crops`. IoU is
of the records' masks. Needs the packages of kp2part[export].
"""

import dataclasses
import math
import pathlib
import time

from absl import flags
import numpy as np
import tensorflow as tf
import tqdm

from benchmarks.speed import network
from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data import manifest as manifest_lib
from kp2part.evaluation import metrics
from kp2part.exporting import crop_graph
from kp2part.exporting import model_files
from kp2part.exporting import saved_model
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.system import json_file
from kp2part.system import published
from kp2part.system import tables

_SAVED_MODEL = flags.DEFINE_string(
    "saved_model", None, "What the files are compared with."
)
_FILES = flags.DEFINE_list("files", None, "Files of the same network.")
_TFRECORDS = flags.DEFINE_list("tfrecords", None, "Directories of records.")
_SPLIT = flags.DEFINE_string("split", "val", "Their split.")
_MAX_CROPS = flags.DEFINE_integer(
    "max_crops", 300, "Number of crops of each directory.", lower_bound=1
)
_OUTPUT = flags.DEFINE_string("output", None, "Markdown file of the table.")


@dataclasses.dataclass
class Measured:
    """What was measured of one file."""

    seconds: list[float] = dataclasses.field(default_factory=list)
    matrices: list[np.ndarray] = dataclasses.field(default_factory=list)
    difference: float = 0.0  # The largest, of a probability.
    alike: list[float] = dataclasses.field(default_factory=list)  # Pixels.

    @property
    def iou(self) -> float:
        """The mean over parts, of all crops together."""
        return float(metrics.mean_iou(np.concatenate(self.matrices).sum(0)))


def size(path: pathlib.Path) -> int:
    """Returns the bytes of a file with its weights, or of a directory."""
    if path.is_dir():
        return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
    weights = path.with_suffix(".bin")
    return path.stat().st_size + (
        weights.stat().st_size if path.suffix == ".xml" else 0
    )


def measure(runs: dict, task: task_lib.Task) -> dict[str, Measured]:
    """Runs all on each crop, in turn; the first is what others are held to."""
    found = {name: Measured() for name in runs}
    for directory in _TFRECORDS.value:
        examples = example_set.Examples(
            manifest_lib.load(directory), (_SPLIT.value,)
        )
        step = math.ceil(examples.count() / _MAX_CROPS.value)
        batches = input_pipeline.eval_batches(examples, task, 1, step)
        for batch in tqdm.tqdm(batches.as_numpy_iterator(), unit="crop"):
            _measure_one(runs, batch, found)
    return found


def _measure_one(runs, batch, found):
    inputs = {name: batch[name] for name in crop_graph.INPUTS}
    first = None
    for name, predict in runs.items():
        start = time.process_time()
        values = predict(inputs)["probabilities"]
        one = found[name]
        one.seconds.append(time.process_time() - start)
        first = values if first is None else first
        labels = values.argmax(-1)
        one.difference = max(one.difference, np.abs(values - first).max())
        one.alike.append((labels == first.argmax(-1)).mean())
        truth = batch[keys.PART_MASK]
        one.matrices.append(metrics.confusion(truth, labels, values.shape[-1]))


def table(found: dict[str, Measured], sizes: dict[str, int]) -> tables.Table:
    """Returns the table of the results of `measure`."""
    first, *_ = found.values()
    rows = [
        (
            name,
            f"{sizes[name] / 1e6:.1f}",
            f"{1000 * np.median(one.seconds):.1f}",
            f"{np.median(first.seconds) / np.median(one.seconds):.2f}",
            f"{one.difference:.0e}" if one is not first else "",
            f"{100 * np.mean(one.alike):.2f}",
            f"{one.iou:.4f}",
        )
        for name, one in found.items()
    ]
    heads = (
        *("file", "MB", "ms", "times faster"),
        *("largest difference", "same part, % of pixels", "mean IoU"),
    )
    return tables.Table(heads, rows)


def main(argv):
    del argv
    version = published.newest(pathlib.Path(_SAVED_MODEL.value))
    fields = json_file.read(version / saved_model.METADATA)
    paths = {"SavedModel": version}
    paths |= {pathlib.Path(p).name: pathlib.Path(p) for p in _FILES.value}
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    runs = {"SavedModel": network.of_saved_model(version)}
    for path in list(paths.values())[1:]:
        runs[path.name], _ = model_files.load(path, 1)
    found = measure(runs, task_lib.Task.from_json(fields["task"]))
    sizes = {name: size(path) for name, path in paths.items()}
    text = table(found, sizes).to_markdown()
    atomic.write_text(_OUTPUT.value, text)
    print(text)  # noqa: T201


if __name__ == "__main__":
    cli.run(main, required=("saved_model", "files", "tfrecords", "output"))
