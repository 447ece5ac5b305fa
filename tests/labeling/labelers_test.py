import json
import pathlib
import tempfile

from absl.testing import absltest
import numpy as np

from kp2part import client
from kp2part.formats import pose_matches
from kp2part.formats.names import vocabulary
from kp2part.formats.photos import photo_directory
from kp2part.labeling import crop_labeler
from kp2part.labeling import jobs as jobs_lib
from kp2part.labeling import labelers
from kp2part.labeling import photo_labeler
from tests import photo_files
from tests import tiny
from tests.labeling import cases


class LabelersTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.predict = client.connect(
            str(cases.export(pathlib.Path(root))), quality=True
        )

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.photos, self.keypoints = cases.write(self.root)

    def change(self, change):
        fields = json.loads(self.keypoints.read_text())
        change(fields)
        self.keypoints.write_text(json.dumps(fields))

    def jobs(self):
        photos = photo_directory.photos(self.photos)
        names = vocabulary.Vocabulary(tiny.CATEGORY)
        matches = pose_matches.read(self.keypoints, names, photos)
        return jobs_lib.plan(matches, self.photos)

    def label(self, kind=None):
        labeler = (
            photo_labeler.PhotoLabeler(self.predict)
            if kind == "photo"
            else labelers.of(self.predict)
        )
        return list(labeler.label(self.jobs()))

    def test_both_label_alike(self):
        self.assertIsInstance(
            labelers.of(self.predict), crop_labeler.CropLabeler
        )
        of_crops, of_photos = self.label(), self.label("photo")
        self.assertLen(of_crops, 5)
        values = set()
        for one, other in zip(of_crops, of_photos, strict=True):
            self.assertIsNone(one.error)
            self.assertEqual(one.job.name, other.job.name)
            np.testing.assert_array_equal(
                one.photo.part_ids(), other.photo.part_ids()
            )
            np.testing.assert_array_equal(
                one.photo.object_ids(), other.photo.object_ids()
            )
            for a, b in zip(
                one.photo.objects, other.photo.objects, strict=True
            ):
                self.assertAlmostEqual(a.quality, b.quality, places=5)
                np.testing.assert_allclose(
                    a.confidence, b.confidence, rtol=1e-4
                )
                self.assertEqual(a.corner, b.corner)
                values.add(round(a.quality, 4))
        self.assertGreater(len(values), 5)

    def test_a_turned_photo_and_its_upright_copy(self):
        path = self.photos / "herd/p001.jpg"
        pixels = photo_files.picture(cases.HEIGHT, cases.WIDTH, seed=1)
        turned = np.ascontiguousarray(np.rot90(pixels))
        path = path.rename(path.with_suffix(".png"))
        path.write_bytes(photo_files.png(pixels))
        upright = self.label()[1].photo
        path.write_bytes(
            photo_files.tagged(photo_files.png(turned), photo_files.exif(6))
        )
        for kind in None, "photo":
            found = self.label(kind)[1].photo
            np.testing.assert_array_equal(found.part_ids(), upright.part_ids())

    def test_bad_photos_are_outcomes(self):
        (self.photos / "herd/p000.jpg").write_bytes(b"no photo")
        path = self.photos / "herd/p001.jpg"
        path.write_bytes(path.read_bytes()[:-300])

        def swap(fields):
            fields["images"][2]["width"] = 90
            fields["annotations"][6]["keypoints"][0] = 500
            fields["annotations"][8]["keypoints"][2] = 7

        self.change(swap)
        for kind in None, "photo":
            errors = [outcome.error for outcome in self.label(kind)]
            for error, words in zip(
                errors,
                (
                    "p000.jpg: not a JPEG or PNG image",
                    "cut|damaged|not a whole",
                    "p002.jpg: `width` and `height` must be those",
                    "at .500, 26",
                    "`v` must be one of",
                ),
                strict=True,
            ):
                self.assertRegex(error, words)

    def test_too_few_keypoints_cost_only_their_object(self):
        def drop(fields):
            del fields["annotations"][1]["bbox"]
            fields["annotations"][1]["keypoints"][3:] = [0] * 6

        self.change(drop)
        for kind in None, "photo":
            found = self.label(kind)[0]
            self.assertLen(found.photo.objects, 1)
            self.assertLen(found.left_out, 1)
            self.assertIn("annotation 1", found.left_out[0])
            self.assertIn("Received: 1", found.left_out[0])

    def test_a_photo_without_an_object_to_label(self):
        def drop(fields):
            for item in fields["annotations"][:2]:
                item["bbox"] = None
                item["keypoints"][3:] = [0] * 6

        self.change(drop)
        for kind in None, "photo":
            error = self.label(kind)[0].error
            self.assertIn("herd/p000.jpg: has no object to label", error)
            self.assertIn("annotation 1", error)

    def test_many_objects(self):
        self.photos, self.keypoints = cases.write(self.root / "many", 2, 40)
        self.change(
            lambda fields: [
                a.update(keypoints=cases.keypoints(5 + i % 40, 9), bbox=None)
                for i, a in enumerate(fields["annotations"])
            ]
        )
        counts = [len(x.photo.objects) for x in self.label()]
        self.assertEqual(counts, [40, 40])

    def test_model_is_told_from_others(self):
        told = labelers.describe(self.predict)
        self.assertEqual(told, labelers.describe(self.predict))
        self.assertLen(told["model"], 64)

    def test_served_model_is_told_from_others(self):
        weights = "ab" * 32
        told = labelers.describe(cases.Served(weights=weights))
        self.assertEqual(told["model"]["weights"], weights)
        self.assertIsNone(told["model"]["quality"])
        self.assertEqual(told, labelers.describe(cases.Served(weights=weights)))
        others = {"weights": "cd" * 32}, {"weights": weights, "quality": [1.0]}
        for other in others:
            self.assertNotEqual(told, labelers.describe(cases.Served(**other)))


if __name__ == "__main__":
    absltest.main()
