"""A picture of priors: objects, their neighbors in pose, and their priors."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import prior_maps
from kp2part.data import records
from kp2part.pose_priors import pose_library
from kp2part.schema import keys
from kp2part.system import atomic
from kp2part.training import splits
from kp2part.visualization import lettering
from kp2part.visualization import pictures

_WHITE = 255


def write(
    path: str,
    library: pose_library.PoseLibrary,
    chosen: splits.Splits,
    count: int,
):
    """Writes the picture of some validation examples, .png; see `draw`."""
    sheet = draw(library, chosen.training, chosen.validation, count)
    atomic.write_bytes(path, pictures.encode_png(sheet))


def draw(
    library: pose_library.PoseLibrary,
    known: example_set.Examples,
    objects: example_set.Examples,
    count: int,
) -> np.ndarray:
    """Returns a picture of priors, an object in each row.

    Args:
        library: Poses of the examples `known`.
        known: The objects of the library, in its order.
        objects: The objects to draw: `count` of them, spread over the set.
        count: Number of rows.

    Returns:
        uint8 [any, any, 3], RGB. In a row: the object; its neighbors, each
        followed by its parts morphed onto the object; their mean, the prior;
        the object's own parts.
    """
    lookup = pose_library.Lookup(library, known.manifest.category)
    aspect = known.manifest.aspect
    step = max(objects.count() // count, 1)
    chosen = example_stream.read(objects).shard(step, 0).take(count)
    found = [
        _look_up(lookup, aspect, e) for e in chosen.map(records.decode_images)
    ]
    wanted = {int(i) % len(library) for _, nearest, _ in found for i in nearest}
    crops = {
        i: _to_numpy(records.decode_images(example))
        for i, example in enumerate(example_stream.read(known))
        if i in wanted
    }
    rows = [_draw_row(lookup, crops, *row) for row in found]
    category = known.manifest.category
    width = rows[0].shape[1]
    heading = lettering.headings(_titles(), width)
    legend = lettering.legend(category, width)
    return np.concatenate([legend, heading, *rows])


def _look_up(lookup: pose_library.Lookup, aspect: str, example: dict) -> tuple:
    # Returns the example, the indices of its neighbors, their morphed parts.
    size = lookup.library.size
    pose = (
        example[keys.KEYPOINTS],
        pose_library.scale_of(example[keys.BOX], size, aspect),
        prior_maps.NUM_AVERAGED,
        pose_library.key(example),
    )
    nearest, there = lookup.nearest(*pose)
    maps = lookup.part_maps(*pose)
    nearest = tf.boolean_mask(nearest, there).numpy()
    return _to_numpy(example), nearest, maps.numpy()


def _draw_row(
    lookup: pose_library.Lookup,
    crops: dict[int, dict],
    example: dict,
    nearest: Sequence[int],
    maps: np.ndarray,
) -> np.ndarray:
    category, image = lookup.category, example[keys.IMAGE]
    tiles = [pictures.draw_keypoints(image, example[keys.KEYPOINTS], category)]
    for i, part_map in enumerate(maps):
        neighbor = np.full_like(image, _WHITE)
        if i < len(nearest):
            neighbor = _draw_neighbor(lookup, crops, nearest[i])
        tiles += [neighbor, pictures.blend(image, part_map, category)]
    stacked = np.transpose(maps, [1, 2, 0])
    prior = prior_maps.average(stacked, len(category.parts)).numpy()
    tiles.append((prior @ np.array(category.colors)).astype(np.uint8))
    tiles.append(pictures.blend(image, example[keys.PART_MASK], category))
    return np.concatenate(tiles, axis=1)


def _draw_neighbor(lookup, crops, index: int) -> np.ndarray:
    example = crops[index % len(lookup.library)]
    image = pictures.blend(
        example[keys.IMAGE], example[keys.PART_MASK], lookup.category
    )
    image = pictures.draw_keypoints(
        image, example[keys.KEYPOINTS], lookup.category
    )
    return image if index < len(lookup.library) else image[:, ::-1]


def _titles() -> list[str]:
    titles = ["object"]
    for i in range(1, prior_maps.NUM_AVERAGED + 1):
        titles += [f"neighbor {i}", "morphed"]
    return [*titles, "prior", "truth"]


def _to_numpy(example: dict) -> dict:
    return {name: value.numpy() for name, value in example.items()}
