import unicodedata

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.formats.photos import photo_names

IDS = ("rex", "dogs/frame_1", "cats/frame_1", "caf\u00e9", "a b", "v1.0")


class PhotoNamesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.names = photo_names.PhotoNames(IDS)

    @parameterized.parameters(
        ("rex.jpg", "rex"),
        ("REX.JPG", "rex"),
        ("./rex.jpeg", "rex"),
        ("VOC2012/JPEGImages/rex.jpg", "rex"),
        ("C:\\photos\\rex.jpg", "rex"),
        ("dogs\\frame_1.png", "dogs/frame_1"),
        ("set/cats/frame_1.png", "cats/frame_1"),
        ("0a1b2c3d-rex.jpg", "rex"),
        ("/data/local-files/?d=dogs/frame_1.jpg", "dogs/frame_1"),
        ("caf%C3%A9.jpg", "caf\u00e9"),
        ("a%20b.jpg", "a b"),
        (unicodedata.normalize("NFD", "caf\u00e9.jpg"), "caf\u00e9"),
        ("v1.0", "v1.0"),
        ("v1.0.jpg", "v1.0"),
        ("max.jpg", None),
        ("birds/frame_1.jpg", None),
        ("0a1b2c3-rex.jpg", None),
        ("", None),
        ("/", None),
    )
    def test_find(self, name, photo_id):
        self.assertEqual(self.names.find(name), photo_id)

    def test_ambiguous(self):
        with self.assertRaisesRegex(
            ValueError, r"'frame_1.jpg'.*\['cats/frame_1', 'dogs/frame_1'\]"
        ):
            self.names.find("frame_1.jpg")

    def test_the_literal_name_comes_first(self):
        names = photo_names.PhotoNames(["rex", "0a1b2c3d-rex", "Rex", "a/rex"])
        for name in ("rex", "0a1b2c3d-rex", "Rex"):
            self.assertEqual(names.find(f"{name}.jpg"), name)
        self.assertEqual(names.find("x/a/rex.jpg"), "a/rex")

    def test_nearest(self):
        self.assertEqual(self.names.nearest("rexx.jpg"), ["rex"])


if __name__ == "__main__":
    absltest.main()
