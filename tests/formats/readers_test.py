import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import readers
from kp2part.schema import category
from tests import tiny_photos

BERKELEY = """<?xml version="1.0" encoding="utf-8"?>
<annotation>
	<image>p_1</image>
	<voc_id>2</voc_id>
	<category>dog</category>
	<visible_bounds height="19.00" width="9.00" xmin="11.00" ymin="21.00"/>
	<keypoints>
		<keypoint name="Nose" visible="1" x="12.50" y="23.25" z="0.00"/>
		<keypoint name="L_EarBase" visible="0" x="14" y="25" z="0.00"/>
	</keypoints>
</annotation>
"""


class KeypointFilesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.json = self.root / "pose.json"

    def read(self, **kwargs):
        return readers.read(self.json, tiny_photos.CATEGORY, **kwargs)

    def save_berkeley(self, text, name="dog/p_1_2.xml"):
        path = self.root / "berkeley" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return self.root / "berkeley"

    def test_berkeley(self):
        self.save_berkeley(BERKELEY.replace("dog", "cow"), "cow/p_1_1.xml")
        directory = self.save_berkeley(BERKELEY)
        found = readers.read(directory, tiny_photos.CATEGORY)
        self.assertEqual(list(found), ["p_1"])
        (dog,) = found["p_1"]
        # 1-based and inclusive: (11, 21, 11 + 9, 21 + 19).
        self.assertEqual(dog.box, (10, 20, 20, 40))
        # In the category's order; the right ear is not listed.
        np.testing.assert_array_equal(
            dog.keypoints, [[14, 25, 1], [0, 0, 0], [12.5, 23.25, 2]]
        )
        self.assertEndsWith(dog.source, "p_1_2.xml")

    @parameterized.parameters(
        ('x="14"', 'x="nan"', "keypoint 'L_EarBase': `x`.*'nan'"),
        ('x="14"', "", "keypoint 'L_EarBase': `x`.*None"),
        ('visible="0"', 'visible="2"', "keypoint 'L_EarBase': `visible`.*'2'"),
        ("L_EarBase", "Horn", "unknown keypoint 'Horn'.*keypoint_aliases"),
        ("L_EarBase", "Nose", "keypoint 'Nose': is listed twice"),
        ('width="9.00"', "", "`visible_bounds/width`"),
        ("visible_bounds", "bounds", "has no field `visible_bounds`"),
        ("<category>dog</category>", "", "`category` must not be empty"),
        ("<image>p_1<", "<image>p_2<", "`image` must be.*'p_2'"),
        ("</annotation>", "", "not an XML file"),
    )
    def test_bad_berkeley(self, old, new, message):
        directory = self.save_berkeley(BERKELEY.replace(old, new))
        with self.assertRaisesRegex(ValueError, f"p_1_2.xml: {message}"):
            readers.read(directory, tiny_photos.CATEGORY)

    def test_animal_pose(self):
        stripes = {"category_id": 9, "keypoints": "of another class"}
        fields = tiny_photos.animal_pose({"a": [], "b": [tiny_photos.pose()]})
        fields["images"]["3"] = "ca7.jpeg"
        fields["annotations"].append({**stripes, "image_id": 2})
        fields["annotations"].append({**tiny_photos.pose(4, 2), "image_id": 3})
        tiny_photos.save_json(self.json, fields)
        found = self.read()
        self.assertEqual(list(found), ["b", "ca7"])
        (dog,), (cat,) = found.values()
        self.assertEqual((dog.class_name, cat.class_name), ("dog", "cat"))
        # Corners, not (x, y, width, height); 1-based.
        self.assertEqual(dog.box, (10, 10, 30, 30))
        # v = 0 is absent, whatever x and y are; 1 is COCO's 2.
        np.testing.assert_array_equal(
            dog.keypoints, [[11, 11, 2], [0, 0, 0], [12, 20, 2]]
        )
        self.assertIn("pose.json: annotation 0 (dog)", dog.source)

    def coco(self, **changes):
        annotation = {
            "image_id": 7,
            "category_id": 4,
            "bbox": [1, 2, 10, 20],
            "keypoints": [5, 6, 2, 7, 8, 1, 9, 9, 0],
        }
        return {
            "images": [{"id": 7, "file_name": "val/000007.png"}],
            "annotations": [{**annotation, **changes}],
            "categories": [
                {
                    "id": 4,
                    "name": "cat",
                    "keypoints": ["nose", "left_ear", "right_ear"],
                }
            ],
        }

    def test_coco_in_its_own_order(self):
        fields = self.coco()
        fields["categories"][0]["keypoints"] = ["Nose", "L", "R"]
        tiny_photos.save_json(self.json, fields)
        aliases = {"L": "left_ear", "R": "right_ear"}
        pet = category.Category(
            name="pet",
            classes=("cat",),
            keypoints=tiny_photos.CATEGORY.keypoints,
            parts={"background": ()},
            keypoint_aliases={"coco": aliases},
        )
        (cat,) = readers.read(self.json, pet)["val/000007"]
        self.assertEqual(cat.box, (1, 2, 11, 22))
        np.testing.assert_array_equal(
            cat.keypoints, [[7, 8, 1], [0, 0, 0], [5, 6, 2]]
        )

    @parameterized.parameters(
        ({"keypoints": [1, 2]}, r"\(cat\): `keypoints` must be 9"),
        ({"keypoints": [[1, 2, 2]] * 3}, "`keypoints` must be 9 numbers"),
        ({"keypoints": [1, 2, 3] * 3}, "keypoint 'nose': `v`.*v=3"),
        ({"bbox": [1, 2, -3, 4]}, "`bbox` must not have negative"),
        ({"category_id": 5}, r"`category_id` must be one of \[4\].*5"),
        ({"image_id": 8}, "`image_id` must be one of `images`.*8"),
    )
    def test_bad_coco(self, change, message):
        tiny_photos.save_json(self.json, self.coco(**change))
        message = f"pose.json: annotation 0.*{message}"
        with self.assertRaisesRegex(ValueError, message):
            self.read()

    @parameterized.parameters(
        (["keypoints", 0, 0], float("nan"), r"'left_ear': `\[x, y, v\]`.*nan"),
        (["keypoints", 0, 1], float("inf"), "'left_ear'.*inf"),
        (["keypoints", 0, 1], 1e39, "'left_ear'.*1e[+]39"),
        (["keypoints", 0, 1], 10**400, "'left_ear'.*finite numbers"),
        (["keypoints", 0, 1], None, "'left_ear'.*None"),
        (["keypoints", 1, 1], "12", "'right_ear'.*finite numbers.*'12'"),
        (["keypoints", 2, 2], 2, r"'nose': `v` must be one of \[0, 1\]"),
        (["keypoints"], [[1, 2, 1]] * 2, "`keypoints` must be 3 rows"),
        (["keypoints"], [1, 2, 1] * 3, "`keypoints` must be 3 rows"),
        (["bbox"], [1, 2, 3], "`bbox` must be 4 finite numbers"),
        (["bbox"], [9, 9, 2, 20], "`bbox` must not have negative sides"),
    )
    def test_bad_animal_pose(self, where, value, message):
        annotation = tiny_photos.pose()
        *outer, last = where
        target = annotation
        for key in outer:
            target = target[key]
        target[last] = value
        tiny_photos.save_json(
            self.json, tiny_photos.animal_pose({"a": [annotation]})
        )
        message = rf"pose.json: annotation 0 \(dog\).*{message}"
        with self.assertRaisesRegex(ValueError, message):
            self.read()
        errors = {}
        self.assertEmpty(self.read(on_error=errors.__setitem__))
        self.assertRegex(str(errors["a"]), message)

    @parameterized.parameters("bbox", "category_id", "image_id")
    def test_missing_field(self, name):
        fields = tiny_photos.animal_pose({"a": [tiny_photos.pose()]})
        del fields["annotations"][0][name]
        tiny_photos.save_json(self.json, fields)
        with self.assertRaisesRegex(ValueError, f"annotation 0.*`{name}`"):
            self.read()

    @parameterized.parameters(
        ("[1, 2", "not a JSON file"),
        ("[1, 2]", "task 0: must be a task of Label Studio.*Received: 1"),
        ("3", "must be an object. Received: 3"),
        ('{"categories": []}', "must have a field `images`"),
        ('{"images": {}, "categories": []}', "must have a .*`annotations`"),
        (
            '{"images": {}, "categories": [], "annotations": 3}',
            "`annotations` must be an array. Received: 3",
        ),
        (
            '{"images": [{"id": 7}], "categories": [], "annotations": []}',
            r"`images\[0\]`: must have a field `file_name`",
        ),
        (
            '{"images": {"2": 3}, "categories": [], "annotations": []}',
            "`images.2` must be a name. Received: 3",
        ),
        (
            '{"images": {}, "categories": [5], "annotations": []}',
            r"`categories\[0\]`: must be an object. Received: 5",
        ),
    )
    def test_bad_file(self, text, message):
        self.json.write_text(text)
        with self.assertRaisesRegex(ValueError, f"pose.json: {message}"):
            self.read()

    def test_category_without_keypoints(self):
        fields = self.coco()
        del fields["categories"][0]["keypoints"]
        tiny_photos.save_json(self.json, fields)
        with self.assertRaisesRegex(ValueError, "category has no `keypoints`"):
            self.read()

    def test_images_that_differ_in_suffix_only(self):
        poses = [tiny_photos.pose()]
        fields = tiny_photos.animal_pose({"a": poses, "b": poses})
        fields["images"]["2"] = "a.png"
        tiny_photos.save_json(self.json, fields)
        with self.assertRaisesRegex(ValueError, "two photos are called 'a'"):
            self.read()

    @parameterized.parameters("nowhere", "pose.txt")
    def test_neither_directory_nor_json(self, name):
        (self.root / "pose.txt").write_text("{}")
        with self.assertRaisesRegex(ValueError, f"keypoints=.*{name}"):
            readers.read(self.root / name, tiny_photos.CATEGORY)

    def test_empty_directory(self):
        with self.assertRaisesRegex(ValueError, "has neither .xml"):
            readers.read(self.root, tiny_photos.CATEGORY)


if __name__ == "__main__":
    absltest.main()
