import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.formats.pascal import voc

BOXES = """<annotation><filename>p1.jpg</filename>
<object><name>person</name>
<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part>
<bndbox><xmax>9</xmax><xmin>3</xmin><ymin>5</ymin><ymax>7.5</ymax></bndbox>
</object>
<object><name>diningtable</name>
<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>60</xmax><ymax>40</ymax></bndbox>
</object></annotation>"""

# Grows to 2 GB: each entity is twice the one before.
BOMB = """<!DOCTYPE annotation [<!ENTITY x0 "ha">{}]>""".format(
    "".join(f'<!ENTITY x{i} "&x{i - 1};&x{i - 1};">' for i in range(1, 31))
)
EXTERNAL = '<!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


class VocTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def write(self, name, text):
        (self.root / name).write_text(text)
        return self.root / name

    def test_boxes_become_edges(self):
        boxes = voc.read_boxes(self.write("p1.xml", BOXES))
        self.assertEqual(
            boxes, (("person", (2, 4, 9, 7.5)), ("table", (0, 0, 60, 40)))
        )

    @parameterized.parameters(
        ("<xmin>3<", "<xmin>three<", "object 1: `bndbox/xmin`.*'three'"),
        ("<xmin>3<", "<xmin>13<", "object 1: `bndbox` must have xmax >= xmin"),
        ("<ymax>40</ymax>", "", "object 2: `bndbox/ymax`.*None"),
        ("<name>person</name>", "", "object 1: `name` must not be empty"),
        ("</annotation>", "", "not an XML file"),
    )
    def test_bad_boxes(self, old, new, message):
        path = self.write("p1.xml", BOXES.replace(old, new))
        with self.assertRaisesRegex(ValueError, f"p1.xml: {message}"):
            voc.read_boxes(path)

    def test_object_without_box(self):
        text = "<annotation><object><name>cat</name></object></annotation>"
        with self.assertRaisesRegex(ValueError, "object 1.*`bndbox`"):
            voc.read_boxes(self.write("p1.xml", text))

    def test_missing_boxes(self):
        with self.assertRaisesRegex(ValueError, "p1.xml: no such file"):
            voc.read_boxes(self.root / "p1.xml")

    @parameterized.named_parameters(
        ("bomb", BOMB), ("file", EXTERNAL), ("bare", "<!DOCTYPE annotation>")
    )
    def test_a_dtd_is_an_error(self, dtd):
        path = self.write("p1.xml", dtd + BOXES)
        with self.assertRaisesRegex(ValueError, "p1.xml: must have no DTD"):
            voc.read_boxes(path)

    @parameterized.parameters("utf-8-sig", "utf-16")
    def test_encodings(self, encoding):
        head = '<?xml version="1.0" encoding="utf-8"?>\r\n'
        path = self.root / "p1.xml"
        path.write_bytes((head + BOXES).encode(encoding))
        self.assertLen(voc.read_boxes(path), 2)
        for name in ("train", "val"):
            text = f"{name}1 -1\r\n\r\n{name}2\r\n"
            (self.root / f"{name}.txt").write_bytes(text.encode(encoding))
        self.assertEqual(
            voc.read_image_sets(self.root),
            {"train": ("train1", "train2"), "val": ("val1", "val2")},
        )

    def test_declared_size(self):
        path = self.root / "p1.xml"
        size = "<size><width>60</width><height>{}</height></size></annotation>"
        for height in (40, 0):
            text = BOXES.replace("</annotation>", size.format(height))
            path.write_text(text)
            self.assertLen(voc.read_boxes(path, (40, 60)), 2)
        with self.assertRaisesRegex(ValueError, "p1.xml: `width`.*60 x 41 pi"):
            path.write_text(BOXES.replace("</annotation>", size.format(40)))
            voc.read_boxes(path, (41, 60))
        with self.assertRaisesRegex(ValueError, "object 2: the box must lie"):
            path.write_text(BOXES)
            voc.read_boxes(path, (30, 60))

    @parameterized.parameters("1_0", "\u0663", "nan", "0x1", "1e999")
    def test_odd_numbers(self, text):
        path = self.root / "p1.xml"
        path.write_text(BOXES.replace("<xmin>3<", f"<xmin>{text}<"), "utf-8")
        with self.assertRaisesRegex(ValueError, "`bndbox/xmin` must be a fin"):
            voc.read_boxes(path)

    def test_image_sets(self):
        self.write("train.txt", "p2  1\np1 -1\n")
        self.write("trainval.txt", "p1\np2\n")
        self.assertEqual(
            voc.read_image_sets(self.root), {"train": ("p2", "p1")}
        )
        self.write("val.txt", "p3\n\n")
        self.assertEqual(
            voc.read_image_sets(self.root),
            {"train": ("p2", "p1"), "val": ("p3",)},
        )

    @parameterized.parameters(
        ({}, "neither train.txt nor val.txt"),
        ({"val.txt": "\n"}, "val.txt: lists no image"),
        ({"val.txt": "a\nmy dog\n"}, "line 2 must be an image.*'my dog'"),
        ({"val.txt": "a 1 1"}, "line 1 must be an image.*'a 1 1'"),
        (
            {"val.txt": "a\nb\na\n"},
            r"val.txt: must not list images twice: \['a'\]",
        ),
        ({"train.txt": "a\nb", "val.txt": "b"}, r"In both: \['b'\]"),
    )
    def test_bad_image_sets(self, files, message):
        for name, text in files.items():
            self.write(name, text)
        with self.assertRaisesRegex(ValueError, message):
            voc.read_image_sets(self.root)


if __name__ == "__main__":
    absltest.main()
