import dataclasses
import pathlib

from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data import prior_maps
from kp2part.data import records
from kp2part.models import architecture
from kp2part.models import metadata
from kp2part.models import networks
from kp2part.pose_priors import morphing
from kp2part.pose_priors import pose_library
from kp2part.pose_priors import priors
from kp2part.schema import category
from kp2part.schema import keys
from kp2part.schema import task as task_lib
from tests import tiny

SIZE = 40
QUADRUPED = category.load("quadruped")
SMALL = architecture.Architecture("squeezenet", 2, (2, 2, 2, 2, 2))


def library_of(manifest, splits=("train",), strict=False):
    return pose_library.collect(example_set.Examples(manifest, splits), strict)


def random_lookup():
    """Returns a lookup of 4 animals and their masks uint8 [4, SIZE, SIZE]."""
    rng = np.random.default_rng(0)
    keypoints = np.full((4, 20, 3), 2.0, np.float32)
    keypoints[..., :2] = rng.uniform(0, SIZE - 1, (4, 20, 2))
    scale = rng.uniform(0.5, 2, (4, 2)).astype(np.float32)
    masks = rng.integers(0, 5, (4, 8, 8)).astype(np.uint8)
    masks = masks.repeat(SIZE // 8, 1).repeat(SIZE // 8, 2)
    pieces = [
        pose_library.piece_map(m, morphing.poses(k, s, SIZE), QUADRUPED.rig)
        for m, k, s in zip(masks, keypoints, scale, strict=True)
    ]
    files = [tf.io.encode_png(p[..., None]).numpy() for p in pieces]
    library = pose_library.PoseLibrary(
        np.array([b"a/0", b"a/1", b"b/0", b"c/0"]),
        keypoints,
        scale,
        np.array(files),
        SIZE,
        strict=False,
    )
    return pose_library.Lookup(library, QUADRUPED), masks


class PoseLibraryTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.manifest = tiny.write_records(
            self.create_tempdir().full_path, {"train": 6, "val": 3}
        )

    def test_bytes_round_trip(self):
        library = library_of(self.manifest)
        self.assertLen(library, 6)
        contents = library.to_bytes()
        again = pose_library.PoseLibrary.from_bytes(contents)
        for field in dataclasses.fields(library):
            np.testing.assert_array_equal(
                getattr(again, field.name), getattr(library, field.name)
            )
        self.assertEqual(contents, library_of(self.manifest).to_bytes())

    def test_too_few_objects(self):
        manifest = tiny.write_records(
            self.create_tempdir().full_path, {"train": 2}
        )
        with self.assertRaisesRegex(ValueError, "at least 3.*Found: 2"):
            library_of(manifest)

    def test_an_object_finds_itself_unless_excluded(self):
        lookup, _ = random_lookup()
        library = lookup.library
        for i in range(4):
            pose = library.keypoints[i], library.scale[i]
            nearest, _ = lookup.nearest(*pose, 3)
            self.assertEqual(nearest[0], i)
            nearest, there = lookup.nearest(*pose, 8, library.keys[i])
            np.testing.assert_array_equal(there, [True] * 6 + [False] * 2)
            self.assertNotIn(i, nearest.numpy()[:6] % 4)

    def test_a_known_pose_returns_its_parts(self):
        lookup, masks = random_lookup()
        for i in range(4):
            library = lookup.library
            pose = library.keypoints[i], library.scale[i]
            (maps,) = lookup.part_maps(*pose, 1).numpy()
            np.testing.assert_array_equal(maps, masks[i])
            blank = lookup.part_maps(*pose, 8, library.keys[i])[6:]
            np.testing.assert_array_equal(blank, 0)

    def test_a_mirrored_pose_finds_the_mirrored_parts(self):
        lookup, masks = random_lookup()
        x, y, v = np.moveaxis(lookup.library.keypoints[2], -1, 0)
        mirrored = np.stack([SIZE - 1 - x, y, v], -1)
        mirrored = mirrored[list(QUADRUPED.keypoint_mirror)]
        pose = mirrored, lookup.library.scale[2]
        nearest, _ = lookup.nearest(*pose, 1)
        self.assertEqual(nearest[0], 2 + 4)
        (maps,) = lookup.part_maps(*pose, 1).numpy()
        np.testing.assert_array_equal(maps, masks[2, :, ::-1])

    def test_pixels_belong_to_the_nearest_axis(self):
        keypoints = np.zeros((20, 3), np.float32)
        for name, x in (("elbow", 8), ("knee", 20), ("paw", 34)):
            for side, y in (("left", 5), ("right", 30)):
                i = QUADRUPED.keypoints.index(f"{side}_front_{name}")
                keypoints[i] = x, y, 2
        pose = morphing.poses(
            tf.constant(keypoints), tf.constant([1.0, 1.0]), SIZE
        )
        legs = np.full((SIZE, SIZE), 3, np.uint8)
        pieces = pose_library.piece_map(legs, pose, QUADRUPED.rig).numpy()
        self.assertEqual(
            [pieces[5, 10], pieces[5, 30], pieces[30, 10], pieces[33, 39]],
            [2 + 1, 3 + 1, 4 + 1, 5 + 1],
        )
        hidden = pose_library.piece_map(
            legs,
            morphing.poses(tf.zeros([20, 3]), tf.ones([2]), SIZE),
            QUADRUPED.rig,
        )
        self.assertFalse(hidden.numpy().any())


class PriorsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.manifest = tiny.write_records(
            self.create_tempdir().full_path, {"train": 6, "val": 3}
        )
        self.library = library_of(self.manifest).to_bytes()

    def read(self, directory, split):
        examples = example_set.Examples(
            self.manifest, (split,), priors=directory
        )
        return list(example_stream.read(examples).map(records.decode_images))

    def test_stored_priors_match_their_records(self):
        directory = priors.build(self.library, self.manifest, ("train", "val"))
        lookup = pose_library.Lookup(
            pose_library.PoseLibrary.from_bytes(self.library),
            self.manifest.category,
        )
        for split, count in ("train", 6), ("val", 3):
            examples = self.read(directory, split)
            self.assertLen(examples, count)
            for example in examples:
                expected = lookup.part_maps(
                    example["keypoints"],
                    pose_library.scale_of(example["box"], SIZE, "stretch"),
                    prior_maps.NUM_NEIGHBORS,
                    pose_library.key(example),
                )
                np.testing.assert_array_equal(
                    example[keys.PRIOR_MAPS],
                    np.transpose(expected, [1, 2, 0]),
                )

    def test_only_missing_files_are_computed(self):
        directory = priors.build(self.library, self.manifest, ("train",))
        (shard,) = self.manifest.split("train").shards
        path = example_set.priors_file(directory, shard)
        before = path.read_bytes()
        made = path.stat().st_mtime_ns
        priors.build(self.library, self.manifest, ("train", "val"))
        self.assertEqual(path.stat().st_mtime_ns, made)
        # Cut between two records, it would be read as a whole file.
        for damaged in before[: len(before) // 2], b"":
            path.write_bytes(damaged)
            priors.build(self.library, self.manifest, ("train",))
            self.assertEqual(path.read_bytes(), before)
        path.unlink()
        priors.build(self.library, self.manifest, ("train",))
        self.assertEqual(path.read_bytes(), before)

    def test_another_library_has_another_directory(self):
        strict = library_of(self.manifest, strict=True).to_bytes()
        self.assertNotEqual(
            priors.build(self.library, self.manifest, ("val",)),
            priors.build(strict, self.manifest, ("val",)),
        )

    def test_average(self):
        maps = np.zeros((2, 2, 5), np.uint8)
        maps[0, 0] = [1, 1, 2, 2, 2]
        prior = prior_maps.average(maps, 3).numpy()
        np.testing.assert_allclose(prior[0, 0], [0, 2 / 3, 1 / 3], rtol=1e-6)
        np.testing.assert_array_equal(prior[1, 1], [1, 0, 0])
        seen = {
            round(3 * float(prior_maps.average(maps, 3, [0, i])[0, 0, 1]))
            for i in range(40)
        }
        self.assertEqual(seen, {0, 1, 2})

    def test_only_networks_that_need_priors_get_them(self):
        examples = example_set.Examples(self.manifest, ("val",))
        task = task_lib.Task(tiny.CATEGORY, 32)
        model = networks.build("ternausnet", task, SMALL)
        self.assertIs(priors.attach(model, examples), examples)
        model = networks.build("refinenet", task, SMALL)
        metadata.known_poses(model).library = self.library
        attached = priors.attach(model, examples)
        self.assertTrue(pathlib.Path(attached.priors).is_dir())


if __name__ == "__main__":
    absltest.main()
