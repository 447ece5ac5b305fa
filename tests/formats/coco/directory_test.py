import json
import pathlib

from absl.testing import absltest

from kp2part.formats import readers
from tests import tiny_photos


class CocoDirectoryTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def save(self, path, photo, x):
        names = list(tiny_photos.CATEGORY.keypoints)
        fields = {
            "images": [{"id": 1, "file_name": photo}],
            "categories": [{"id": 1, "name": "dog", "keypoints": names}],
            "annotations": [
                {
                    "image_id": 1,
                    "category_id": 1,
                    "bbox": [0, 0, 9, 9],
                    "keypoints": [x, 2, 2, 0, 0, 0, 0, 0, 0],
                }
            ],
        }
        path = self.root / path
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(fields))

    def test_all_files(self):
        self.save("rex.json", "rex.jpg", 3)
        self.save("b/tom.json", "b/tom.jpg", 5)
        found = readers.read(self.root, tiny_photos.CATEGORY)
        places = {name: a.keypoints[0, 0] for name, (a,) in found.items()}
        self.assertEqual(places, {"rex": 3, "b/tom": 5})

    def test_a_photo_in_two_files(self):
        self.save("rex.json", "rex.jpg", 3)
        self.save("rex (1).json", "rex.jpg", 4)
        with self.assertRaisesRegex(
            ValueError, r"rex.json: .* once. 'rex.jpg' is in .*rex \(1\).json"
        ):
            readers.read(self.root, tiny_photos.CATEGORY)

    def test_broken_file_is_named(self):
        self.save("rex.json", "rex.jpg", 3)
        (self.root / "tom.json").write_text("[]")
        with self.assertRaisesRegex(ValueError, "tom.json: must be an object"):
            readers.read(self.root, tiny_photos.CATEGORY)


if __name__ == "__main__":
    absltest.main()
