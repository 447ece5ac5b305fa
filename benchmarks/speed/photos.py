"""From the JPEG file of a photo to the PNG files of masks, one an animal."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
import functools

import cv2
import numpy as np

from benchmarks.speed import clock
from benchmarks.speed import installed
from benchmarks.speed import results
from benchmarks.speed import scenes
from benchmarks.speed import sizes as sizes_lib
from benchmarks.speed import workplace

OURS = "kp2part: SavedModel, TensorFlow"
LITERT = "kp2part: .tflite, LiteRT"
TRANSFER = "kp2part.transfer, SavedModel"
PEER = "OpenCV, ONNX Runtime"
AGREEMENT = 0.95  # Share of pixels: libraries decode and shrink differently.
# Animals of a request: a server takes at most 80 megapixels.
_REQUEST = 4
_WHO = (OURS, LITERT, TRANSFER, PEER)


def cases(sizes: sizes_lib.Sizes) -> list[results.Case]:
    """Returns the rows of the table."""
    return [
        results.Case(
            f"JPEG of {megapixels:g} megapixels, {count} "
            f"{'animal' if count == 1 else 'animals'}, to PNG",
            _WHO,
        )
        for count, megapixels in _works(sizes)
    ]


def measure(
    place: workplace.Workplace, cores: int, rounds: int
) -> Iterator[results.Measured]:
    """Yields the times for each photo."""
    predictors = _predictors(place, cores)
    for work, case in zip(_works(place.sizes), cases(place.sizes), strict=True):
        count, megapixels = work
        scene = scenes.make(place.animals(count), megapixels)
        check({who: run(scene) for who, run in predictors.items()})
        runs = {
            who: functools.partial(run, scene)
            for who, run in predictors.items()
        }
        times = clock.interleave(runs, rounds)
        yield results.Measured(case, cores, times)


def check(files: Mapping[str, list[bytes]]):
    """Checks that all masks are the same in all but a few pixels.

    Args:
        files: PNG files of each, by name; the first is what others are held
            to.

    Raises:
        ValueError: One differs; the message names it.
    """
    first, *others = files
    expected = list(map(_pixels, files[first]))
    for who in others:
        found = map(_pixels, files[who])
        rows = zip(found, expected, strict=True)
        same = np.mean([_agreement(a, b) for a, b in rows])
        if same < AGREEMENT:
            raise ValueError(
                f"{who}: masks must be those of {first!r} in "
                f"{AGREEMENT:.0%} of an animal's pixels. Received: {same:.2%}"
            )


def _works(sizes: sizes_lib.Sizes) -> list[tuple[int, float]]:
    """Returns the number of animals and the megapixels of each photo."""
    largest = max(sizes.megapixels)
    return [*((1, x) for x in sizes.megapixels), (sizes.animals, largest)]


def _agreement(mask: np.ndarray, expected: np.ndarray) -> float:
    """Returns the share of the pixels of an animal that are the same."""
    of_animal = (mask > 0) | (expected > 0)
    return float((mask == expected)[of_animal].mean())


def _pixels(png: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)


def _predictors(place: workplace.Workplace, cores: int) -> dict[str, Callable]:
    from kp2part.client import in_process

    saved = in_process.Predictor(str(workplace.MODEL))
    found = {OURS: lambda scene: ask(saved, scene)}
    if installed.has(LITERT, ["ai_edge_litert", "simplejpeg"]):
        from kp2part.client import litert

        file = litert.Predictor(str(place.model_file("litert")), cores)
        found[LITERT] = lambda scene: ask(file, scene)
    found[TRANSFER] = transfer(place, saved)
    if installed.has(PEER, ["onnxruntime", "tf2onnx"]):
        from benchmarks.peers import plain_photo

        plain = plain_photo.Predictor(place.model_file("onnx"), cores)
        found[PEER] = lambda scene: plain(
            scene.jpeg, scene.keypoints, scene.boxes
        )
    return found


def ask(backend, scene: scenes.Scene) -> list[bytes]:
    """Returns the masks that a model answers with, PNG files."""
    found = []
    for first in range(0, len(scene.boxes), _REQUEST):
        rows = slice(first, first + _REQUEST)
        boxes = scene.boxes[rows]
        inputs = {
            "image_bytes": np.array([scene.jpeg] * len(boxes), object),
            "keypoints": scene.keypoints[rows],
            "box": boxes,
        }
        made = backend.run("masks_of_boxes", inputs, ["mask_bytes"])
        found.extend(made["mask_bytes"])
    return found


def transfer(place: workplace.Workplace, backend) -> Callable:
    """Returns what makes such files as `kp2part.transfer` labels photos."""
    from kp2part.client import part_client
    from kp2part.formats.poses import annotation
    from kp2part.labeling import jobs
    from kp2part.labeling import labelers

    labeler = labelers.of(part_client.PartClient(backend))
    path = place.directory / "scene.jpg"

    def run(scene):
        path.write_bytes(scene.jpeg)  # It reads files.
        objects = [
            annotation.KeypointAnnotation("horse", tuple(box), points, str(i))
            for i, (points, box) in enumerate(
                zip(scene.keypoints, scene.boxes.tolist(), strict=True)
            )
        ]
        job = jobs.Job(path.name, path, tuple(objects))
        ((outcome,),) = [list(labeler.label([job]))]
        if outcome.error:
            raise ValueError(outcome.error)
        return [_png(outcome.photo, item) for item in outcome.photo.objects]

    return run


def _png(photo, item) -> bytes:
    from kp2part.formats.labeled import labels

    mask = np.zeros((photo.height, photo.width), np.uint8)
    mask[labels.crop_of(item)] = item.labels
    return cv2.imencode(".png", mask)[1].tobytes()
