"""The work that grows: keypoints, crops, photos, animals."""

from collections.abc import Callable
from collections.abc import Sequence
import dataclasses
import functools

import numpy as np

from benchmarks.speed import photos
from benchmarks.speed import scenes
from benchmarks.speed import workplace
from kp2part.client import in_process
from kp2part.exporting import serving_network
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import category
from kp2part.schema import task as task_lib

_BATCH = 4


@dataclasses.dataclass(frozen=True)
class Amounts:
    """The amounts of each curve.

    Attributes:
        keypoints: Of a category.
        sides: Of crops, in pixels; the second is that of the other curves.
        megapixels: Of a photo with one animal.
        animals: Of a photo.
        large: Megapixels of that photo.
    """

    keypoints: Sequence[int] = (5, 10, 20, 40, 60)
    sides: Sequence[int] = (128, 192, 256, 384, 512)
    megapixels: Sequence[float] = (0.3, 1, 3, 6, 12, 24)
    animals: Sequence[int] = (1, 5, 10, 20, 35, 50)
    large: float = 12


FULL = Amounts()
QUICK = Amounts((5, 10), (32, 64), (0.1, 0.2), (1, 2), 0.1)


def runs(
    place: workplace.Workplace, amounts: Amounts
) -> dict[tuple[str, str], dict[float, Callable[[], object]]]:
    """Returns what to run by amount, by title and unit of the curve."""
    saved = in_process.Predictor(str(workplace.MODEL))
    transfer = photos.transfer(place, saved)
    usual = amounts.sides[1]

    def scene(count, megapixels):
        return scenes.make(place.animals(count), megapixels)

    return {
        ("keypoints", "keypoints"): {
            count: network(count, usual) for count in amounts.keypoints
        },
        ("size of crops", "thousand pixels"): {
            side**2 / 1000: network(20, side) for side in amounts.sides
        },
        ("photo with an animal", "megapixels"): {
            size: functools.partial(photos.ask, saved, scene(1, size))
            for size in amounts.megapixels
        },
        ("animals of a photo", f"animals, {amounts.large:g} megapixels"): {
            count: functools.partial(transfer, scene(count, amounts.large))
            for count in amounts.animals
        },
    }


def network(num_keypoints: int, size: int) -> Callable:
    """Returns what predicts a batch of crops with a new network.

    Args:
        num_keypoints: K; each is joined to the next by a bone.
        size: Side of the crops, in pixels.
    """
    names = tuple(f"point{i}" for i in range(num_keypoints))
    kind = category.Category(
        name="any",
        classes=("thing",),
        keypoints=names,
        parts={"background": (), **{f"part{i}": () for i in range(4)}},
        skeleton=tuple(zip(names, names[1:], strict=False)),
    )
    task = task_lib.Task(kind, size, 7 * size / 256, bones=True)
    sizes = architecture.Architecture(
        "efficientnet_lite0", 6, (16, 32, 48, 48, 48), output_stride=4
    )
    network = serving_network.CropNetwork(
        networks.build("kp2part", task, sizes)
    )
    rng = np.random.default_rng(0)
    keypoints = rng.uniform(0, size, (_BATCH, num_keypoints, 3))
    keypoints[..., 2] = 2
    crop = {
        "image": rng.uniform(0, 255, (_BATCH, size, size, 3)),
        "keypoints": keypoints,
    }
    crop = {name: x.astype(np.float32) for name, x in crop.items()}
    crop["box"] = np.tile(np.int32([0, 0, size, size]), (_BATCH, 1))
    return lambda: network.predict(crop)["probabilities"].numpy()
