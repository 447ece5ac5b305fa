"""Holds `formats.cvat.writer` to cvat-sdk: see `make test-formats`."""

import pathlib
import xml.etree.ElementTree as ET

from absl.testing import absltest
from cvat_sdk import masks as cvat_masks
import hypothesis
import numpy as np

from kp2part.formats.cvat import writer as cvat_writer
from tests.formats import labeled_photos
from tests.formats import mutations


def points_of(element: ET.Element) -> list[int]:
    """Returns a mask as CVAT's server has it: run lengths, then the box."""
    counts = [int(n) for n in element.attrib["rle"].split(",")]
    names = "left", "top", "width", "height"
    left, top, width, height = (int(element.attrib[name]) for name in names)
    return [*counts, left, top, left + width - 1, top + height - 1]


class CvatCheck(absltest.TestCase):
    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_masks(self, photos):
        path = pathlib.Path(self.create_tempdir()) / "parts.xml"
        cvat_writer.write(photos, labeled_photos.CATEGORY, path)
        images = ET.parse(path).getroot().findall("image")
        names = [*labeled_photos.CATEGORY.parts]
        for image, photo in zip(images, photos, strict=True):
            found = np.zeros([photo.height, photo.width], np.uint8)
            for element in image.findall("mask"):
                points = points_of(element)
                mask = cvat_masks.decode_mask(
                    points, image_width=photo.width, image_height=photo.height
                )
                self.assertEqual(cvat_masks.encode_mask(mask), points)
                found[mask] = names.index(element.get("label"))
            np.testing.assert_array_equal(found, photo.part_ids())


if __name__ == "__main__":
    absltest.main()
