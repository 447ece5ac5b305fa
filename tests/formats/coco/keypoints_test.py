"""Files as other tools write them: what is read, passed over, or refused."""

import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import readers
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import pose_file
from tests import tiny_photos

NAMES = ["left_ear", "right_ear", "nose"]
POINTS = [1, 2, 2, 0, 0, 0, 7, 8, 1]


def annotation(**changes):
    return {
        "image_id": 1,
        "category_id": 1,
        "bbox": [0, 1, 10, 9],
        "keypoints": POINTS,
        **changes,
    }


def coco(*annotations, **changes):
    return {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "categories": [{"id": 1, "name": "dog", "keypoints": NAMES}],
        "annotations": list(annotations or [annotation()]),
        **changes,
    }


class CocoTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "pose.json"

    def read(self, fields, encoding="utf-8") -> pose_file.PoseFile:
        self.path.write_bytes(json.dumps(fields).encode(encoding))
        return readers.read_file(
            self.path, vocabulary.Vocabulary(tiny_photos.CATEGORY)
        )

    def assert_refused(self, fields, message):
        with self.assertRaisesRegex(ValueError, message) as caught:
            self.read(fields)
        self.assertStartsWith(str(caught.exception), f"{self.path}: ")
        self.assertNotIn("\n", str(caught.exception))

    def read_one(self, fields, **kwargs):
        found = self.read(fields, **kwargs)
        ((dog,),) = found.annotations.values()
        np.testing.assert_array_equal(
            dog.keypoints, [[1, 2, 2], [0, 0, 0], [7, 8, 1]]
        )
        return found, dog

    @parameterized.parameters("utf-8-sig", "utf-16", "utf-32")
    def test_encodings(self, encoding):
        self.read_one(coco(), encoding=encoding)

    @parameterized.parameters(
        (1, "1", 1.0), ("1", 1, "1.0"), (1.0, "1", 1), ("x", "x", "x ")
    )
    def test_ids_match_by_value(self, of_image, of_category, given):
        self.read_one(
            coco(
                annotation(image_id=given, category_id=given),
                images=[{"id": of_image, "file_name": "a.jpg"}],
                categories=[
                    {"id": of_category, "name": "Dog ", "keypoints": NAMES},
                    {"id": 7, "name": "cow"},
                ],
            )
        )

    @parameterized.parameters(
        (
            {"images": [
                {"id": 1, "file_name": "a.jpg"},
                {"id": "1", "file_name": "b.jpg"},
            ]},
            "two image ids are '1': 'a.jpg' and 'b.jpg'",
        ),
        (
            {"categories": [
                {"id": 1, "name": "dog", "keypoints": NAMES},
                {"id": 1.0, "name": "cat", "keypoints": NAMES},
            ]},
            "two category ids are '1': 'dog' and 'cat'",
        ),
        (
            {"categories": [
                {"id": 1, "name": "dog", "keypoints": ["nose"] * 3},
            ]},
            r"category 'dog': names of `keypoints`.*\['nose'\]",
        ),
        (
            {"annotations": [
                annotation(),
                annotation(keypoints=[1, 2, 2, 3, 3, 2, 7, 8, 1]),
            ]},
            r"annotation 1 \(dog\): has class and box of .*annotation 0",
        ),
    )  # fmt: skip
    def test_what_is_there_twice_is_refused(self, change, message):
        self.assert_refused(coco(**change), message)

    def test_an_identical_copy_is_passed_over(self):
        image = {"id": 1, "file_name": "a.jpg"}
        fields = coco(annotation(), annotation(), images=[image, dict(image)])
        found, _ = self.read_one(fields)
        self.assertEqual(found.passed_over, {"as a duplicate": 1})

    @parameterized.parameters(
        ({"keypoints": []}, "without keypoints"),
        ({"keypoints": None}, "without keypoints"),
        ({"keypoints": [0] * 9}, "without keypoints"),
        ({"keypoints": [0] * 51, "num_keypoints": 0}, "without keypoints"),
        ({"keypoints": [5, 5, 0] * 3}, "without keypoints"),
        ({"keypoints": [float("nan"), None, 0] * 3}, "without keypoints"),
        ({"keypoints": [], "bbox": None}, "without keypoints"),
        ({"iscrowd": 1}, "of a crowd"),
        ({"category_id": 2, "keypoints": "any", "bbox": 3}, "of class 'man'"),
    )
    def test_a_harmless_annotation_costs_nothing_else(self, change, reason):
        categories = [
            {"id": 1, "name": "dog", "keypoints": NAMES},
            {"id": 2, "name": "man", "keypoints": ["hand"]},
        ]
        harmless = annotation(**change)
        for both in ([harmless, annotation()], [annotation(), harmless]):
            found, _ = self.read_one(coco(*both, categories=categories))
            self.assertEqual(found.passed_over, {reason: 1})

    @parameterized.parameters(
        ({"bbox": None},),
        ({"bbox": []},),
        ({"bbox": [0, 0, 0, 0]},),
        ({},),
    )
    def test_without_a_box(self, change):
        other = [3, 3, 2, 0, 0, 0, 7, 8, 1]
        boxless, second = annotation(), annotation(keypoints=other)
        for fields in boxless, second:
            del fields["bbox"]
            fields.update(change)
        found = self.read(coco(boxless, boxless, second))
        ((first, second),) = found.annotations.values()
        self.assertIsNone(first.box)
        self.assertIsNone(second.box)
        # A copy of one with a box is passed over as well.
        found, _ = self.read_one(coco(annotation(), boxless))
        self.assertEqual(found.passed_over, {"as a duplicate": 1})

    def test_missing_keypoints_are_none(self):
        harmless = annotation()
        del harmless["keypoints"]
        self.read_one(coco(harmless, annotation()))

    @parameterized.parameters(float("nan"), None, -1, 1e39, float("inf"))
    def test_an_absent_keypoint_may_be_anywhere(self, value):
        points = [1, 2, 2, value, value, 0, 7, 8, 1]
        self.read_one(coco(annotation(keypoints=points)))

    @parameterized.parameters(
        float("nan"), None, 1e39, float("inf"), 10**400, "3", ([3],), True
    )
    def test_a_present_keypoint_must_be_somewhere(self, value):
        points = [1, 2, 2, 0, 0, 0, value, 8, 1]
        self.assert_refused(
            coco(annotation(keypoints=points)),
            r"annotation 0 \(dog\): keypoint 'nose': `\[x, y, v\]` must be 3",
        )

    @parameterized.parameters(
        ({"images": [{"id": 1, "file_name": None}]}, r"images\[0\]` \(id 1\): "
         "`file_name` must be a name. Received: None"),
        ({"images": [5]}, r"`images\[0\]`: must be an object. Received: 5"),
        ({"images": 5}, "`images` must be an array or object. Received: 5"),
        ({"images": [{"id": [1], "file_name": "a"}]}, r"`id` must.*id=\[1\]"),
        ({"images": [{"id": 1, "file_name": "a", "width": "9"}]},
         "`width` must be a number of pixels. Received: '9'"),
        ({"categories": [5]}, r"`categories\[0\]`: must be an object.*: 5"),
        ({"categories": [{"id": 1, "name": 3}]}, "`name` must be a name.*3"),
        ({"categories": [{"id": 1, "name": "dog", "keypoints": 3}]},
         "category 'dog': `keypoints` must be a list of names. Received: 3"),
        ({"categories": [{"id": 1, "name": "dog", "keypoints": [{"name": 1}]}]},
         r"category 'dog': `keypoints\[0\]` must be a name. Received: {'name"),
        ({"annotations": 5}, "`annotations` must be an array. Received: 5"),
        ({"annotations": [5]}, "annotation 0: has no field `image_id`"),
        ({"annotations": [annotation(category_id=[1])]},
         r"annotation 0: `category_id` must be a whole.*\[1\]"),
        ({"annotations": [annotation(category_id=9)]},
         r"annotation 0: `category_id` must be one of \[1\]. Received: 9"),
        ({"annotations": [annotation(image_id=10**400)]},
         "annotation 0: `image_id` must be a whole number"),
        ({"annotations": [annotation(bbox=[1, 2, 3, 10**400])]},
         "`bbox` must be 4 finite numbers"),
        ({"annotations": [annotation(iscrowd=[])]}, r"`iscrowd` must.*: \[\]"),
        ({"annotations": [annotation(keypoints={"nose": 1})]},
         "`keypoints` must be 9 numbers x, y, v.*{'nose': 1}"),
    )  # fmt: skip
    def test_odd_json(self, change, message):
        self.assert_refused(coco(**change), message)

    @parameterized.parameters("[" * 200_000, "[" * 900 + "]" * 900)
    def test_deep_json(self, text):
        self.path.write_text(text)
        with self.assertRaisesRegex(
            ValueError, "pose.json: .*(not a JSON|must)"
        ):
            readers.read(self.path, tiny_photos.CATEGORY)

    def test_a_name_twice_in_an_object(self):
        self.path.write_text('{"images": {}, "images": {"1": "a.jpg"}}')
        with self.assertRaisesRegex(ValueError, "the name 'images' twice"):
            readers.read(self.path, tiny_photos.CATEGORY)

    def test_sizes(self):
        for sides, size in (
            ({"width": 60, "height": 40.0}, (40, 60)),
            ({"width": 60}, (None, 60)),
            ({"width": 0, "height": None}, (None, None)),
        ):
            image = {"id": 1, "file_name": "a.jpg", **sides}
            (photo,) = self.read(coco(images=[image])).photos
            self.assertEqual((photo.height, photo.width), size)

    def test_any_class(self):
        found = self.read(
            coco(categories=[{"id": 1, "name": "pet", "keypoints": NAMES}])
        )
        ((dog,),) = found.annotations.values()
        self.assertEqual(dog.class_name, vocabulary.ANY_CLASS)


if __name__ == "__main__":
    absltest.main()
