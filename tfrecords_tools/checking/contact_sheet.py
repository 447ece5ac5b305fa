"""Contact sheets: examples with their keypoints and parts, in one picture."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import records
from kp2part.schema import category as category_lib
from kp2part.schema import keys
from kp2part.visualization import lettering
from kp2part.visualization import pictures

_LINE = 22  # Height of a line of text, in pixels.
_WHITE = 255


def choose(
    manifest: manifest_lib.Manifest,
    splits: Sequence[str],
    num_examples: int,
    seed: int,
) -> list[dict[str, np.ndarray]]:
    """Returns random examples, by `schema.keys`, in stored order.

    Args:
        manifest: The manifest of the records.
        splits: Names of splits.
        num_examples: Number of examples; fewer if there are fewer.
        seed: Equal seeds choose equal examples.
    """
    total = sum(manifest.split(name).num_records for name in splits)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(total, min(num_examples, total), replace=False)
    paths = list(map(str, integrity.paths(manifest, splits)))
    num_keypoints = len(manifest.category.keypoints)
    wanted, examples = set(chosen.tolist()), []
    for i, record in enumerate(tf.data.TFRecordDataset(paths)):
        if i in wanted:
            example = records.decode_images(
                records.parse(record, num_keypoints)
            )
            examples.append({k: v.numpy() for k, v in example.items()})
    return examples


def draw(
    examples: Sequence[Mapping[str, np.ndarray]],
    category: category_lib.Category,
    columns: int,
) -> np.ndarray:
    """Returns a picture of examples in rows, below a legend of the parts.

    Args:
        examples: Examples by `schema.keys`.
        category: Names and colors.
        columns: Number of examples side by side.

    Returns:
        uint8 [any, any, 3], RGB.
    """
    tiles = [draw_tile(example, category) for example in examples]
    columns = min(columns, len(tiles))
    while len(tiles) % columns:
        tiles.append(np.full_like(tiles[0], _WHITE))
    rows = [tiles[i : i + columns] for i in range(0, len(tiles), columns)]
    body = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    return np.concatenate([lettering.legend(category, body.shape[1]), body])


def draw_tile(
    example: Mapping[str, np.ndarray], category: category_lib.Category
) -> np.ndarray:
    """Returns an example with keypoints, with parts, and a caption below.

    Args:
        example: Values by `schema.keys`; image uint8 [S, S, 3].
        category: Names and colors.

    Returns:
        uint8 [S + line, 2 * S, 3], RGB.
    """
    image = example[keys.IMAGE]
    pair = [
        pictures.draw_keypoints(image, example[keys.KEYPOINTS], category),
        pictures.blend(image, example[keys.PART_MASK], category),
    ]
    picture = np.concatenate(pair, axis=1)
    caption = np.full((_LINE, picture.shape[1], 3), _WHITE, np.uint8)
    name = example[keys.CLASS_NAME].decode()
    image_id = example[keys.IMAGE_ID].decode()
    index = int(example[keys.OBJECT_INDEX])
    num = int((example[keys.KEYPOINTS][:, 2] > 0).sum())
    text = f"{name} {image_id} #{index}, {num} keypoints"
    lettering.write(caption, text, (4, _LINE - 7))
    return np.concatenate([picture, caption])
