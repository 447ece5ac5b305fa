"""The model that comes with kp2part: whole, small, and it finds parts."""

import hashlib
import pathlib

from absl.testing import absltest
import numpy as np

from kp2part import client
from kp2part import presets
from kp2part.formats.plain import one_object_json
from kp2part.models import model_file
from tfrecords_tools.synthetic import photos as photos_lib
from tfrecords_tools.synthetic import settings as settings_lib

SHIPPED = presets.directory("quadruped_lite")
# Of the checkpoint that training kept: paths and values, in the paths' order.
WEIGHTS_SHA256 = (
    "1c058a017a91fb9f338f0857ca85410c17390d66ea1588e2b863ca0ac687a81a"
)
# Points that lie on a part whatever the pose.
TELLING = {
    "head": ("nose", "left_eye", "right_eye"),
    "legs": ("left_front_paw", "right_front_paw", "left_back_knee"),
}


class ShippedModelTest(absltest.TestCase):
    def test_is_small(self):
        files = [p for p in (SHIPPED / "1").rglob("*") if p.is_file()]
        self.assertLess(sum(path.stat().st_size for path in files), 20 * 2**20)

    def test_card_names_its_labels(self):
        card = (SHIPPED / "README.md").read_text()
        self.assertIn("Agreement with pseudo-labels", card)
        self.assertIn("research use", card)

    def test_network_inside_it_is_the_one_that_was_trained(self):
        served = client.connect(str(SHIPPED))
        model, task = model_file.load(str(SHIPPED))
        self.assertEqual(task, served.task)
        self.assertEqual(model.name, "kp2part")
        self.assertLen(model.weights, 400)
        digest = hashlib.sha256()
        for weight in sorted(model.weights, key=lambda w: w.path):
            digest.update(weight.path.encode())
            digest.update(np.asarray(weight, "<f4").tobytes())
        self.assertEqual(digest.hexdigest(), WEIGHTS_SHA256)

    def test_weights_are_stored_once(self):
        stored = [p for p in SHIPPED.rglob("*") if p.is_file()]
        model, _ = model_file.load(str(SHIPPED))
        size = 4 * model.count_params()
        large = [p.name for p in stored if p.stat().st_size > size / 2]
        self.assertEqual(large, ["variables.data-00000-of-00001"])

    def test_finds_parts_of_animals_it_has_never_seen(self):
        photos = pathlib.Path(self.create_tempdir().full_path) / "photos"
        photos_lib.draw(photos, settings_lib.Settings(6, 1, 320, 0.5), 1)
        served = client.connect(str(SHIPPED))
        category = served.task.category
        keypoints = one_object_json.load(str(photos / "sample.json"), category)
        image = (photos / "sample.jpg").read_bytes()
        (prediction,) = served([image], keypoints[np.newaxis])
        mask = prediction.mask
        parts = list(category.parts)
        hits = []
        for part, names in TELLING.items():
            for name in names:
                x, y, v = keypoints[category.keypoints.index(name)]
                if v > 0:
                    found = mask[int(round(y)), int(round(x))]
                    hits.append(found == parts.index(part))
        self.assertGreater(len(hits), 2)
        self.assertGreater(np.mean(hits), 0.6, hits)


if __name__ == "__main__":
    absltest.main()
