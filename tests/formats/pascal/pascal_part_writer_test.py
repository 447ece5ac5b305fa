import dataclasses
import pathlib

from absl.testing import absltest
import hypothesis
import numpy as np

from kp2part.formats.labeled import labels
from kp2part.formats.pascal import pascal_part
from kp2part.formats.pascal import pascal_part_writer
from tests.formats import labeled_photos
from tests.formats import mutations


class PascalPartWriterTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir())

    def write(self, photos, category=labeled_photos.CATEGORY):
        pascal_part_writer.write(photos, category, self.directory)

    def test_files(self):
        self.write(iter(labeled_photos.named_photos()))
        found = self.directory.rglob("*.mat")
        names = "no_object", "no_part", "pets/rex & co", "walks/a/frame_000012"
        self.assertCountEqual(
            [str(path.relative_to(self.directory)) for path in found],
            [f"{name}.mat" for name in names],
        )
        dog, pet = pascal_part.read(self.directory / "pets/rex & co.mat")
        self.assertEqual([p.name for p in dog.parts], ["head", "torso"])
        self.assertEqual([p.name for p in pet.parts], ["tail"])
        self.assertEqual((dog.class_name, dog.box), ("dog", (2, 1, 5, 3)))
        self.assertEmpty(pascal_part.read(self.directory / "no_object.mat"))
        (cat,) = pascal_part.read(self.directory / "no_part.mat")
        self.assertEmpty(cat.parts)
        self.assertEqual(cat.mask.shape, (6, 5))

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_round_trip(self, photos):
        self.write(photos)
        for photo in photos:
            name = photo.name.removesuffix(".png")
            found = pascal_part.read(self.directory / f"{name}.mat")
            parts = np.zeros([photo.height, photo.width], np.uint8)
            for item, given in zip(found, photo.objects, strict=True):
                self.assertEqual(item.class_name, given.class_name)
                wanted = np.zeros_like(parts)
                wanted[labels.crop_of(given)] = given.labels
                np.testing.assert_array_equal(item.mask, wanted > 0)
                for part in item.parts:
                    parts[part.mask] = labeled_photos.CATEGORY.part_of(
                        part.name
                    )
            np.testing.assert_array_equal(parts, photo.part_ids())

    def test_a_class_is_needed(self):
        message = r"rex & co.jpg': object 1: `class_name` .*'\*', any"
        with self.assertRaisesRegex(ValueError, message):
            self.write(labeled_photos.photos())
        self.assertEmpty([*self.directory.iterdir()])

    def test_the_only_class_is_taken(self):
        category = dataclasses.replace(
            labeled_photos.CATEGORY, classes=("pet",)
        )
        self.write(labeled_photos.photos()[3:], category)
        path = self.directory / "walks/a/frame_000012.mat"
        (pet,) = pascal_part.read(path)
        self.assertEqual(pet.class_name, "pet")

    def test_an_annotated_part_is_needed(self):
        parts = {**labeled_photos.CATEGORY.parts, "tail": ()}
        category = dataclasses.replace(labeled_photos.CATEGORY, parts=parts)
        with self.assertRaisesRegex(ValueError, "object 1: .*'tail': "):
            self.write(labeled_photos.named_photos(), category)

    def test_same_bytes(self):
        def contents():
            self.write(labeled_photos.named_photos())
            paths = sorted(self.directory.rglob("*.mat"))
            return [path.read_bytes() for path in paths]

        self.assertEqual(contents(), contents())


if __name__ == "__main__":
    absltest.main()
