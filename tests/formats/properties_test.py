"""Whatever a file says: one line of error, or exactly what the file says."""

import json
import math
import pathlib
import xml.etree.ElementTree as ET

from absl.testing import absltest
import hypothesis
import numpy as np

from kp2part.formats import readers
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary
from kp2part.formats.pascal import pascal_part
from kp2part.formats.pascal import voc
from kp2part.formats.plain import one_object_json
from kp2part.schema import category
from tests import mat_writer
from tests.formats import mutations

CATEGORY = category.Category(
    name="pet",
    classes=("cat", "dog"),
    keypoints=("left_ear", "right_ear", "nose"),
    parts={"background": (), "head": ("head",)},
)
NAMES = list(CATEGORY.keypoints)
CATEGORIES = [
    {"id": 1, "name": "dog", "keypoints": NAMES},
    {"id": "2", "name": "cat", "keypoints": NAMES[::-1]},
    {"id": 3, "name": "man", "keypoints": ["hand"]},
]
COCO = {
    "images": [
        {"id": 1, "file_name": "a.jpg", "width": 60, "height": 40},
        {"id": 2, "file_name": "b/a.jpg"},
    ],
    "categories": CATEGORIES,
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 20],
         "keypoints": [5, 6, 2, 7, 8, 1, 0, 0, 0], "iscrowd": 0},
        {"id": 2, "image_id": 2, "category_id": 2, "bbox": [3, 4, 9, 9.5],
         "keypoints": [5.5, 6, 2, 0, 0, 0, 11, 12, 1], "num_keypoints": 2},
        {"id": 3, "image_id": 2, "category_id": 3, "keypoints": [1, 2, 2]},
    ],
}  # fmt: skip
ANIMAL_POSE = {
    "images": {"1": "a.jpg", "2": "b.jpg"},
    "categories": CATEGORIES[:2],
    "annotations": [
        {"image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 20],
         "keypoints": [[5, 6, 1], [7, 8, 1], [0, 0, 0]]},
        {"image_id": 2, "category_id": 2, "bbox": [3, 4, 9, 9],
         "keypoints": [[5.5, 6, 1], [3, 3, 0], [11, 12, 1]]},
    ],
}  # fmt: skip
BERKELEY = b"""<?xml version="1.0" encoding="utf-8"?>
<annotation><image>p_1</image><voc_id>2</voc_id><category>dog</category>
<visible_bounds height="19.00" width="9.00" xmin="11.00" ymin="21.00"/>
<keypoints><keypoint name="nose" visible="1" x="12.50" y="23.25" z="0.00"/>
<keypoint name="left_ear" visible="0" x="14" y="25" z="0.00"/></keypoints>
</annotation>"""
VOC = b"""<annotation><size><width>60</width><height>40</height></size>
<object><name>dog</name><bndbox><xmax>9</xmax><xmin>3</xmin><ymin>5</ymin>
<ymax>7.5</ymax></bndbox></object><object><name>cat</name><bndbox>
<xmin>1</xmin><ymin>1</ymin><xmax>60</xmax><ymax>40</ymax></bndbox></object>
</annotation>"""
ROWS = [[1, 2.5, 2], [0, 0, 0], [7, 8, 1]]


class PropertiesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def assert_one_line(self, error, path):
        self.assertStartsWith(str(error), str(path))
        # A file of our names; what it says is shown by `repr`.
        self.assertNotIn("\n", str(error))
        self.assertLess(len(str(error)), 2000)

    @mutations.SETTINGS
    @hypothesis.given(mutations.documents(COCO))
    def test_coco(self, fields):
        self.check_json(json.dumps(fields).encode())

    @mutations.SETTINGS
    @hypothesis.given(mutations.documents(ANIMAL_POSE))
    def test_animal_pose(self, fields):
        self.check_json(json.dumps(fields).encode())

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(json.dumps(COCO).encode()))
    def test_bytes_of_coco(self, contents):
        self.check_json(contents)

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(json.dumps(ANIMAL_POSE).encode()))
    def test_bytes_of_animal_pose(self, contents):
        self.check_json(contents)

    def check_json(self, contents: bytes):
        path = self.root / "pose.json"
        path.write_bytes(contents)
        found, error = mutations.error_of(
            lambda: readers.read_file(path, vocabulary.Vocabulary(CATEGORY))
        )
        if error is not None:
            self.assert_one_line(error, path)
            return
        fields = json.loads(contents)
        count = sum(found.passed_over.values())
        for photo, items in found.annotations.items():
            for item in items:
                self.check_item(photo, item, fields)
                count += 1
        self.assertLen(fields["annotations"], count)

    def check_item(self, photo, item, fields):
        number = int(item.source.split(": annotation ")[1].split()[0])
        given = fields["annotations"][number]

        def same(one, other):
            return identity.id_of(one, "", "") == identity.id_of(other, "", "")

        images = fields["images"]
        if is_coco := isinstance(images, list):
            pairs = [(i["id"], i["file_name"]) for i in images]
        else:
            pairs = list(images.items())
        names = {name for i, name in pairs if same(i, given["image_id"])}
        self.assertEqual(names, {photo.name})
        described = [
            c
            for c in fields["categories"]
            if same(c["id"], given["category_id"])
        ]
        names = described[0]["keypoints"]
        self.assertTrue(all(c["keypoints"] == names for c in described))
        if item.class_name != vocabulary.ANY_CLASS:
            self.assertEqual(
                identity.fold(described[0]["name"]), item.class_name
            )
        self.assertFalse(given.get("iscrowd"))
        values = given["keypoints"]
        rows = zip(*[iter(values)] * 3, strict=True) if is_coco else values
        expected = np.zeros([3, 3], np.float32)
        for name, (x, y, v) in zip(names, rows, strict=True):
            if v:
                k = [identity.fold(n) for n in NAMES].index(identity.fold(name))
                expected[k] = x, y, v if is_coco else 2
        np.testing.assert_array_equal(item.keypoints, expected)
        if not (given.get("bbox") and any(given["bbox"])):
            self.assertIsNone(item.box)
            return
        a, b, c, d = given["bbox"]
        box = (a, b, a + c, b + d) if is_coco else (a - 1, b - 1, c, d)
        self.assertEqual(item.box, box)

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(BERKELEY))
    def test_berkeley(self, contents):
        path = self.root / "berkeley/p_1_2.xml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(contents)
        found, error = mutations.error_of(
            lambda: readers.read(path.parent, CATEGORY)
        )
        if error is not None:
            self.assert_one_line(error, path)
        elif found:
            (item,) = found["p_1"]
            root = ET.fromstring(contents)
            expected = np.zeros([3, 3], np.float32)
            for point in root.iterfind("keypoints/keypoint"):
                k = [identity.fold(n) for n in NAMES].index(
                    identity.fold(point.get("name"))
                )
                v = {"0": 1, "1": 2}[point.get("visible")]
                expected[k] = float(point.get("x")), float(point.get("y")), v
            np.testing.assert_array_equal(item.keypoints, expected)

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(VOC))
    def test_voc(self, contents):
        path = self.root / "p1.xml"
        path.write_bytes(contents)
        found, error = mutations.error_of(
            lambda: voc.read_boxes(path, (40, 60))
        )
        if error is not None:
            self.assert_one_line(error, path)
            return
        items = ET.fromstring(contents).findall("object")
        self.assertLen(found, len(items))
        for (name, box), item in zip(found, items, strict=True):
            self.assertEqual(name, item.findtext("name").strip())
            xmin, ymin, xmax, ymax = (
                float(item.findtext(f"bndbox/{side}"))
                for side in ("xmin", "ymin", "xmax", "ymax")
            )
            self.assertEqual(box, (xmin - 1, ymin - 1, xmax, ymax))

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(b"2008_000001  1\r\n2008_000002 -1\r\n"))
    def test_image_sets(self, contents):
        path = self.root / "train.txt"
        path.write_bytes(contents)
        found, error = mutations.error_of(
            lambda: voc.read_image_sets(self.root)
        )
        if error is not None:
            self.assert_one_line(error, path)
            return
        marked = contents.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = contents.decode("utf-16" if marked else "utf-8-sig")
        lines = (line.split() for line in text.split("\n"))
        self.assertEqual(found, {"train": tuple(w[0] for w in lines if w)})

    @mutations.SETTINGS
    @hypothesis.given(
        mutations.documents(ROWS)
        | mutations.documents(dict(zip(NAMES, ROWS, strict=True)))
        | mutations.documents(sum(ROWS, []))
    )
    def test_one_object(self, fields):
        path = self.root / "dog.json"
        path.write_text(json.dumps(fields))
        found, error = mutations.error_of(
            lambda: one_object_json.load(str(path), CATEGORY)
        )
        if error is not None:
            self.assert_one_line(error, path)
            return
        if isinstance(fields, dict):
            by_fold = {identity.fold(n): row for n, row in fields.items()}
            fields = [by_fold.get(name, [0, 0, 0]) for name in NAMES]
        elif not isinstance(fields[0], list):
            fields = list(zip(*[iter(fields)] * 3, strict=True))
        expected = [row if row[2] else [0, 0, 0] for row in fields]
        np.testing.assert_array_equal(found, np.float32(expected))

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(mat_writer.file("p1", compressed=True)))
    def test_compressed_mat(self, contents):
        # It has a checksum: what can be read is what was written.
        path = self.root / "p1.mat"
        path.write_bytes(contents)
        found, error = mutations.error_of(lambda: pascal_part.read(path))
        if error is not None:
            self.assert_one_line(error, path)
            return
        (dog,) = found
        self.assertEqual(dog.class_name, "dog")
        np.testing.assert_array_equal(dog.mask, mat_writer.MASK)
        self.assertEqual([p.name for p in dog.parts], ["head"])

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(mat_writer.file("p1", compressed=False)))
    def test_plain_mat(self, contents):
        path = self.root / "p1.mat"
        path.write_bytes(contents)
        found, error = mutations.error_of(lambda: pascal_part.read(path))
        if error is not None:
            self.assert_one_line(error, path)
            return
        for item in found:
            self.assertEqual(item.mask.dtype, bool)
            self.assertTrue(math.prod(item.mask.shape))


if __name__ == "__main__":
    absltest.main()
