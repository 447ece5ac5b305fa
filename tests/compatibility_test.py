"""Files that earlier versions have written load, and predict as they did.

`tests/golden` was written before the modules moved into rooms: two checkpoints
of training that hold every class of ours that Keras knows by name, and masks of
the model that ships.
"""

import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import keras
import numpy as np

from kp2part import client
from kp2part import presets
from kp2part.formats.plain import one_object_json
from kp2part.models import losses
from kp2part.models import metadata
from kp2part.models import palette

SHIPPED = presets.directory("quadruped_lite")
GOLDEN = pathlib.Path(__file__).parent / "golden"
ROOT = pathlib.Path(__file__).parents[1]
SAMPLES = ROOT / "kp2part" / "annotator" / "samples"
# Another processor adds up in another order; on the one that wrote the masks
# no pixel differs.
MAX_OTHER_PIXELS = 5


def samples(category):
    """Yields the photo, keypoints and box of each object of the samples."""
    sample = ROOT / "docs" / "sample.json"
    yield (
        sample.with_suffix(".jpg"),
        one_object_json.load(sample, category),
        None,
    )
    contents = json.loads((SAMPLES / "samples.json").read_text())
    names = {image["id"]: image["file_name"] for image in contents["images"]}
    for item in contents["annotations"]:
        keypoints = np.reshape(item["keypoints"], [-1, 3]).astype(np.float32)
        x, y, width, height = item["bbox"]
        box = np.array([[x, y, x + width, y + height]], np.float32)
        yield SAMPLES / names[item["image_id"]], keypoints, box


class CompatibilityTest(parameterized.TestCase):
    @parameterized.parameters("pose_to_part", "refinenet")
    def test_a_checkpoint_goes_on(self, name):
        model = keras.saving.load_model(GOLDEN / f"{name}.keras")
        task = metadata.task_of(model)
        self.assertEqual(task.category.name, "toy")
        self.assertTrue(task.bones)
        self.assertEqual(int(model.optimizer.iterations), 2)
        expected = (
            palette.PaletteLoss if name == "refinenet" else losses.PartLoss
        )
        self.assertIsInstance(model.loss["parts"], expected)

    def test_masks_of_the_model_that_ships(self):
        ask = client.connect(str(SHIPPED))
        for i, (photo, keypoints, box) in enumerate(samples(ask.task.category)):
            (prediction,) = ask(
                [photo.read_bytes()], keypoints[np.newaxis], box
            )
            before = cv2.imread(
                str(GOLDEN / f"mask{i}.png"), cv2.IMREAD_UNCHANGED
            )
            others = np.count_nonzero(prediction.mask != before)
            self.assertLessEqual(others, MAX_OTHER_PIXELS, photo.name)


if __name__ == "__main__":
    absltest.main()
