import dataclasses
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import h5py
import hypothesis
import numpy as np

from kp2part.formats.labeled import labels
from kp2part.formats.plain import mask_array
from tests.formats import labeled_photos
from tests.formats import mutations


def frames():
    """Returns three frames of a video with two animals, of which one leaves."""
    first, *_ = labeled_photos.photos()
    rex, pet = first.objects
    return [
        labels.LabeledPhoto("walks/a.mp4", 8, 7, (pet,), 3),
        labels.LabeledPhoto("walks/a.mp4", 8, 7, (), 4),
        labels.LabeledPhoto("walks/a.mp4", 8, 7, (rex, pet), 7),
    ]


class MaskArrayTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "a.nc"

    def write(self, photos):
        mask_array.write(photos, labeled_photos.CATEGORY, self.path)

    def test_array(self):
        self.write(iter(frames()))
        with h5py.File(self.path) as file:
            masks = file["masks"]
            self.assertEqual(masks.shape, (3, 3, 8, 7, 3))
            self.assertEqual(masks.attrs["dtype"], "bool")
            self.assertEqual(file.attrs["video"], "walks/a.mp4")
            scales = [dim[0] for dim in masks.dims]
            self.assertEqual(
                [scale.name[1:] for scale in scales],
                ["time", "individuals", "y", "x", "parts"],
            )
            time, individuals, _, x, parts = scales
            self.assertEqual(time[:].tolist(), [3, 4, 7])
            self.assertEqual(x[:].tolist(), [0, 1, 2, 3, 4, 5, 6])
            # In frame 7 the pet is the second object: nobody named it.
            self.assertEqual(
                individuals.asstr()[:].tolist(), ["object_1", "rex", "object_2"]
            )
            self.assertEqual(
                parts.asstr()[:].tolist(), ["head", "body", "tail"]
            )
            found = [np.argwhere(masks[i]).tolist() for i in range(3)]
        tail = [[5, 6, 2], [6, 6, 2]]
        self.assertEqual(found[0], [[0, *place] for place in tail])
        self.assertEmpty(found[1])
        rex = [[1, 2, 0], [1, 3, 0], [2, 3, 0], [2, 4, 1]]
        self.assertEqual(
            found[2],
            [[1, *place] for place in rex] + [[2, *place] for place in tail],
        )

    @mutations.SETTINGS
    @hypothesis.given(labeled_photos.random_photos())
    def test_round_trip(self, photos):
        size = {"height": 80, "width": 80, "name": "a.mp4"}
        photos = [
            dataclasses.replace(photo, frame=2 * i, **size)
            for i, photo in enumerate(photos)
        ]
        if not photos:
            return
        self.write(photos)
        with h5py.File(self.path) as file:
            names = file["individuals"].asstr()[:].tolist()
            masks = file["masks"][:]
        for mask, photo in zip(masks, photos, strict=True):
            ids = np.arange(1, 4)
            np.testing.assert_array_equal(
                (mask * ids).sum((0, -1)), photo.part_ids()
            )
            for i, item in enumerate(photo.objects, 1):
                np.testing.assert_array_equal(
                    mask[names.index(item.instance)].any(-1),
                    photo.object_ids() == i,
                )

    @parameterized.parameters(
        ({"name": "b.mp4"}, "'b.mp4', frame 7: all photos must be frames of"),
        ({"frame": None}, "'walks/a.mp4': all photos must be frames of one"),
        ({"width": 9}, "size of the other frames, 7 x 8. Received: 9 x 8"),
        ({"objects": frames()[2].objects[:1] * 2}, "Received: 'rex' twice"),
    )
    def test_frames_that_do_not_fit(self, changes, message):
        *others, last = frames()
        with self.assertRaisesRegex(ValueError, message):
            self.write([*others, dataclasses.replace(last, **changes)])
        self.assertEmpty([*self.path.parent.iterdir()])

    def test_no_frame(self):
        with self.assertRaisesRegex(ValueError, "a.nc: `photos` must have"):
            self.write(())
        self.assertEmpty([*self.path.parent.iterdir()])

    def test_same_bytes(self):
        self.write(frames())
        first = self.path.read_bytes()
        self.write(frames())
        self.assertEqual(self.path.read_bytes(), first)


if __name__ == "__main__":
    absltest.main()
