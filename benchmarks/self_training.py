r"""Measures self-training: does it beat training on the drawn masks alone?

    python -m benchmarks.self_training --flagfile=configs/best.flags \
        --tfrecords=data/persons --image_size=128 --output=runs/self_training

For each fraction of the training masks and each seed: `kept` is trained on
these masks alone. It labels the objects of all other training photos, as
kp2part.transfer does, from image and keypoints; of these, --passed with the
highest expected IoU are kept. `round1` is trained on both, with as many steps,
from the same initial weights; it labels the photos anew for `round2`, and so
on. Scores are those of the validation split, gains are paired over its objects
with all seeds. A run that was stopped goes on where it was.
"""

import pathlib

from absl import flags
from absl import logging
import numpy as np

from kp2part.data import example_set
from kp2part.data import manifest as manifest_lib
from kp2part.data import record_files
from kp2part.data import records
from kp2part.evaluation import inference
from kp2part.evaluation import labels
from kp2part.experiments import execution
from kp2part.experiments import protocols
from kp2part.experiments import tables
from kp2part.models import mask_quality
from kp2part.models import metadata
from kp2part.models import mirrored
from kp2part.models import model_file
from kp2part.schema import keys
from kp2part.system import cli
from kp2part.system import json_file
from kp2part.training import config as config_lib
from kp2part.training import flags as flags_lib
from kp2part.training import splits

flags.adopt_module_key_flags(flags_lib)

_FRACTIONS = flags.DEFINE_list(
    "fractions", ["0.05", "0.1", "0.25"], "Fractions of the masks to keep."
)
_SEEDS = flags.DEFINE_list("seeds", ["0", "1", "2"], "Seeds.")
_STEPS = flags.DEFINE_integer("steps", 300, "Steps of each training.", 1)
_ROUNDS = flags.DEFINE_integer("rounds", 1, "Rounds of self-training.", 1)
_PASSED = flags.DEFINE_float(
    "passed", 0.75, "Fraction of the labeled objects that is kept.", 0, 1
)
_LABELS = flags.DEFINE_enum(
    "labels",
    "pseudo",
    list(labels.KINDS),
    "Whether the masks of the records were drawn by hand (true) or generated.",
)
_OUTPUT = flags.DEFINE_string("output", None, "Directory of runs and results.")


def examples_of(config: config_lib.TrainConfig, fraction: float, seed: int):
    """Returns the kept training examples, and those of all other photos."""
    manifest = manifest_lib.load(config.selection.tfrecords)
    everything = splits.choose(config.selection, manifest).training
    kept = example_set.Examples(
        manifest, everything.splits, fraction=fraction, seed=seed
    )
    photos = {x.image_id for x in kept.origins()}
    others = {x.image_id for x in everything.origins()} - photos
    rest = example_set.Examples(manifest, kept.splits, frozenset(others))
    return kept, rest


def label(model_path: pathlib.Path, rest: example_set.Examples, passed: float):
    """Yields the objects with predicted masks that are expected to be best."""
    network, _ = model_file.load(str(model_path))
    model = mirrored.average(network)
    category = metadata.task_of(model).category
    found, quality = [], []
    for batch, outputs in inference.predictions(model, rest, 16):
        logits = outputs[keys.PARTS].astype(np.float64)
        powers = np.exp(logits - logits.max(-1, keepdims=True))
        probabilities = powers / powers.sum(-1, keepdims=True)
        signs = mask_quality.signs(
            probabilities.astype(np.float32),
            mask_quality.agreement(outputs),
            batch[keys.KEYPOINTS],
            category,
        )
        quality.extend(np.array(signs)[:, 0])  # The expected IoU.
        masks = logits.argmax(-1).astype(np.uint8)
        found.extend(_example(batch, i, mask) for i, mask in enumerate(masks))
    best = np.argsort(quality)[::-1][: round(passed * len(found))]
    yield from (found[i] for i in sorted(best) if found[i].part_mask.any())


def _example(batch, i: int, mask: np.ndarray) -> records.Example:
    image = batch[keys.IMAGE][i].round().clip(0, 255).astype(np.uint8)
    return records.Example(
        image=image,
        part_mask=mask,
        keypoints=batch[keys.KEYPOINTS][i],
        class_name=batch[keys.CLASS_NAME][i].decode(),
        image_id=batch[keys.IMAGE_ID][i].decode(),
        object_index=int(batch[keys.OBJECT_INDEX][i]),
        box=tuple(batch[keys.BOX][i].tolist()),
        source_size=tuple(batch[keys.SOURCE_SIZE][i].tolist()),
    )


def write(
    labeled, manifest: manifest_lib.Manifest, size: int, output: pathlib.Path
) -> int:
    """Writes a directory of records of one shard; returns their number."""
    shard = record_files.write(
        output / "train-00000.tfrecord", map(records.encode, labeled)
    )
    count = shard.num_records
    written = manifest_lib.Manifest(
        output, manifest.category, size, manifest.context, manifest.aspect,
        {"train": manifest_lib.Split(count, (shard,))}, {}, {}, {},
    )  # fmt: skip
    json_file.write(output / manifest_lib.FILE_NAME, written.to_json())
    return count


def run_of(fraction, seed, system, count, config, *more) -> protocols.Run:
    """Returns a training run of `--steps` steps on `count` objects."""
    epochs = max(1, round(_STEPS.value / (count // config.loop.batch_size)))
    warmup = max(1, round(epochs / config.loop.epochs))
    return protocols.Run(
        protocols.fraction_group(fraction),
        system,
        f"seed{seed}",
        (
            f"--seed={seed}",
            f"--train_fraction={fraction}",
            f"--epochs={epochs}",
            f"--warmup_epochs={warmup}",
            f"--validate_every={epochs}",
            *more,
        ),
    )


def rounds(config, fraction: float, seed: int, output: pathlib.Path):
    """Trains on the kept masks, then in rounds; yields each finished run."""
    kept, rest = examples_of(config, fraction, seed)
    count = kept.count()
    run = run_of(fraction, seed, "kept", count, config)
    for number in range(1, _ROUNDS.value + 2):
        _execute(run, config, output)
        yield run
        if number > _ROUNDS.value:
            return
        directory = output / run.group / f"labeled{number}" / run.repeat
        if not (directory / manifest_lib.FILE_NAME).is_file():
            model = output / run.name / "model.keras"
            size = config.inputs.image_size or rest.manifest.image_size
            labeled = label(model, rest, _PASSED.value)
            write(labeled, rest.manifest, size, directory)
        more = manifest_lib.load(str(directory)).num_records["train"]
        logging.info("%s: %d drawn, %d labeled", run.name, count, more)
        extra = f"--extra_tfrecords={directory}"
        name = f"round{number}"
        run = run_of(fraction, seed, name, count + more, config, extra)


def _execute(run, config, output: pathlib.Path):
    if failed := execution.execute([run], config, output, 1):
        raise ValueError(f"{output / failed[0].name}: see trial.log")


def main(argv):
    del argv
    config = flags_lib.read()
    output = pathlib.Path(_OUTPUT.value)
    runs = []
    for seed in map(int, _SEEDS.value):
        for fraction in map(float, _FRACTIONS.value):
            runs.extend(rounds(config, fraction, seed, output))
            tables.write_comparison(output, runs, _LABELS.value)
    logging.info("%s", (output / "table.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    cli.run(main, required=("tfrecords", "output"))
