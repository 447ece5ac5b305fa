import dataclasses
import pathlib
import shutil
import tempfile

from absl.testing import absltest
import numpy as np

from tests import tiny_photos
from tfrecords_tools.building import build_run
from tfrecords_tools.checking import contact_sheet


class ContactSheetTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, root)
        inputs = tiny_photos.save_dataset(root)
        cls.manifest = build_run.build(
            inputs, tiny_photos.tiny_settings(), root / "out", num_workers=1
        )

    def choose(self, *args):
        examples = contact_sheet.choose(self.manifest, *args)
        return [e["image_id"].decode() for e in examples]

    def test_choose(self):
        self.assertCountEqual(
            self.choose(["train", "val"], 99, 0), [f"p{i}" for i in range(6)]
        )
        self.assertCountEqual(self.choose(["val"], 99, 0), ["p4", "p5"])
        few = self.choose(["train", "val"], 3, 0)
        self.assertLen(few, 3)
        self.assertEqual(self.choose(["train", "val"], 3, 0), few)
        others = [self.choose(["train", "val"], 3, seed) for seed in range(9)]
        self.assertGreater(len(set(map(tuple, others))), 1)

    def test_unknown_split(self):
        with self.assertRaisesRegex(ValueError, "no split 'test'.*train"):
            self.choose(["test"], 3, 0)

    def test_draw(self):
        examples = contact_sheet.choose(self.manifest, ["train"], 3, 0)
        category = dataclasses.replace(
            tiny_photos.CATEGORY, palette=("#000000", "#ff0000", "#0000ff")
        )
        sheet = contact_sheet.draw(examples, category, columns=2)
        # 2 x 2 tiles of 2 crops and a caption; a wrapped legend above.
        height, width, channels = sheet.shape
        self.assertEqual((width, channels), (2 * 2 * 32, 3))
        self.assertEqual((height - 2 * (32 + 22)) % 22, 0)
        legend, tile = sheet[: -2 * 54], sheet[-108:-76, 32:64].astype(int)
        for color in ([255, 0, 0], [0, 0, 255]):
            self.assertTrue((legend == color).all(axis=-1).any())
        # Head left, torso right; between their outlines.
        self.assertTrue(
            (tile[4:28, 2:10, 0] > tile[4:28, 2:10, 2]).mean() > 0.9
        )
        self.assertTrue(
            (tile[4:28, 18:28, 2] > tile[4:28, 18:28, 0]).mean() > 0.9
        )
        blank = sheet[-54:, 64:]
        np.testing.assert_array_equal(blank, np.full_like(blank, 255))


if __name__ == "__main__":
    absltest.main()
