"""What the tools themselves have written, against what was drawn."""

import importlib.util
import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import readers
from kp2part.formats.names import vocabulary
from kp2part.formats.photos import photo_names
from kp2part.schema import category

FORMATS = pathlib.Path(__file__).parents[3] / "shared" / "formats"
PHOTOS = ("cow_a", "dog_b", "two_c")
ABSENT = "right_back_paw"  # Left out in some of the files.
LABEL_STUDIO = "label_studio/export_json.json"


@absltest.skipUnless(FORMATS.is_dir(), "needs the files in ../shared/formats")
class ToolFilesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.category = category.load("quadruped")
        self.truth = {
            name.partition(".")[0]: [i["keypoints"] for i in of["instances"]]
            for name, of in json.loads(
                (FORMATS / "images/truth.json").read_text()
            ).items()
        }

    def read(self, name):
        words = vocabulary.Vocabulary(self.category)
        found = readers.read_file(FORMATS / name, words)
        return {
            (photo_names.PhotoNames(PHOTOS).find(p.name), p.frame): items
            for p, items in found.annotations.items()
        }

    def rows(self, points, shift=0.0, has_hidden=True, without=()):
        rows = np.zeros([len(self.category.keypoints), 3], np.float32)
        for name, (x, y, v) in points.items():
            if name not in without:
                v = v if has_hidden else 2
                rows[self.category.keypoints.index(name)] = x + shift, y, v
        return rows

    @parameterized.parameters(
        ("coco/keypoints_only.json", [ABSENT]),
        ("cvat/images_1.1_skeletons.xml", [ABSENT]),
        ("cvat/images_1.1_skeletons_masks.xml", [ABSENT]),
        (LABEL_STUDIO, []),
        ("label_studio/import_tasks.json", []),
    )
    def test_photos(self, name, without):
        found = self.read(name)
        self.assertLen(found, len(PHOTOS))
        for photo, instances in self.truth.items():
            items = found[photo, None]
            names = {item.instance for item in items}
            self.assertLen(names, 1 if name.startswith("coco") else len(items))
            for item, points in zip(items, instances, strict=True):
                np.testing.assert_allclose(
                    item.keypoints, self.rows(points, without=without), 0, 1e-4
                )

    @parameterized.parameters(
        ("cvat/video_1.1_skeleton_tracks.xml", True, (0, 5), [0, 5], 0),
        ("deeplabcut/two_animalsDLC_dlcrnetms5_animalsNov27shuffle1_50000_el"
         ".csv", False, range(6), [0, 1, 3, 4, 5], 0),
        ("deeplabcut/two_animalsDLC_dlcrnetms5_animalsNov27shuffle1_50000_el"
         ".h5", False, range(6), [0, 1, 3, 4, 5], 0),
        ("deeplabcut/two_animals_dlc3_assembled.h5", False, range(6),
         [0, 1, 3, 4, 5], 0),
        ("deeplabcut/two_animalsDLC_resnet50_animalsNov27shuffle1_50000.csv",
         False, range(6), [], 0.7),
        ("deeplabcut/two_animalsDLC_resnet50_animalsNov27shuffle1_50000.h5",
         False, range(6), [], 0.7),
        ("sleap/two_animals.analysis.h5", False, (1, 2, 4, 5), [1, 4, 5], 0),
        ("sleap/two_animals.standard.analysis.h5", False, (1, 2, 4, 5),
         [1, 4, 5], 0),
        ("sleap/two_animals.slp", False, (1, 2, 4, 5), [1, 4, 5], 0),
    )  # fmt: skip
    def test_video(self, name, has_hidden, frames, of_second, noise):
        if name.endswith(".slp") and not importlib.util.find_spec("sleap_io"):
            self.skipTest('needs sleap-io: pip install "kp2part[sleap]"')
        found = self.read(name)
        found = {frame: items for (_, frame), items in found.items()}
        self.assertContainsSubset(frames, found)
        first, second = self.truth["two_c"]
        # The animals walk towards each other, 2 pixels a frame.
        for frame in frames:
            expected = [self.rows(first, 2 * frame, has_hidden, [ABSENT])]
            if frame in of_second:
                expected.append(
                    self.rows(second, -2 * frame, has_hidden, [ABSENT])
                )
            rows = [item.keypoints for item in found[frame]]
            np.testing.assert_allclose(rows, expected, 0, noise + 1e-4)

    @parameterized.parameters(
        "deeplabcut/labeled-data/two/CollectedData_h8.csv",
        "deeplabcut/labeled-data/two/CollectedData_h8.h5",
    )
    def test_labeled_photos(self, name):
        found = readers.read_file(
            FORMATS / name, vocabulary.Vocabulary(self.category)
        )
        ((first, second),) = found.annotations.values()
        for item, points in zip(
            (first, second), self.truth["two_c"], strict=True
        ):
            np.testing.assert_array_equal(
                item.keypoints, self.rows(points, has_hidden=False)
            )
        self.assertEqual([first.instance, second.instance], ["cow_1", "cow_2"])

    def test_sizes_in_label_studio(self):
        found = readers.read_file(
            FORMATS / LABEL_STUDIO, vocabulary.Vocabulary(self.category)
        )
        sizes = [(photo.height, photo.width) for photo in found.photos]
        self.assertEqual(sizes, [(120, 200), (150, 140), (100, 240)])
        upright = "label_studio/task_exif6_brush_drawn_by_hand.json"
        (photo,) = readers.read_file(
            FORMATS / upright, vocabulary.Vocabulary(self.category)
        ).photos
        self.assertEqual((photo.height, photo.width), (150, 140))

    @parameterized.parameters(
        "label_studio/export_json_min.json", "label_studio/export.csv"
    )
    def test_shortened_exports_of_label_studio(self, name):
        with self.assertRaisesRegex(ValueError, "shortened .* as JSON"):
            self.read(name)


if __name__ == "__main__":
    absltest.main()
