"""Computes the priors of records and stores them next to the records.

The prior of a record is the parts of the most similar known objects, morphed
onto its pose (`pose_library`). Priors are stored in `priors/<library>/` in the
directory of the records, one file per shard, and computed on first use.
"""

import dataclasses
import functools
import hashlib
import pathlib

import keras
import tensorflow as tf
import tqdm

from kp2part.data import example_set
from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import prior_maps
from kp2part.data import records
from kp2part.models import metadata
from kp2part.pose_priors import pose_library
from kp2part.schema import keys
from kp2part.system import atomic
from kp2part.system import checksum


def attach(
    model: keras.Model, examples: example_set.Examples
) -> example_set.Examples:
    """Returns `examples`, with priors if the network takes them.

    Computes missing priors, with a progress bar.
    """
    if keys.PRIOR not in model.input:
        return examples
    library = metadata.known_poses(model).library
    directory = build(library, examples.manifest, examples.splits)
    return dataclasses.replace(examples, priors=directory)


def build(
    library: bytes, manifest: manifest_lib.Manifest, splits: tuple[str, ...]
) -> pathlib.Path:
    """Computes the priors of some splits; returns their directory.

    Existing files that are undamaged are kept, so that an interrupted build
    resumes.

    Args:
        library: The bytes from `PoseLibrary.to_bytes`. An object is not a
            neighbor of itself.
        manifest: The records.
        splits: Names of splits.
    """
    name = hashlib.sha256(library).hexdigest()[:16]
    directory = manifest.directory / "priors" / name
    integrity.check(manifest, splits)
    shards = [s for split in splits for s in manifest.split(split).shards]
    memory = checksum.Memory(directory / integrity.MEMORY)
    missing = [
        shard
        for shard in shards
        if not memory.has_sum(example_set.priors_file(directory, shard))
    ]
    memory.save()
    if not missing:
        return directory
    known = pose_library.PoseLibrary.from_bytes(library)
    morph = _make_morph(known, manifest)
    total = sum(shard.num_records for shard in missing)
    with tqdm.tqdm(total=total, unit="prior") as progress:
        for shard in missing:
            source = str(manifest.directory / shard.name)
            maps = tf.data.TFRecordDataset(source).map(
                morph, num_parallel_calls=tf.data.AUTOTUNE
            )
            save = functools.partial(_write, maps, progress)
            path = example_set.priors_file(directory, shard)
            atomic.write(path, save)
            checksum.write_sum(path)
    return directory


def _make_morph(
    library: pose_library.PoseLibrary, manifest: manifest_lib.Manifest
):
    lookup = pose_library.Lookup(library, manifest.category)
    num_keypoints = len(manifest.category.keypoints)
    size = manifest.image_size

    def morph(line):
        example = records.parse(line, num_keypoints)
        maps = lookup.part_maps(
            example[keys.KEYPOINTS],
            pose_library.scale_of(example[keys.BOX], size, manifest.aspect),
            prior_maps.NUM_NEIGHBORS,
            pose_library.key(example),
        )
        # Stacked along y, because a PNG file has at most 4 channels.
        return tf.io.encode_png(tf.reshape(maps, [-1, size, 1]))

    return morph


def _write(maps: tf.data.Dataset, progress: tqdm.tqdm, path: str):
    with tf.io.TFRecordWriter(path) as writer:
        for contents in maps.as_numpy_iterator():
            writer.write(contents)
            progress.update()
