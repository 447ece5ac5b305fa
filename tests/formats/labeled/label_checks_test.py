import dataclasses

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats.labeled import label_checks
from tests.formats import labeled_photos


def checked(photos):
    return list(label_checks.checked(photos, labeled_photos.CATEGORY))


class LabelChecksTest(parameterized.TestCase):
    def test_sound_photos_pass(self):
        photos = labeled_photos.photos()
        self.assertEqual(checked(iter(photos)), photos)

    @parameterized.parameters(
        ({"name": "../a.jpg"}, "`name` must be a path below"),
        ({"name": "/a.jpg"}, "`name` must be a path below"),
        ({"name": ""}, "`name` must be a path below"),
        ({"name": "a\n.jpg"}, r"Received: 'a\\n.jpg'"),
        ({"name": "\udcff.jpg"}, "`name` must be a path below"),
        ({"width": 0}, "`height, width` must be at least 1"),
        ({"frame": -1}, "frame -1: `frame` must be at least 0"),
        ({"width": 4}, "object 0: `corner` must be .* 4 x 8. Received: '3 x 2"),
        ({"name": "walks/a/frame_000012.png"}, "must be labeled once"),
    )
    def test_photo(self, changes, message):
        first, *others = labeled_photos.photos()
        photos = [*others, dataclasses.replace(first, **changes)]
        with self.assertRaisesRegex(ValueError, message) as raised:
            checked(photos)
        self.assertNotIn("\n", str(raised.exception))

    @parameterized.parameters(
        ({"class_name": "cow"}, "`class_name` must be one of .*'cow'"),
        ({"labels": np.full([1, 1], 4, np.uint8)}, "part ids below 4.*: 4"),
        ({"labels": np.ones([1, 1], int)}, "`labels` must be uint8"),
        ({"corner": (-1, 0)}, "`corner` must be"),
        ({"keypoints": np.zeros([2, 3])}, "`keypoints` must be of shape"),
        ({"keypoints": np.full([3, 3], np.nan)}, "must be finite"),
        ({"keypoints": np.full([3, 3], 3)}, "v of 0, 1 or 2"),
        ({"instance": "a\0"}, r"`instance` must be a name .*'a\\x00'"),
        ({"box": (0, 0, 1)}, "`box` must be 4 finite"),
        ({"quality": 1.5}, "`quality` must be in"),
        ({"quality": float("nan")}, "`quality` must be in"),
        ({"confidence": np.zeros(3)}, "`confidence` must be in"),
    )
    def test_object(self, changes, message):
        first, *_ = labeled_photos.photos()
        item = dataclasses.replace(first.objects[1], **changes)
        photo = dataclasses.replace(first, objects=(first.objects[0], item))
        where = "'pets/rex & co.jpg': object 1: .*"
        with self.assertRaisesRegex(ValueError, where + message):
            checked([photo])


if __name__ == "__main__":
    absltest.main()
