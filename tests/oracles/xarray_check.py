"""Holds `formats.plain.mask_array` to xarray: see `make test-formats`."""

import pathlib

from absl.testing import absltest
import numpy as np
import xarray

from kp2part.formats.labeled import labels
from kp2part.formats.plain import mask_array
from tests.formats import labeled_photos


class XarrayCheck(absltest.TestCase):
    def test_masks(self):
        (rex, pet), *_ = (photo.objects for photo in labeled_photos.photos())
        frames = [
            labels.LabeledPhoto("a.mp4", 8, 7, items, number)
            for number, items in ((3, (pet,)), (4, ()), (7, (rex, pet)))
        ]
        path = pathlib.Path(self.create_tempdir()) / "a.nc"
        mask_array.write(frames, labeled_photos.CATEGORY, path)
        with xarray.open_dataset(path, engine="h5netcdf") as read:
            masks = read["masks"]
            self.assertEqual(masks.dims, mask_array.DIMENSIONS)
            self.assertEqual(masks.dtype, bool)
            self.assertEqual(read.attrs, {"video": "a.mp4"})
            self.assertEqual(masks["time"].values.tolist(), [3, 4, 7])
            found = masks.sel(time=7)
            np.testing.assert_array_equal(
                found.sel(individuals="rex", parts="head"),
                frames[2].part_ids() == 1,
            )
            np.testing.assert_array_equal(
                found.any("individuals").values @ [1, 2, 3],
                frames[2].part_ids(),
            )
            self.assertFalse(masks.sel(time=4).any())


if __name__ == "__main__":
    absltest.main()
