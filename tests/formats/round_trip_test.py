"""What our writers write for a tool, our readers read as it was."""

import json
import pathlib

from absl.testing import absltest
import hypothesis
import numpy as np

from kp2part.formats import readers
from kp2part.formats.cvat import writer as cvat_writer
from kp2part.formats.label_studio import writer as label_studio_writer
from kp2part.formats.names import vocabulary
from tests.formats import labeled_photos
from tests.formats import mutations


class RoundTripTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def check(self, path, photos, decimals, suffix):
        """By number of the photo: names are as the tool wants them."""
        words = vocabulary.Vocabulary(labeled_photos.CATEGORY)
        found = readers.read_file(path, words)
        self.assertLen(found.photos, len(photos))
        for named, photo in zip(found.photos, photos, strict=True):
            expected = []
            for item in photo.objects:
                rows = np.where(item.keypoints[:, 2:], item.keypoints, 0)
                # Two that are the same are one.
                if rows.any() and not any(
                    np.array_equal(rows, other) for _, other in expected
                ):
                    expected.append((item.class_name, rows))
            if expected and suffix:
                self.assertEndsWith(named.name, suffix)
            items = found.annotations.get(named, [])
            self.assertLen(items, len(expected))
            for item, (class_name, rows) in zip(items, expected, strict=True):
                self.assertEqual(item.class_name, class_name)
                np.testing.assert_allclose(
                    item.keypoints, rows, 0, 0.6 * 10**-decimals
                )

    def test_cvat(self):
        path = self.root / "a.xml"
        photos = labeled_photos.photos()
        cvat_writer.write(photos, labeled_photos.CATEGORY, path)
        self.check(path, photos, 2, "")

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_cvat_whatever_it_is(self, photos):
        path = self.root / "a.xml"
        cvat_writer.write(photos, labeled_photos.CATEGORY, path)
        self.check(path, photos, 2, ".png")

    def test_accepted_suggestions_of_label_studio(self):
        path = self.root / "a.json"
        photos = [p for p in labeled_photos.photos() if p.objects]
        label_studio_writer.write(photos, labeled_photos.CATEGORY, path)
        tasks = json.loads(path.read_text())
        for task in tasks:
            (prediction,) = task["predictions"]
            task["annotations"] = [{"id": 1, "result": prediction["result"]}]
        path.write_text(json.dumps(tasks))
        self.check(path, photos, 4, "")


if __name__ == "__main__":
    absltest.main()
