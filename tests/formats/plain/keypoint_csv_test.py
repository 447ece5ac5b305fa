import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import readers
from tests import tiny_photos

HEAD = "photo,keypoint,x,y,v\n"


class KeypointCsvTest(parameterized.TestCase):
    def read(self, text, encoding="utf-8"):
        path = pathlib.Path(self.create_tempdir()) / "points.csv"
        path.write_bytes(text.encode(encoding))
        return readers.read(path, tiny_photos.CATEGORY)

    @parameterized.parameters("utf-8", "utf-8-sig", "utf-16")
    def test_points(self, encoding):
        found = self.read(
            "photo,v, keypoint ,y,x\r\n"
            'a/rex.jpg,2,nose,"4.5",3\r\n'
            "\r\n"
            "a/rex.jpg,0,right_ear,,\r\n"
            "tom.jpg,1,Left Ear,-1,2e1\r\n",
            encoding,
        )
        self.assertEqual(list(found), ["a/rex", "tom"])
        ((rex,), (tom,)) = found.values()
        np.testing.assert_array_equal(
            rex.keypoints, [[0, 0, 0], [0, 0, 0], [3, 4.5, 2]]
        )
        np.testing.assert_array_equal(tom.keypoints[0], [20, -1, 1])
        self.assertEqual((rex.class_name, rex.box), ("*", None))
        self.assertRegex(tom.source, "points.csv: line 5$")

    def test_objects_and_classes(self):
        found = self.read(
            "photo,object,class,keypoint,x,y,v\n"
            "p,1,dog,nose,1,2,2\n"
            "p,2,Cat,nose,3,2,2\n"
            "p,1,dog,left_ear,5,2,2\n"
            "p,3,zebra,nose,3,2,2\n"
            "p,4,cat,nose,0,0,0\n"
        )
        self.assertEqual(
            [(a.instance, a.class_name) for a in found["p"]],
            [("1", "dog"), ("2", "cat")],
        )
        self.assertEqual((found["p"][0].keypoints[:, 2] > 0).sum(), 2)

    @parameterized.parameters(
        (
            "photo;keypoint;x;y;v\n",
            "line 1 must be photo,.*: photo;key",
        ),
        ("photo,keypoint,x,y,v,w\n", "line 1 must be .*y,v,w"),
        ("photo,keypoint,x,y,v,v\n", "line 1 must be .*y,v,v"),
        (HEAD + "p,nose,1,2\n", "line 2 must have 5 values. Received: 4"),
        (HEAD + ",nose,1,2,2\n", "line 2: `photo` must not be empty"),
        (HEAD + "p,snout,1,2,2\n", "unknown keypoint 'snout'"),
        (HEAD + "p,nose,1,2,3\n", "line 2: `v` must be .*Received: '3'"),
        (HEAD + "p,nose,1,2,2.0\n", "line 2: `v` must be .*Received: '2.0'"),
        (HEAD + 'p,nose,"1,5",2,2\n', "line 2: `x` must be .*with a point.*5'"),
        (HEAD + "p,nose,1,nan,2\n", "line 2: `y` must be .*Received: 'nan'"),
        (HEAD + "p,nose,1,,2\n", "line 2: `y` must be .*Received: ''"),
        (HEAD + "p,nose,1,2,2\n" * 2, "line 3: this object has 'nose' already"),
        (HEAD + 'p,"nose,1,2,2\n', "line 2: unexpected end of data"),
        (
            "photo,class,keypoint,x,y,v\np,dog,nose,1,2,2\np,cat,left_ear,1,2,2",
            "line 2: `class` must be the same .*Received: cat, dog",
        ),
    )
    def test_errors(self, text, message):
        with self.assertRaisesRegex(ValueError, f"points.csv: .*{message}"):
            self.read(text)


if __name__ == "__main__":
    absltest.main()
