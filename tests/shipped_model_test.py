"""The model that comes with kp2part: whole, small, and it finds parts."""

import pathlib

from absl.testing import absltest
import numpy as np

from kp2part import client
from kp2part.formats import one_object_json
from kp2part.models import metadata
from kp2part.models import model_file
from kp2part.system import published
from tfrecords_tools.synthetic import photos as photos_lib
from tfrecords_tools.synthetic import settings as settings_lib

# Points that lie on a part whatever the pose.
TELLING = {
    "head": ("nose", "left_eye", "right_eye"),
    "legs": ("left_front_paw", "right_front_paw", "left_back_knee"),
}


class ShippedModelTest(absltest.TestCase):
    def test_is_small(self):
        files = [p for p in (published.SHIPPED / "1").rglob("*") if p.is_file()]
        self.assertLess(sum(path.stat().st_size for path in files), 20 * 2**20)

    def test_card_names_its_labels(self):
        card = (published.SHIPPED / "README.md").read_text()
        self.assertIn("Agreement with pseudo-labels", card)
        self.assertIn("research use", card)

    def test_network_beside_it_is_the_same(self):
        served = client.connect(str(published.SHIPPED))
        model, task = model_file.load(str(published.SHIPPED / "model.keras"))
        self.assertEqual(task, served.task)
        # Weights alone: no optimizer's.
        size = (published.SHIPPED / "model.keras").stat().st_size
        self.assertLess(size, 1.1 * 4 * model.count_params())
        self.assertEqual(metadata.task_of(model).category.name, "quadruped")

    def test_finds_parts_of_animals_it_has_never_seen(self):
        photos = pathlib.Path(self.create_tempdir().full_path) / "photos"
        photos_lib.draw(photos, settings_lib.Settings(6, 1, 320, 0.5), 1)
        served = client.connect(str(published.SHIPPED))
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
