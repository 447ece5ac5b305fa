import copy
import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import readers
from kp2part.formats.names import vocabulary
from tests.formats import studio


class LabelStudioTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "export.json"

    def read(self, fields, **kwargs):
        self.path.write_text(json.dumps(fields))
        return readers.read_file(
            self.path, vocabulary.Vocabulary(studio.CATEGORY), **kwargs
        )

    def test_rectangle(self):
        found = self.read([studio.task(*studio.DOG)])
        self.assertEqual(found.photos, (studio.PHOTO,))
        (dog,) = found.annotations[studio.PHOTO]
        self.assertEqual((dog.class_name, dog.instance), ("dog", "r1"))
        self.assertEqual(dog.box, (10, 4, 110, 14))
        np.testing.assert_array_equal(dog.keypoints, studio.KEYPOINTS)
        self.assertEqual(
            dog.source, f"{self.path}: task 0 (id 9): rectangle 'r1' (dog)"
        )
        self.assertEmpty(found.passed_over)

    def test_two_objects(self):
        more = [
            studio.rectangle("r2", "cat"),
            studio.point("p3", "nose", 1, 1, "r2"),
        ]
        ((dog, cat),) = self.read(
            [studio.task(*studio.DOG, *more)]
        ).annotations.values()
        self.assertEqual((dog.instance, cat.instance), ("r1", "r2"))
        self.assertEqual(cat.class_name, "cat")
        np.testing.assert_array_equal(dog.keypoints, studio.KEYPOINTS)
        np.testing.assert_allclose(cat.keypoints[2], [1.5, -0.1, 2], 1e-6)

    def test_without_a_rectangle(self):
        points = [
            studio.point("p1", "nose", 10.25, 51.25),
            studio.choice("p1", "Occluded"),
        ]
        leaf = studio.rectangle("r1", "leaf")
        found = self.read([studio.task(*points, leaf)])
        ((item,),) = found.annotations.values()
        self.assertEqual(
            (item.class_name, item.box, item.instance), ("*", None, "")
        )
        np.testing.assert_array_equal(item.keypoints[2], [20, 20, 1])
        self.assertEqual(found.passed_over, {"of class 'leaf'": 1})

    def test_one_rectangle_has_all_keypoints(self):
        free = [{**r, "parentID": ""} for r in studio.DOG]
        ((dog,),) = self.read([studio.task(*free)]).annotations.values()
        self.assertEqual((dog.class_name, dog.instance), ("dog", "r1"))
        np.testing.assert_array_equal(dog.keypoints, studio.KEYPOINTS)

    def test_no_keypoints(self):
        found = self.read(
            [
                studio.task(studio.rectangle("r1")),
                studio.task(data={"image": "b"}),
            ]
        )
        self.assertEmpty(found.annotations)
        # Rectangles count where somebody has set a keypoint.
        self.assertEqual([p.name for p in found.photos], [studio.NAME, "b"])

    def test_annotation_that_counts(self):
        fields = studio.task(*studio.DOG)
        (true,) = fields["annotations"]
        other = {**copy.deepcopy(true), "id": 2}
        other["result"][1]["value"]["x"] = 90
        brush = {**true, "id": 3, "result": [studio.DOG[5]]}
        canceled = {**other, "was_cancelled": True}
        fields["annotations"] = [brush, canceled, true]
        fields["predictions"] = [7]
        found = self.read([fields])
        np.testing.assert_array_equal(
            found.annotations[studio.PHOTO][0].keypoints, studio.KEYPOINTS
        )
        self.assertEqual(found.passed_over, {"as it was canceled": 1})
        fields["annotations"] = [other, {**true, "ground_truth": True}]
        found = self.read([fields])
        np.testing.assert_array_equal(
            found.annotations[studio.PHOTO][0].keypoints, studio.KEYPOINTS
        )
        self.assertEqual(found.passed_over, {"beside the ground truth": 1})
        fields["annotations"] = [other, true]
        with self.assertRaisesRegex(
            ValueError, "has 2 annotations.* as ground"
        ):
            self.read([fields])
        fields["annotations"] = []
        found = self.read([fields])
        self.assertEqual(found.passed_over, {"as predicted, not submitted": 1})

    def test_a_single_task(self):
        found = self.read(studio.task(*studio.DOG))
        self.assertLen(found.annotations[studio.PHOTO], 1)

    @parameterized.parameters(
        ({"img": "b/a.jpg", "note": "wet"}, "b/a.jpg"),
        ({"photo": "https://x.org/a.png?key=1", "n": 1}, "https://x.org/a"),
    )
    def test_name_of_the_photo(self, data, expected):
        (photo,) = self.read([studio.task(*studio.DOG, data=data)]).photos
        self.assertStartsWith(photo.name, expected)

    @parameterized.parameters(
        ((1, "value", "x"), "10", "'nose': `x` must be a number.*'10'"),
        ((1, "value", "y"), None, "'nose': `y` must be a number.*None"),
        ((1, "value", "y"), True, "'nose': `y` must be a number.*True"),
        ((1, "value", "keypointlabels"), ["nose", "left_ear"], "one name"),
        ((1, "value", "keypointlabels"), ["Left ear"], "'Left ear': is there"),
        ((1, "value", "keypointlabels"), ["left_ear"], "both mean 'left_ear'"),
        ((1, "value", "keypointlabels"), ["noose"], "unknown.*nearest: nose"),
        ((1, "value"), 3, "region 1: `value` must be an object.*3"),
        ((1, "type"), "keypoint", "region 1: a `KeyPoint` must have its names"),
        ((1, "id"), 3, "`id` must be a text. Received: 3"),
        ((1, "parentID"), "p2", "'nose': `parentID` must be .*'p2'"),
        ((1, "image_rotation"), 90, "`image_rotation` must be 0.*90"),
        ((1, "original_width"), 201, r"`original_width` .*\[200, 201, 200"),
        ((1, "to_name"), "image2", "`to_name` must be the same.*'image2'"),
        ((4, "value", "choices"), ["far"], "'Left ear': `choices`.*'far'"),
        ((4, "id"), [], r"`id` must be a text. Received: \[\]"),
        ((4, "id"), "p1", "region 'p1' has two `choices`"),
        ((4, "value", "choices"), [], "'Left ear': `choices` must be a list"),
        ((0, "value", "width"), -1, "negative sides. Received: width=-1"),
        ((0, "value", "rotation"), 4.5, "`rotation` must be 0.*4.5"),
        ((0, "value", "height"), float("nan"), "`height` must be a num.*nan"),
    )  # fmt: skip
    def test_bad_region(self, where, value, message):
        regions = copy.deepcopy(studio.DOG)
        owner = regions
        for step in where[:-1]:
            owner = owner[step]
        owner[where[-1]] = value
        with self.assertRaisesRegex(ValueError, f"export.json: .*{message}"):
            self.read([studio.task(*regions)])

    @parameterized.parameters(
        (
            [
                studio.point("p1", "nose", 1, 1),
                studio.point("p2", "nose", 9, 9),
            ],
            "'nose': is",
        ),
        (
            [studio.rectangle("r2"), studio.point("p3", "nose", 1, 1)],
            "none of 2 rectangles",
        ),
        ([studio.rectangle("r1", "cat")], "two rectangles have the id 'r1'"),
    )
    def test_whose_keypoint_it_is(self, regions, message):
        first = (
            studio.DOG[:1] if regions[0]["type"] == "rectanglelabels" else []
        )
        errors = []
        self.read(
            [studio.task(
                *first, *regions, studio.point("p4", "left_ear", 2, 2, "")),
             studio.task(*studio.DOG, data={"image": "c.jpg"})],
            on_error=lambda *e: errors.append(e),
        )  # fmt: skip
        ((photo, error),) = errors
        self.assertEqual(photo.name, studio.NAME)
        self.assertRegex(str(error), f"export.json: task 0 .*{message}")

    @parameterized.parameters(
        ([], r"must be a list of .* at least one. Received: \[\]"),
        ([1], "task 0: must be a task of Label Studio.*1"),
        ([{"annotation_id": 1, "kp": []}], "task 0: is a shortened exp"),
        ([studio.task(data={})], "`data` must have the path of a photo.*{}"),
        (
            [studio.task(annotations=3)],
            "`annotations` must be a list of obj.* 3",
        ),
        (
            [studio.task(), studio.task()],
            "task 1 .id 9.: has the photo of .*task 0",
        ),
        (
            {"images": [], "info": {"contributor": "Label Studio"}},
            "is Label Studio's export in COCO's format.* as JSON",
        ),
    )
    def test_bad_file(self, fields, message):
        with self.assertRaisesRegex(ValueError, f"export.json: .*{message}"):
            self.read(fields)


if __name__ == "__main__":
    absltest.main()
