"""Holds `label_studio.writer` to label-studio-sdk: see `make test-formats`."""

import json
import pathlib

from absl.testing import absltest
import hypothesis
from label_studio_sdk import label_interface
from label_studio_sdk.converter import brush
import numpy as np

from kp2part.formats.label_studio import writer as label_studio_writer
from tests.formats import labeled_photos
from tests.formats import mutations


class LabelStudioCheck(absltest.TestCase):
    def written(self, photos):
        path = pathlib.Path(self.create_tempdir()) / "tasks.json"
        label_studio_writer.write(photos, labeled_photos.CATEGORY, path)
        return json.loads(path.read_text()), path.with_suffix(".xml")

    def test_the_config_fits_the_tasks(self):
        tasks, path = self.written(labeled_photos.photos())
        interface = label_interface.LabelInterface(path.read_text())
        interface.validate()
        for task in tasks:
            self.assertTrue(interface.validate_task({"data": task["data"]}))
            (prediction,) = task["predictions"]
            # The SDK refuses every brush, also those that its tool exports.
            prediction["result"] = [
                region
                for region in prediction["result"]
                if region["type"] != "brushlabels"
            ]
            errors = interface.validate_prediction(prediction, True)
            self.assertEmpty(errors)
        # It does see what does not fit.
        prediction["result"][0]["from_name"] = "none"
        self.assertFalse(interface.validate_prediction(prediction))

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_nothing_lies_beyond_the_photo(self, photos):
        tasks, path = self.written(photos)
        interface = label_interface.LabelInterface(path.read_text())
        for task in tasks:
            for region in task["predictions"][0]["result"]:
                if region["type"] != "brushlabels":
                    errors = interface.validate_region(region, True)
                    self.assertEmpty(errors)

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_masks(self, photos):
        tasks, _ = self.written(photos)
        names = [*labeled_photos.CATEGORY.parts]
        for task, photo in zip(tasks, photos, strict=True):
            found = np.zeros([photo.height, photo.width], np.uint8)
            for region in task["predictions"][0]["result"]:
                if region["type"] == "brushlabels":
                    values = brush.decode_rle(region["value"]["rle"])
                    alpha = values.reshape(*found.shape, 4)[..., 3]
                    self.assertContainsSubset(np.unique(alpha), {0, 255})
                    (name,) = region["value"]["brushlabels"]
                    found[alpha > 0] = names.index(name)
            np.testing.assert_array_equal(found, photo.part_ids())


if __name__ == "__main__":
    absltest.main()
