import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import scipy.io

from kp2part.formats.pascal import pascal_part
from tests import tiny_photos


class ReadTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "p1.mat"

    def test_objects_parts_and_boxes(self):
        chair = {"class": "chair", "mask": tiny_photos.rectangle(0, 3, 1, 4)}
        tiny_photos.save_mat(self.path, [tiny_photos.animal(), chair])
        dog, chair = pascal_part.read(self.path)
        self.assertEqual((dog.index, dog.class_name), (0, "dog"))
        self.assertEqual([p.name for p in dog.parts], ["head", "leye", "torso"])
        # Columns 10..29 and rows 10..29, so edges 10 and 30.
        self.assertEqual(dog.box, (10, 10, 30, 30))
        self.assertEqual(dog.mask.dtype, bool)
        self.assertEqual(dog.parts[1].mask.sum(), 2 * 2)
        self.assertEqual((chair.index, chair.box), (1, (0, 3, 1, 4)))
        self.assertEmpty(chair.parts)

    def test_one_part(self):
        item = tiny_photos.animal()
        item["parts"] = {"torso": item["mask"]}
        tiny_photos.save_mat(self.path, [item])
        self.assertLen(pascal_part.read(self.path)[0].parts, 1)

    def test_empty_mask_has_a_box_without_area(self):
        empty = {"class": "dog", "mask": tiny_photos.rectangle(0, 0, 0, 0)}
        tiny_photos.save_mat(self.path, [empty])
        self.assertEqual(pascal_part.read(self.path)[0].box, (0, 0, 0, 0))

    def test_missing_file(self):
        with self.assertRaisesRegex(ValueError, "p1.mat: no such file"):
            pascal_part.read(self.path)

    @parameterized.parameters(0.1, 0.5, 0.9)
    def test_truncated_file(self, share):
        tiny_photos.save_mat(self.path, [tiny_photos.animal()])
        contents = self.path.read_bytes()
        self.path.write_bytes(contents[: int(share * len(contents))])
        with self.assertRaisesRegex(
            ValueError, "p1.mat: not a complete MATLAB"
        ):
            pascal_part.read(self.path)

    @parameterized.parameters(b"", b"\0" * 500, b"<html>not found</html>" * 20)
    def test_garbage(self, contents):
        self.path.write_bytes(contents)
        with self.assertRaisesRegex(
            ValueError, "p1.mat: (not a complete|must)"
        ):
            pascal_part.read(self.path)

    def test_other_variable(self):
        scipy.io.savemat(self.path, {"annotation": 1})
        with self.assertRaisesRegex(ValueError, r"`anno`.*\['annotation'\]"):
            pascal_part.read(self.path)

    def test_other_file_name(self):
        tiny_photos.save_mat(self.path, [tiny_photos.animal()], imname="p2")
        with self.assertRaisesRegex(ValueError, "p1.mat: `imname`.*'p2'"):
            pascal_part.read(self.path)

    @parameterized.parameters(
        ({"class": 3.0}, r"object 1: `class` must be a string"),
        ({"mask": np.zeros((2, 3))}, r"object 1 \(dog\): `mask`.*float64"),
        ({"mask": np.uint8([[2]])}, r"object 1 \(dog\): `mask`.*Received: 2"),
        ({"mask": np.zeros((3, 2), np.uint8)}, r"object 1 \(dog\).*\(3, 2\)"),
        (
            {"parts": {"leye": np.zeros((3, 2), np.uint8)}},
            r"object 1 \(dog\): mask of part 'leye'.*\(40, 60\).*\(3, 2\)",
        ),
        (
            {"parts": {"leye": np.uint8([1, 7])}},
            r"object 1 \(dog\), part 0 \(leye\): `mask`",
        ),
    )
    def test_bad_field(self, change, message):
        good = tiny_photos.animal()
        tiny_photos.save_mat(self.path, [good, {**good, **change}])
        with self.assertRaisesRegex(ValueError, f"p1.mat: {message}"):
            pascal_part.read(self.path)

    def test_missing_field(self):
        objects = np.zeros((1, 1), [("class", object)])
        objects[0, 0]["class"] = "dog"
        anno = {"imname": "p1", "objects": objects}
        scipy.io.savemat(self.path, {"anno": anno})
        with self.assertRaisesRegex(ValueError, r"object 0 \(dog\).*`parts`"):
            pascal_part.read(self.path)


if __name__ == "__main__":
    absltest.main()
