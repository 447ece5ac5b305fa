"""What the benchmarks work on: drawn photos, records, the shipped network.

All is made when it is first asked for, in a directory of this run: nothing is
left over from an earlier version of kp2part.
"""

import dataclasses
import json
import pathlib

import numpy as np

from benchmarks.speed import sizes as sizes_lib

ROOT = pathlib.Path(__file__).parents[2]
MODEL = ROOT / "saved_models" / "quadruped_lite"
_SUFFIXES = {"onnx": ".onnx", "openvino": ".xml", "litert": ".tflite"}


@dataclasses.dataclass(frozen=True)
class Workplace:
    """A directory, and how large the work is.

    Attributes:
        directory: Of this run.
        sizes: Of the work.
    """

    directory: pathlib.Path
    sizes: sizes_lib.Sizes

    def photos(self) -> pathlib.Path:
        """Returns the directory of drawn photos, see `tfrecords_tools.draw`."""
        from tfrecords_tools.synthetic import photos
        from tfrecords_tools.synthetic import settings

        output = self.directory / "photos"
        wanted = settings.Settings(num_images=self.sizes.photos, size=500)
        photos.draw(output, wanted, num_workers=1)
        return output

    def records(self, size: int) -> pathlib.Path:
        """Returns the directory of records of the photos.

        Args:
            size: Side of the crops, in pixels.
        """
        from tfrecords_tools.building import build_run

        output = self.directory / f"records{size}"
        build_run.build(*self.build_of(size), output, num_workers=1)
        return output

    def build_of(self, size: int) -> tuple:
        """Returns inputs and settings to build records of the photos."""
        from kp2part.schema import category
        from tfrecords_tools.building import inputs
        from tfrecords_tools.building import settings

        photos = self.photos()
        return inputs.Inputs(
            images=photos / "JPEGImages",
            annotations=photos / "Annotations_Part",
            keypoints=photos / "keypoints" / "animal_pose.json",
        ), settings.Settings(category.load("quadruped"), image_size=size)

    def model_file(self, kind: str, batch_size: int | None = None):
        """Returns the shipped network in a file, the path.

        Args:
            kind: A format of `kp2part.export`.
            batch_size: Crops that it takes at once; None for any number.
        """
        name = f"animals{batch_size or ''}{_SUFFIXES[kind]}"
        path = self.directory / name
        if not path.exists():
            _export(path, kind, batch_size)
        return path

    def animals(self, count: int) -> list["Animal"]:
        """Returns the largest animals, of different photos."""
        photos = self.photos()
        text = (photos / "keypoints" / "animal_pose.json").read_bytes()
        fields = json.loads(text)
        best = {}
        for item in sorted(fields["annotations"], key=_size):
            best[item["image_id"]] = item
        ordered = sorted(best.values(), key=_size, reverse=True)
        return [
            Animal(
                photos / "JPEGImages" / fields["images"][str(x["image_id"])],
                np.array(x["keypoints"], np.float32),
                np.array(x["bbox"], np.float32),
            )
            for x in ordered[:count]
        ]


@dataclasses.dataclass(frozen=True)
class Animal:
    """An animal of a photo.

    Attributes:
        photo: The file.
        keypoints: float32 [K, 3], rows of (x, y, v), in pixels.
        box: float32 [4], (xmin, ymin, xmax, ymax), in pixels.
    """

    photo: pathlib.Path
    keypoints: np.ndarray
    box: np.ndarray


def _size(annotation: dict) -> float:
    """Returns a number that is large for a large animal with all keypoints."""
    xmin, ymin, xmax, ymax = annotation["bbox"]
    shown = sum(v > 0 for *_, v in annotation["keypoints"])
    return shown * min(xmax - xmin, ymax - ymin)


def _export(path: pathlib.Path, kind: str, batch_size: int | None):
    from kp2part.exporting import calibrations
    from kp2part.exporting import model_files
    from kp2part.exporting import serving_network
    from kp2part.models import mirrored
    from kp2part.models import model_file

    # As it was exported for serving.
    model = mirrored.average(model_file.load(str(MODEL))[0])
    network = serving_network.CropNetwork(
        model, calibrations.load(str(MODEL), model)
    )
    model_files.export(network, path, kind, batch_size)
