"""Draws the person of the documentation: docs/sample_person.jpg and .json.

python -m docs.generators.person_sample
"""

import json
import pathlib

import cv2
import numpy as np

from kp2part.schema import category as category_lib
from tfrecords_tools.synthetic import backgrounds
from tfrecords_tools.synthetic import persons
from tfrecords_tools.synthetic import scenes
from tfrecords_tools.synthetic import sprites

DOCS = pathlib.Path(__file__).parents[1]
_SIZE = 600, 450  # Height and width in pixels.
_BOX = 70, 40, 380, 560
_CLOTHES = persons.clothes(
    skin=(214, 160, 128),
    hair=(62, 42, 30),
    shirt=(176, 52, 48),
    trousers=(52, 66, 104),
)


def draw() -> tuple[np.ndarray, list[list[float]]]:
    """Returns the photo, uint8 [H, W, 3], and COCO's keypoints (x, y, v)."""
    rng = np.random.default_rng(3)
    names = category_lib.load("person").keypoints
    person = sprites.draw_figure(
        rng,
        _SIZE,
        np.array(_BOX),
        persons.build(persons.WALK, yaw=50),
        np.radians(6),
        _CLOTHES,
        "person",
        names,
    )
    photo = scenes.photo(
        rng, backgrounds.draw(rng, _SIZE, 0.45 * _SIZE[0]), [person]
    )
    # 2 is visible, 1 is hidden.
    rows = person.keypoints.round(1) + (0, 0, 1)
    return photo, rows.tolist()


def main():
    photo, keypoints = draw()
    cv2.imwrite(
        str(DOCS / "sample_person.jpg"),
        photo[..., ::-1],
        [cv2.IMWRITE_JPEG_QUALITY, 82],
    )
    text = json.dumps(keypoints) + "\n"
    (DOCS / "sample_person.json").write_text(text)


if __name__ == "__main__":
    main()
