import json

from absl.testing import absltest

from kp2part.models import trained_photos


class TrainedPhotosTest(absltest.TestCase):
    def test_counts(self):
        photos = trained_photos.of(["a", "b", "c"])
        self.assertEqual(photos.count(["c", "d", "a"]), 2)
        self.assertEqual(photos.count(["d"]), 0)
        self.assertEqual(trained_photos.TrainedPhotos().count("ab"), 0)

    def test_what_is_not_known_is_not_none(self):
        photos = trained_photos.of("ab").add(trained_photos.UNKNOWN)
        self.assertEqual(photos.count("bc"), 1)
        self.assertIsNone(photos.count("cd"))

    def test_there_and_back(self):
        for photos in (
            trained_photos.of(["é", "a/b", "2008_000008"]),
            trained_photos.UNKNOWN,
        ):
            fields = json.loads(json.dumps(photos.to_json()))
            self.assertEqual(
                trained_photos.TrainedPhotos.from_json(fields), photos
            )

    def test_a_photo_takes_8_bytes(self):
        text = trained_photos.of(map(str, range(3000))).to_json()["hashes"]
        self.assertLen(text, 3000 * 8 * 4 // 3)


if __name__ == "__main__":
    absltest.main()
