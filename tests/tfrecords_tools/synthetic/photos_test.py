import errno
import hashlib
import io
import json
import os
import pathlib
import tempfile
from unittest import mock
import xml.etree.ElementTree as ET

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import scipy.io

from tfrecords_tools.synthetic import animals
from tfrecords_tools.synthetic import annotation_writers
from tfrecords_tools.synthetic import pascal_part_names
from tfrecords_tools.synthetic import photos
from tfrecords_tools.synthetic import poses
from tfrecords_tools.synthetic import scenes
from tfrecords_tools.synthetic import settings as settings_lib
from tfrecords_tools.synthetic import solids
from tfrecords_tools.synthetic import species
from tfrecords_tools.synthetic import sprites

SETTINGS = settings_lib.Settings(
    num_images=10, seed=3, size=128, val_fraction=0.2
)


def checksums(directory):
    return {
        str(path.relative_to(directory)): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def objects(mat):
    return scipy.io.loadmat(mat)["anno"][0, 0]["objects"][0]


def extents(mask):
    """Returns a mask's 1-based, inclusive (xmin, ymin, xmax, ymax)."""
    rows, columns = np.nonzero(mask)
    corners = columns.min(), rows.min(), columns.max(), rows.max()
    return [int(n) + 1 for n in corners]


class DrawnFilesTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.parent = pathlib.Path(directory.name)
        cls.output = cls.parent / "drawn"
        photos.draw(cls.output, SETTINGS, num_workers=1)
        cls.mats = sorted((cls.output / "Annotations_Part").iterdir())

    def boxes(self, image_id):
        """Returns class names and boxes in VOC's order."""
        root = ET.parse(self.output / "Annotations" / f"{image_id}.xml")
        return [
            (item.findtext("name"), [
                int(item.findtext(f"bndbox/{corner}"))
                for corner in ("xmin", "ymin", "xmax", "ymax")
            ])
            for item in root.iterfind("object")
        ]  # fmt: skip

    def test_same_settings_give_same_bytes(self):
        again = self.parent / "again"
        photos.draw(again, SETTINGS, num_workers=2)
        self.assertEqual(checksums(again), checksums(self.output))

    def test_another_seed_gives_other_photos(self):
        drawings = [
            scenes.draw(np.random.default_rng([seed, 1]), 128).image
            for seed in (3, 4)
        ]
        self.assertFalse(np.array_equal(*drawings))

    def test_a_complete_output_is_left_alone(self):
        before = checksums(self.output)
        self.assertFalse(photos.draw(self.output, SETTINGS, num_workers=1))
        self.assertEqual(checksums(self.output), before)

    def test_another_output_is_refused(self):
        other = settings_lib.Settings(
            num_images=10, seed=4, size=128, val_fraction=0.2
        )
        with self.assertRaisesRegex(ValueError, "other settings.*'seed': 4"):
            photos.draw(self.output, other, num_workers=1)
        (foreign := self.parent / "foreign").mkdir()
        (foreign / "letter.txt").touch()
        with self.assertRaisesRegex(ValueError, "has no draw.json"):
            photos.draw(foreign, SETTINGS, num_workers=1)

    def test_a_failure_leaves_nothing(self):
        before = sorted(self.parent.iterdir())
        settings = settings_lib.Settings(2, 0, 96, 0.0)
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        for error, message in (
            (ValueError("no ink"), "no ink"),
            (full, "/broken: cannot be written: No space left on device"),
        ):
            with (
                mock.patch.object(scenes, "draw", side_effect=error),
                self.assertRaisesRegex(type(error), message),
            ):
                photos.draw(self.parent / "broken", settings, num_workers=1)
            self.assertEqual(sorted(self.parent.iterdir()), before)

    def test_the_lists_divide_the_photos(self):
        lists = {
            name: (self.output / "ImageSets" / f"{name}.txt").read_text()
            for name in ("train", "val")
        }
        self.assertLen(lists["val"].split(), 2)  # 0.2 * 10
        self.assertCountEqual(
            lists["train"].split() + lists["val"].split(),
            [path.stem for path in self.mats],
        )

    def test_mat_files_nest_like_the_originals(self):
        for path in self.mats:
            mat = scipy.io.loadmat(path)
            self.assertCountEqual(
                mat, ["__header__", "__version__", "__globals__", "anno"]
            )
            anno = mat["anno"]
            self.assertEqual(anno.shape, (1, 1))
            self.assertEqual(anno.dtype.names, ("imname", "objects"))
            self.assertEqual(anno["imname"][0, 0].tolist(), [path.stem])
            found = anno["objects"][0, 0]
            self.assertEqual(found.shape, (1, found.size))
            self.assertEqual(
                found.dtype.names, ("class", "class_ind", "mask", "parts")
            )
            for item in found[0]:
                self.assertEqual(item["class"].shape, (1,))
                self.assertEqual(item["class_ind"].shape, (1, 1))
                self.assertEqual(item["class_ind"].dtype, np.uint8)
                self.assertEqual(item["mask"].dtype, np.uint8)
                self.assertContainsSubset(np.unique(item["mask"]), (0, 1))
                self.assertIn(item["parts"].shape[0], (0, 1))
                names = ("part_name", "mask")
                self.assertEqual(item["parts"].dtype.names, names)

    def test_parts_are_official_and_inside_their_object(self):
        nested = 0
        for path in self.mats:
            for item in objects(path):
                masks = {
                    part["part_name"].item(): part["mask"] > 0
                    for part in item["parts"].ravel()
                }
                class_name = item["class"].item()
                self.assertContainsSubset(
                    masks, pascal_part_names.NAMES.get(class_name, ())
                )
                for mask in masks.values():
                    self.assertFalse((mask & ~(item["mask"] > 0)).any())
                for eye in {"leye", "reye"} & set(masks):
                    self.assertFalse((masks[eye] & ~masks["head"]).any())
                    nested += 1
        self.assertGreater(nested, 0)

    def test_objects_are_in_the_reverse_of_vocs_order(self):
        counts = []
        for path in self.mats:
            found = [
                (item["class"].item(), extents(item["mask"]))
                for item in objects(path)
            ]
            self.assertEqual(found[::-1], self.boxes(path.stem))
            counts.append(len(found))
        self.assertGreater(max(counts), 1)

    def test_both_keypoint_files_agree(self):
        pose = json.loads(
            (self.output / "keypoints" / "animal_pose.json").read_text()
        )
        names = {c["id"]: c for c in pose["categories"]}
        berkeley = self.output / "keypoints" / "berkeley"
        num_points = 0
        for annotation in pose["annotations"]:
            self.assertIsInstance(annotation["image_id"], int)
            self.assertEqual(annotation["num_keypoints"], 20)
            category = names[annotation["category_id"]]
            image = pose["images"][str(annotation["image_id"])][: -len(".jpg")]
            place = (category["name"], annotation["bbox"])
            voc_id = self.boxes(image).index(place) + 1
            path = berkeley / category["name"] / f"{image}_{voc_id}.xml"
            listed = {
                item.get("name"): (float(item.get("x")), float(item.get("y")))
                for item in ET.parse(path).iterfind("keypoints/keypoint")
            }
            expected = {
                annotation_writers.berkeley_name(name): (x, y)
                for name, (x, y, v) in zip(
                    category["keypoints"], annotation["keypoints"], strict=True
                )
                if v and not name.endswith("knee")
            }
            whole = {n: (int(x), int(y)) for n, (x, y) in listed.items()}
            self.assertEqual(whole, expected)
            num_points += len(listed)
        self.assertGreater(num_points, 50)


class AnnotationsTest(parameterized.TestCase):
    @parameterized.parameters(
        ("left_front_elbow", "L_F_Elbow"),
        ("right_back_paw", "R_B_Paw"),
        ("left_ear", "L_EarBase"),
        ("tailbase", "TailBase"),
        ("nose", "Nose"),
    )
    def test_berkeley_name(self, ours, theirs):
        self.assertEqual(annotation_writers.berkeley_name(ours), theirs)

    @parameterized.parameters(
        ("cat", ["lfleg", "lfpa"]),
        ("horse", ["lfuleg", "lflleg", "lfho"]),
        ("sheep", ["lfuleg", "lflleg"]),
        ("chair", []),
    )
    def test_names_of_a_leg(self, class_name, expected):
        # Three rows of 4 pixels: upper leg, lower leg, foot.
        rows = np.eye(3, dtype=bool)[:, :, None].repeat(4, 2)
        parts = dict(zip(("lfuleg", "lflleg", "lffoot"), rows, strict=True))
        masks = pascal_part_names.overlapping(class_name, parts)
        self.assertEqual(list(masks), expected)
        if class_name == "horse":  # A hoof lies in its lower leg.
            self.assertEqual(masks["lflleg"].sum(), 2 * 4)
            self.assertEqual(masks["lfho"].sum(), 4)

    @parameterized.parameters(
        ("cat", ["head", "nose"]),
        ("dog", ["head", "nose", "muzzle"]),
        ("cow", ["head", "muzzle", "lhorn"]),
        ("horse", ["head", "muzzle"]),
    )
    def test_names_of_a_face(self, class_name, expected):
        names = ("head", "muzzle", "nose", "lhorn")
        rows = np.eye(4, dtype=bool)[:, :, None].repeat(3, 2)
        parts = dict(zip(names, rows, strict=True))
        masks = pascal_part_names.overlapping(class_name, parts)
        self.assertEqual(list(masks), expected)

    def test_an_object_without_parts(self):
        mask = np.zeros((5, 7), bool)
        mask[1:3, 2:6] = True
        chair = scenes.SceneObject("chair", mask, {}, np.zeros((20, 3)))
        scene = scenes.Scene(np.zeros((5, 7, 3), np.uint8), (chair,))
        mat = annotation_writers.pascal_part_mat(scene, "2026_000001")
        item = objects(io.BytesIO(mat))[0]
        self.assertEqual(item["parts"].shape, (0, 0))
        self.assertEqual(item["class_ind"].item(), 9)
        # Columns 2..5 and rows 1..2, counted from 1.
        self.assertEqual(annotation_writers.voc_box(chair), [3, 2, 6, 3])
        self.assertEmpty(annotation_writers.animal_pose_annotations(scene, 1))


class SceneTest(absltest.TestCase):
    def test_masks_and_keypoints_are_of_the_photo(self):
        visible = 0
        for index in range(12):
            scene = scenes.draw(np.random.default_rng([0, index]), 128)
            height, width = scene.image.shape[:2]
            self.assertNotEqual(height, width)
            self.assertNotEmpty(scene.objects)
            masks = [item.mask for item in scene.objects]
            self.assertLessEqual(np.sum(masks, axis=0).max(), 1)
            for item in scene.objects:
                self.assertEqual(item.mask.shape, (height, width))
                x, y, v = item.keypoints.T
                self.assertContainsSubset(np.unique(v), (0, 1))
                inside = (x >= 0) & (x <= width - 1) & (y >= 0)
                inside &= y <= height - 1
                self.assertTrue(inside[v > 0].all())
                visible += v.sum()
        self.assertGreater(visible, 12 * 5)


class AnimalTest(parameterized.TestCase):
    @parameterized.parameters((0, 1), (180, -1))
    def test_the_far_side_is_behind(self, yaw, forward):
        rng = np.random.default_rng(0)
        animal = animals.build(species.COW, poses.draw(rng, species.COW), yaw)
        where = {name: at for name, (at, _) in animal.keypoints.items()}
        along = where["withers"] - where["tailbase"]
        self.assertGreater(forward * along[0], 0.5)
        # Facing right in the photo, its right side is towards the viewer.
        across = where["right_front_elbow"] - where["left_front_elbow"]
        self.assertGreater(forward * across[2], 0.1)

    def test_a_nearer_ball_hides_a_farther_one(self):
        balls = [
            solids.Solid(part, np.array((0.0, 0.0, z)), np.array((0, 0, z)),
                         (radius, radius), fluff=0)
            for part, z, radius in (("near", 5.0, 1.5), ("far", -3.0, 4.0))
        ]  # fmt: skip
        camera = solids.Camera(scale=1.0, center=np.array((6.0, 5.0)))
        fray = np.zeros((2, 11, 14), np.float32)
        surface = solids.render(balls, camera, (11, 14), fray)
        self.assertEqual(surface.index[5, 6], 0)
        self.assertEqual(surface.depth[5, 6], 5 + 1.5)
        self.assertEqual(surface.index[5, 9], 1)  # 3 from the middle.
        self.assertEqual(surface.index[5, 11], solids.EMPTY)  # 5 from it.

    def test_moving_cuts_off_what_leaves(self):
        rng = np.random.default_rng(0)
        box = np.array((10, 10, 50, 40))
        sprite = sprites.draw_animal(rng, (48, 64), box, species.DOG)
        moved = sprites.moved(sprite, (30, -3))
        np.testing.assert_array_equal(
            moved.labels[:-3, 30:], sprite.labels[3:, :-30]
        )
        self.assertTrue((moved.labels[:, :30] == -1).all())
        np.testing.assert_allclose(
            moved.keypoints[:, :2] - sprite.keypoints[:, :2], [(30, -3)] * 20
        )


if __name__ == "__main__":
    absltest.main()
