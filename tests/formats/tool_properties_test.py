"""As `properties_test`, for the files of annotation tools."""

import csv
import io
import json
import math
import pathlib
import pickle
import xml.etree.ElementTree as ET

from absl.testing import absltest
import h5py
import hypothesis
from hypothesis import strategies
import numpy as np

from kp2part.formats import readers
from kp2part.formats.files import pickled_names
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary
from tests.formats import cvat_xml
from tests.formats import dlc_csv
from tests.formats import dlc_h5
from tests.formats import mutations
from tests.formats import pandas_writer
from tests.formats import sleap_tracks
from tests.formats import studio

CATEGORY = cvat_xml.CATEGORY
NAMES = [identity.fold(name) for name in CATEGORY.keypoints]
LABEL_STUDIO = [
    studio.task(
        *studio.DOG,
        studio.rectangle("r2", "cat"),
        studio.point("p3", "nose", 7, 9.5, "r2"),
    ),
    studio.task(studio.point("p1", "nose", 1, 2), data={"image": "b.jpg"}),
]
NAN = float("nan")
H5_TABLE = {
    "header": [list(names) for names in dlc_h5.PREDICTED],
    "index": [0, 7],
    "values": dlc_h5.FRAMES,
}
SLEAP = {
    "node_names": ["nose", "Left ear"],
    "track_names": ["a", "b"],
    "dims": list(sleap_tracks.DIMS),
    "tracks": sleap_tracks.TRACKS.tolist(),
}
# What writing an impossible file raises.
NOT_WRITABLE = (
    *(ArithmeticError, AttributeError, LookupError, OSError, TypeError),
    ValueError,
)


def rows(points):
    """Keypoints in the category's order; a name that is there twice fails."""
    found = np.zeros([len(NAMES), 3], np.float32)
    for name, (x, y, v) in points:
        k = NAMES.index(identity.fold(name))
        assert not found[k, 2]
        if v:
            found[k] = x, y, v
    return found


class ToolPropertiesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def read(self, path):
        """Returns what the file says, None where it is refused in one line."""
        words = vocabulary.Vocabulary(CATEGORY)
        found, error = mutations.error_of(
            lambda: readers.read_file(path, words)
        )
        if error is not None:
            self.assertStartsWith(str(error), str(path))
            self.assertNotIn("\n", str(error))
            self.assertLess(len(str(error)), 2000)
        return found

    def items(self, found):
        return [
            (photo, item)
            for photo, items in found.annotations.items()
            for item in items
        ]

    def save(self, name, contents):
        path = self.root / name
        path.write_bytes(contents)
        return path

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(cvat_xml.IMAGES.encode()))
    def test_cvat_images(self, contents):
        path = self.save("a.xml", contents)
        if (found := self.read(path)) is None:
            return
        expected, others = [], 0
        for image in ET.fromstring(contents).iterfind("image"):
            others += len(image.findall("points"))
            for item in image.iterfind("skeleton"):
                if (keypoints := self.of_skeleton(item, item)) is None:
                    others += 1
                    continue
                expected.append((image.get("name").strip(), keypoints))
        self.check_cvat(found, expected, others)

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(cvat_xml.VIDEO.encode()))
    def test_cvat_video(self, contents):
        path = self.save("a.xml", contents)
        if (found := self.read(path)) is None:
            return
        expected, others = [], 0
        for track in ET.fromstring(contents).iterfind("track"):
            others += len(track.findall("points"))
            for item in track.iterfind("skeleton"):
                if (keypoints := self.of_skeleton(track, item)) is None:
                    others += 1
                    continue
                expected.append((int(item.get("frame")), keypoints))
        self.check_cvat(found, expected, others, by_frame=True)

    def of_skeleton(self, labeled, item):
        if identity.fold(labeled.get("label")) not in ("cat", "dog", "animal"):
            return None
        points = []
        for point in item.iterfind("points"):
            outside, occluded = (
                {"0": 0, "1": 1}[point.get(n)] for n in ("outside", "occluded")
            )
            x = y = 0
            if not outside:
                x, y = (float(v) - 0.5 for v in point.get("points").split(","))
            v = 0 if outside else 2 - occluded
            points.append((point.get("label"), (x, y, v)))
        return rows(points) if any(p[1][2] for p in points) else None

    def check_cvat(self, found, expected, others, by_frame=False):
        items = self.items(found)
        self.assertLen(
            items, len(expected) - found.passed_over["as a duplicate"]
        )
        self.assertEqual(
            sum(found.passed_over.values())
            - found.passed_over["as a duplicate"],
            others,
        )
        for photo, item in items:
            key = photo.frame if by_frame else photo.name
            if not by_frame and photo.frame is not None:
                continue
            self.assertTrue(
                any(
                    key == place and (item.keypoints == keypoints).all()
                    for place, keypoints in expected
                )
            )

    @mutations.SETTINGS
    @hypothesis.given(mutations.documents(LABEL_STUDIO))
    def test_label_studio(self, fields):
        self.check_label_studio(json.dumps(fields).encode())

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(json.dumps(LABEL_STUDIO).encode()))
    def test_bytes_of_label_studio(self, contents):
        self.check_label_studio(contents)

    def check_label_studio(self, contents):
        path = self.save("a.json", contents)
        if (found := self.read(path)) is None:
            return
        fields = json.loads(contents)
        tasks = fields if isinstance(fields, list) else [fields]
        for photo, item in self.items(found):
            number = int(item.source.split(": task ")[1].split()[0].strip(":"))
            self.assertIn(photo.name, tasks[number]["data"].values())
            regions = [
                region
                for annotation in tasks[number]["annotations"]
                for region in annotation["result"]
            ]
            self.check_regions(item, photo, regions)

    def check_regions(self, item, photo, regions):
        chosen = {
            region.get("id"): region["value"].get("choices")
            for region in regions
            if region.get("type") == "choices"
        }
        points = []
        for region in regions:
            if region.get("type") != "keypointlabels":
                continue
            if region.get("parentID") not in (item.instance, None, ""):
                continue
            value = region["value"]
            choice = chosen.get(region["id"]) or ["visible"]
            v = {"visible": 2, "hidden": 1, "occluded": 1}[
                identity.fold(choice[0])
            ]
            x = value["x"] * region["original_width"] / 100 - 0.5
            y = value["y"] * region["original_height"] / 100 - 0.5
            points.append((value["keypointlabels"][0], (x, y, v)))
        np.testing.assert_allclose(item.keypoints, rows(points), 1e-5, 1e-5)
        for region in regions:
            if (
                region.get("type") == "rectanglelabels"
                and region["id"] == item.instance
            ):
                x, y, width, height = (
                    region["value"][n] * side / 100
                    for n, side in zip(
                        ("x", "y", "width", "height"),
                        (photo.width, photo.height) * 2,
                        strict=True,
                    )
                )
                np.testing.assert_allclose(
                    item.box, (x, y, x + width, y + height)
                )

    @mutations.SETTINGS
    @hypothesis.given(
        mutations.files(dlc_csv.LABELED.encode())
        | mutations.files(dlc_csv.PREDICTED.encode())
    )
    def test_deeplabcut_csv(self, contents):
        path = self.save("yardDLC.csv", contents)
        if (found := self.read(path)) is None:
            return
        marked = contents.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = contents.decode("utf-16" if marked else "utf-8-sig")
        lines = [c for c in csv.reader(io.StringIO(text, newline="")) if c]
        lines = [[cell.strip() for cell in cells] for cells in lines]
        lines = [cells for cells in lines if any(cells)]
        count = 4 if lines[1][0] == "individuals" else 3
        names = list(zip(*lines[:count], strict=True))
        self.check_table(
            found,
            # Of the columns of a path, only the first has a name.
            [
                ("", *name[1:])[-3:] if i and name[0] else ("", "", "")
                for i, name in enumerate(names)
            ],
            {self.index_of(c, names): c for c in lines[count:]},
        )

    def index_of(self, cells, names):
        start = next(i for i, name in enumerate(names) if i and name[0])
        index = "/".join(cells[:start])
        try:
            return int(float(index)) if start == 1 else index
        except ValueError:
            return index

    def check_table(self, found, names, lines):
        for photo, item in self.items(found):
            key = photo.name if photo.frame is None else photo.frame
            cells: dict[str, dict[str, float]] = {}
            for (who, part, coord), cell in zip(names, lines[key], strict=True):
                if part and who == item.instance and coord in "xylikelihood":
                    of_part = cells.setdefault(part, {})
                    self.assertNotIn(coord, of_part)
                    of_part[coord] = float("nan" if cell == "" else cell)
            points = [
                (part, (c["x"], c["y"], 2))
                for part, c in cells.items()
                if c.get("likelihood", 1) >= 0.6 and not math.isnan(c["x"])
            ]
            np.testing.assert_allclose(item.keypoints, rows(points), 1e-6)

    @mutations.SETTINGS
    @hypothesis.given(mutations.documents(H5_TABLE), strategies.booleans())
    def test_deeplabcut_h5(self, table, is_fixed):
        path = self.root / "yardDLC.h5"
        try:
            header = [tuple(names) for names in table["header"]]
            if len(np.float64(table["values"])) != len(table["index"]):
                hypothesis.reject()  # NumPy would repeat the one row.
            if is_fixed:
                pandas_writer.save_fixed(
                    path, header, table["index"], table["values"]
                )
            else:
                pandas_writer.save_table(
                    path, header, table["index"], table["values"]
                )
        except NOT_WRITABLE:
            hypothesis.reject()  # No such file can be.
        if (found := self.read(path)) is None:
            return
        names = [("", *name[1:])[-3:] for name in header]
        index = [i if isinstance(i, str) else int(i) for i in table["index"]]
        self.check_table(
            found,
            names,
            dict(zip(index, np.float64(table["values"]), strict=True)),
        )

    @mutations.SETTINGS
    @hypothesis.given(mutations.documents(SLEAP))
    def test_sleap_h5(self, fields):
        path = self.root / "yard.h5"
        try:
            with h5py.File(path, "w") as file:
                for name, value in fields.items():
                    if name == "tracks":
                        file[name] = np.float64(value)
                        dims = json.dumps(fields.get("dims"))
                        file[name].attrs["dims"] = dims
                    elif name != "dims":
                        file[name] = np.bytes_(value)
        except NOT_WRITABLE:
            hypothesis.reject()
        if (found := self.read(path)) is None:
            return
        order = [fields["dims"].index(name) for name in sleap_tracks.DIMS]
        tracks = np.float64(fields["tracks"]).transpose(order)
        count = 0
        for photo, item in self.items(found):
            count += 1
            number = 0
            if item.instance:
                names = list(map(str, fields["track_names"]))
                number = names.index(item.instance)
            points = zip(
                fields["node_names"], tracks[photo.frame, number], strict=True
            )
            expected = rows(
                (name, (x, y, 0 if math.isnan(x) else 2))
                for name, (x, y) in points
            )
            np.testing.assert_allclose(item.keypoints, expected, 1e-6)
        self.assertEqual(
            count + sum(found.passed_over.values()), tracks[..., 0, 0].size
        )

    @mutations.SETTINGS
    @hypothesis.given(mutations.files(pickle.dumps(dlc_h5.PREDICTED, 0)))
    def test_pickles(self, contents):
        found, error = mutations.error_of(
            lambda: pickled_names.read(contents, "here")
        )
        if error is not None:
            self.assertStartsWith(str(error), "here: must be the pickled")
            return
        # It was nothing but lists and texts, so that this can do no harm.
        expected = json.loads(json.dumps(pickle.loads(contents)))
        self.assertEqual(found, expected)


if __name__ == "__main__":
    absltest.main()
