import dataclasses
import pathlib

from absl.testing import absltest
import hypothesis
import numpy as np
from PIL import Image

from kp2part.formats.labeled import labels
from kp2part.formats.plain import png_writer
from tests.formats import labeled_photos
from tests.formats import mutations


class PngWriterTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir())

    def write(self, photos):
        png_writer.write(photos, labeled_photos.CATEGORY, self.directory)

    def read(self, folder, name):
        with Image.open(self.directory / folder / f"{name}.png") as picture:
            return picture.mode, np.asarray(picture), picture.getpalette()

    def test_files(self):
        self.write(iter(labeled_photos.photos()))
        found = self.directory.rglob("*.png")
        names = "no_object", "no_part", "pets/rex & co", "walks/a/frame_000012"
        self.assertCountEqual(
            [str(path.relative_to(self.directory)) for path in found],
            [f"{f}/{n}.png" for f in ("masks", "instances") for n in names],
        )
        mode, parts, palette = self.read("masks", "pets/rex & co")
        self.assertEqual(mode, "P")
        self.assertEqual(
            palette[:12], [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]
        )
        np.testing.assert_array_equal(
            parts,
            [[0, 0, 0, 0, 0, 0, 0],
             [0, 0, 1, 1, 0, 0, 0],
             [0, 0, 0, 1, 2, 0, 0],
             [0, 0, 0, 0, 0, 0, 0],
             [0, 0, 0, 0, 0, 0, 0],
             [0, 0, 0, 0, 0, 0, 3],
             [0, 0, 0, 0, 0, 0, 3],
             [0, 0, 0, 0, 0, 0, 0]],
        )  # fmt: skip
        mode, instances, _ = self.read("instances", "pets/rex & co")
        self.assertEqual((mode, instances[1, 2], instances[6, 6]), ("L", 1, 2))
        self.assertEqual(np.unique(instances).tolist(), [0, 1, 2])

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_round_trip(self, photos):
        self.write(photos)
        for photo in photos:
            name = photo.name.removesuffix(".png")
            for folder, expected in (
                ("masks", photo.part_ids()),
                ("instances", photo.object_ids()),
            ):
                _, found, _ = self.read(folder, name)
                np.testing.assert_array_equal(found, expected)

    def test_many_objects(self):
        _, pet = labeled_photos.photos()[0].objects
        items = tuple(
            dataclasses.replace(
                pet, labels=np.ones([1, 1], np.uint8), corner=(i, 0)
            )
            for i in range(300)
        )
        photo = labels.LabeledPhoto("a.jpg", 1, 300, items)
        self.write([photo])
        mode, found, _ = self.read("instances", "a")
        self.assertEqual(mode, "I;16")
        np.testing.assert_array_equal(found, [np.arange(1, 301)])

    def test_names_differ_in_more_than_suffix(self):
        first, *_ = labeled_photos.photos()
        second = dataclasses.replace(first, name="pets/rex & co.png")
        message = "'pets/rex & co.png': names .*: 'pets/rex & co.jpg' too"
        with self.assertRaisesRegex(ValueError, message):
            self.write([first, second])

    def test_shared_pixels(self):
        first, *_ = labeled_photos.photos()
        photo = dataclasses.replace(first, objects=(first.objects[0],) * 2)
        with self.assertRaisesRegex(ValueError, "rex.*: 4 pixels of several"):
            self.write([photo])
        self.assertEmpty([*self.directory.rglob("*.png")])

    def test_same_bytes(self):
        def contents():
            self.write(labeled_photos.photos())
            paths = sorted(self.directory.rglob("*.png"))
            return [path.read_bytes() for path in paths]

        self.assertEqual(contents(), contents())


if __name__ == "__main__":
    absltest.main()
