import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import h5py

from kp2part.formats import detection
from kp2part.formats.coco import keypoints as coco
from kp2part.formats.cvat import keypoints as cvat
from kp2part.formats.deeplabcut import csv_table as deeplabcut_csv
from kp2part.formats.deeplabcut import h5_table as deeplabcut_h5
from kp2part.formats.label_studio import keypoints as label_studio
from kp2part.formats.pascal import berkeley
from kp2part.formats.plain import keypoint_csv
from kp2part.formats.sleap import analysis_h5 as sleap_h5
from kp2part.formats.sleap import slp_file as sleap_slp

LABEL_STUDIOS_COCO = '{"images": [], "info": {"contributor": "Label Studio"}}'


class DetectionTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def save(self, name, text=""):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    @parameterized.parameters(
        ("a.json", '{"images": {}, "data": {}, "annotations": []}', coco),
        ("a.json", '{"images": [NaN], "info": {}}', coco),
        ("a.json", "{broken", coco),
        ("a.json", "\n [1]", label_studio),
        ("a.JSON", '{"data": {}, "annotations": []}', label_studio),
        ("a.xml", "<annotations/>", cvat),
        ("a.csv", "scorer,h8", deeplabcut_csv),
        ("a.csv", "x,y,v,keypoint, photo\n", keypoint_csv),
        ("a.csv", "photo;keypoint;x;y;v\n", keypoint_csv),
        ("a.slp", "", sleap_slp),
    )
    def test_text(self, name, text, expected):
        path = self.save(name, text)
        self.assertIs(detection.reader_of(path), expected)

    @parameterized.parameters(
        ("df_with_missing", deeplabcut_h5), ("tracks", deeplabcut_h5),
        (None, sleap_h5),
    )  # fmt: skip
    def test_h5(self, group, expected):
        path = self.root / "a.h5"
        with h5py.File(path, "w") as file:
            if group:
                layout = h5py.string_dtype(length=11)
                file.create_group(group).attrs.create(
                    "pandas_type", b"frame_table", dtype=layout
                )
            else:
                file["tracks"] = file["node_names"] = [1]
        self.assertIs(detection.reader_of(path), expected)

    @parameterized.parameters(
        (["dog/a_1.xml", "CollectedData_h8.csv"], berkeley),
        (["a/CollectedData_h8.csv", "a/CollectedData_h8.h5"], deeplabcut_csv),
    )
    def test_directory(self, names, expected):
        for name in names:
            self.save(name)
        self.assertIs(detection.reader_of(self.root), expected)

    @parameterized.parameters(
        ("a.json", LABEL_STUDIOS_COCO, "is Label Studio's export in COCO's"),
        ("a.csv", '"annotation_id","kp"', "is a shortened export of Label"),
        ("a.xml", "<annotation/>", "is a file of one object.* the directory"),
        ("a.h5", "text", "cannot be read as an HDF5 file"),
    )
    def test_refused(self, name, text, message):
        path = self.save(name, text)
        with self.assertRaisesRegex(ValueError, f"{name}: {message}"):
            detection.reader_of(path)

    @parameterized.parameters("a.zip", "b.json")
    def test_neither_of_them(self, name):
        self.save("a.zip")
        message = f"`keypoints` must be a .json .*CVAT.*keypoints=.*{name}"
        with self.assertRaisesRegex(ValueError, message):
            detection.reader_of(self.root / name)

    def test_directory_of_others(self):
        with self.assertRaisesRegex(ValueError, "has neither .xml files"):
            detection.reader_of(self.root)
        self.save("annotations.xml", "<annotations/>")
        with self.assertRaisesRegex(ValueError, "give the file of CVAT"):
            detection.reader_of(self.root)


if __name__ == "__main__":
    absltest.main()
