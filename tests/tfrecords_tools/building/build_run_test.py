import dataclasses
import json
import pathlib
import shutil
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized
import filelock
import tensorflow as tf

from kp2part.data import integrity
from kp2part.data import manifest as manifest_lib
from kp2part.data import records
from kp2part.schema import rig
from tests import tiny_photos
from tfrecords_tools.building import build_run
from tfrecords_tools.building import instances
from tfrecords_tools.building import jobs as jobs_lib
from tfrecords_tools.building import plan


def read_files(directory):
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


class BuildTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.inputs = tiny_photos.save_dataset(self.root)
        self.settings = tiny_photos.tiny_settings()

    def build(self, name="out", num_workers=1, **changes):
        settings = dataclasses.replace(self.settings, **changes)
        return build_run.build(
            self.inputs, settings, self.root / name, num_workers
        )

    def image_ids(self, manifest, split):
        paths = list(map(str, integrity.paths(manifest, [split])))
        for record in tf.data.TFRecordDataset(paths):
            yield records.parse(record, 3)["image_id"].numpy().decode()

    def test_splits_shards_and_manifest(self):
        manifest = self.build()
        self.assertEqual(manifest.num_records, {"train": 4, "val": 2})
        self.assertEqual(
            sorted(read_files(self.root / "out")),
            [
                "manifest.json",
                "train-00000-of-00002.tfrecord",
                "train-00001-of-00002.tfrecord",
                "val-00000-of-00001.tfrecord",
            ],
        )
        self.assertCountEqual(
            self.image_ids(manifest, "train"), ["p0", "p1", "p2", "p3"]
        )
        self.assertCountEqual(self.image_ids(manifest, "val"), ["p4", "p5"])
        self.assertEqual(
            manifest.table["train"],
            {"dog": {"seen": 4, "kept": 4, "dropped": {}}},
        )
        loaded = manifest_lib.load(str(self.root / "out"))
        self.assertEqual(loaded.to_json(), manifest.to_json())
        self.assertEqual(loaded.settings["thresholds"]["min_side"], 8)

    def test_order_of_parts_survives(self):
        # It gives them their ids, and is not the alphabet's.
        parts = {"background": ("collar",), "torso": ("torso",)}
        parts["head"] = ("head", "leye")
        self.build(
            category=dataclasses.replace(tiny_photos.CATEGORY, parts=parts)
        )
        loaded = manifest_lib.load(str(self.root / "out"))
        self.assertEqual(list(loaded.category.parts), list(parts))

    def test_without_image_sets(self):
        self.inputs = dataclasses.replace(self.inputs, image_sets=None)
        self.assertEqual(self.build().num_records, {"all": 6})

    def test_same_bytes_again_and_with_workers(self):
        self.build()
        self.build("again", num_workers=2)
        self.assertEqual(
            read_files(self.root / "again"), read_files(self.root / "out")
        )

    def test_seed_deals_anew(self):
        self.build(images_per_shard=4)
        self.build("again", images_per_shard=4, seed=1)
        name = "train-00000-of-00001.tfrecord"
        one, other = (
            (self.root / d / name).read_bytes() for d in ("out", "again")
        )
        self.assertEqual(len(one), len(other))
        self.assertNotEqual(one, other)

    def interrupt(self, after):
        """Builds until the photo number `after`, then stops as Ctrl-C does."""
        calls, convert = [], instances.convert

        def convert_some(source, settings):
            if len(calls) == after:
                raise KeyboardInterrupt
            calls.append(source.image_id)
            return convert(source, settings)

        with mock.patch.object(instances, "convert", convert_some):
            with self.assertRaises(KeyboardInterrupt):
                self.build()

    def test_interrupted_build_resumes(self):
        self.build("whole")
        self.interrupt(after=3)
        # Two photos made a shard; of the next nothing is left but a report.
        self.assertEqual(
            sorted(read_files(self.root / "out")),
            [
                "train-00000-of-00002.tfrecord",
                "unfinished/settings.json",
                "unfinished/train-00000-of-00002.tfrecord.json",
            ],
        )
        with mock.patch.object(
            instances, "convert", wraps=instances.convert
        ) as convert:
            self.build()
        self.assertEqual(convert.call_count, 6 - 2)
        self.assertEqual(
            read_files(self.root / "whole"), read_files(self.root / "out")
        )

    def test_damaged_shard_is_made_again(self):
        self.build("whole")
        self.interrupt(after=3)
        path = self.root / "out/train-00000-of-00002.tfrecord"
        path.write_bytes(path.read_bytes()[:-1])
        self.build()
        self.assertEqual(
            read_files(self.root / "whole"), read_files(self.root / "out")
        )

    def test_finished_build_does_nothing(self):
        self.build()
        before = read_files(self.root / "out")
        with mock.patch.object(instances, "convert") as convert:
            with self.assertLogs("absl", level="INFO") as logs:
                self.build()
        convert.assert_not_called()
        self.assertIn("nothing to do", logs.output[-1])
        self.assertEqual(read_files(self.root / "out"), before)
        (self.root / "out/val-00000-of-00001.tfrecord").unlink()
        self.build()
        self.assertEqual(read_files(self.root / "out"), before)

    def test_a_flipped_byte_in_a_finished_build_is_mended(self):
        self.build()
        before = read_files(self.root / "out")
        path = self.root / "out/val-00000-of-00001.tfrecord"
        contents = bytearray(path.read_bytes())
        contents[40] ^= 1
        path.write_bytes(contents)
        with self.assertLogs("absl", level="WARNING") as logs:
            self.build()
        self.assertRegex(logs.output[0], f"{path}: the checksum")
        self.assertEqual(read_files(self.root / "out"), before)

    @parameterized.parameters(
        ({"image_size": 64}, "image_size: was 32, now 64"),
        ({"seed": 3}, "seed: was 0, now 3"),
        ({"unassigned": "ignore"}, "unassigned: was 'background', now 'ign"),
        (
            {"thresholds": dataclasses.replace(
                tiny_photos.THRESHOLDS, min_keypoints=3
            )},
            "thresholds.min_keypoints: was 2, now 3",
        ),
        (
            {"category": dataclasses.replace(
                tiny_photos.CATEGORY,
                parts=dict(
                    background=("collar",),
                    torso=("torso",),
                    head=("head", "leye"),
                ),
            )},
            r"part_ids: was \['background', 'head', 'torso'\], now",
        ),
    )  # fmt: skip
    def test_other_settings_are_refused(self, change, message):
        self.interrupt(after=3)
        unfinished = read_files(self.root / "out")
        with self.assertRaisesRegex(ValueError, f"(?s)other sett.*{message}"):
            self.build(**change)
        self.assertEqual(read_files(self.root / "out"), unfinished)
        self.build()
        with self.assertRaisesRegex(ValueError, f"(?s)other sett.*{message}"):
            self.build(**change)

    def test_records_of_an_earlier_version_are_taken(self):
        # It called the `axes` of pieces `bones`.
        pieces = (rig.Piece("head", (("left_ear+right_ear", "nose"),)),)
        category = dataclasses.replace(tiny_photos.CATEGORY, pieces=pieces)
        self.build(category=category)
        path = self.root / "out" / "manifest.json"
        text = path.read_text()
        self.assertIn('"axes"', text)
        path.write_text(text.replace('"axes"', '"bones"'))
        with mock.patch.object(instances, "convert") as convert:
            manifest = self.build(category=category)
        convert.assert_not_called()
        self.assertEqual(manifest.category, category)

    def test_other_inputs_are_refused(self):
        self.build()
        fields = json.loads(self.inputs.keypoints.read_text())
        fields["annotations"][0]["keypoints"][0][0] += 1
        tiny_photos.save_json(self.inputs.keypoints, fields)
        with self.assertRaisesRegex(ValueError, "inputs: was '"):
            self.build()

    def test_strict_build_resumes_once_a_photo_is_repaired(self):
        self.build("whole")
        # The photo is in the second shard of `train`.
        splits = plan.make(self.inputs, self.settings).splits
        jobs = jobs_lib.deal(splits, self.settings, self.root / "out")
        broken = jobs[1].sources[0].image
        contents = broken.read_bytes()
        broken.write_bytes(contents[:-100])
        with self.assertRaises(instances.BadSource):
            self.build()
        broken.write_bytes(contents)
        with mock.patch.object(
            instances, "convert", wraps=instances.convert
        ) as convert:
            self.build()
        self.assertEqual(convert.call_count, 6 - 2)
        self.assertEqual(
            read_files(self.root / "whole"), read_files(self.root / "out")
        )

    def test_other_inputs_remake_single_shards(self):
        self.interrupt(after=3)
        fields = json.loads(self.inputs.keypoints.read_text())
        for item in fields["annotations"]:
            item["keypoints"][0][0] += 1
        tiny_photos.save_json(self.inputs.keypoints, fields)
        self.build("whole")
        self.build()
        self.assertEqual(
            read_files(self.root / "whole"), read_files(self.root / "out")
        )

    def test_leftovers_of_killed_builds_are_removed(self):
        self.build("whole")
        unfinished = self.root / "out/unfinished"
        unfinished.mkdir(parents=True)
        stale = "train-00000-of-00009.tfrecord"
        for path in (
            self.root / "out/.partial-1-x.tfrecord",
            unfinished / ".partial-2-settings.json",
            self.root / "out" / stale,
        ):
            path.write_bytes(b"any")
        (unfinished / f"{stale}.json").write_text("{}")
        self.interrupt(after=0)
        self.assertEqual(
            sorted(read_files(self.root / "out")), ["unfinished/settings.json"]
        )
        self.build()
        self.assertEqual(
            read_files(self.root / "whole"), read_files(self.root / "out")
        )

    def test_two_builds_of_one_directory(self):
        (self.root / "out").mkdir()
        with filelock.FileLock(self.root / "out/.building.lock"):
            with self.assertRaisesRegex(ValueError, "out: another process is"):
                self.build()
        self.build()

    def test_full_disk(self):
        full = tf.errors.ResourceExhaustedError(None, None, "No space left")
        with mock.patch.object(tf.io, "TFRecordWriter", side_effect=full):
            with self.assertRaisesRegex(
                OSError, "tfrecord: cannot be written: No space left"
            ):
                self.build()
        self.assertEqual(
            sorted(read_files(self.root / "out")), ["unfinished/settings.json"]
        )

    def test_aliases_do_not_change_finished_records(self):
        self.build()
        aliases = {"coco": {"snout": "nose"}}
        category = dataclasses.replace(
            tiny_photos.CATEGORY,
            keypoint_aliases=aliases,
            any_class=("animal",),
        )
        with mock.patch.object(instances, "convert") as convert:
            self.build(category=category)
        convert.assert_not_called()

    def test_empty_split(self):
        for name in ("p4", "p5"):
            tiny_photos.save_mat(self.root / f"mat/{name}.mat", [])
        with self.assertRaisesRegex(ValueError, "No object.*split 'val'"):
            self.build()
        self.assertNotIn("manifest.json", read_files(self.root / "out"))

    @parameterized.parameters(
        ("mat/p1.mat", "p1.mat: no such file.*'train' lacks 1 of 4"),
        ("jpg/p4.jpg", "p4.jpg: no such file.*'val' lacks 1 of 2"),
    )
    def test_missing_file(self, name, message):
        (self.root / name).unlink()
        with self.assertRaisesRegex(ValueError, message):
            self.build()
        self.assertFalse((self.root / "out").exists())

    def break_three(self):
        (self.root / "mat/p0.mat").write_bytes(b"broken")
        (self.root / "jpg/p1.jpg").unlink()
        fields = json.loads(self.inputs.keypoints.read_text())
        fields["annotations"][2]["keypoints"][0][0] = float("nan")
        tiny_photos.save_json(self.inputs.keypoints, fields)

    def test_skip_bad_images(self):
        self.break_three()
        manifest = self.build(skip_bad_images=True)
        self.assertEqual(manifest.num_records, {"train": 1, "val": 2})
        skipped = {"annotation": ["p0"], "image": ["p1"], "keypoints": ["p2"]}
        self.assertEqual(manifest.skipped, {"train": skipped, "val": {}})

    def test_bad_file_stops_the_build(self):
        (self.root / "mat/p0.mat").write_bytes(b"broken")
        with self.assertRaisesRegex(
            ValueError, "p0.mat: not a complete MATLAB"
        ):
            self.build()
        self.assertNotIn("manifest.json", read_files(self.root / "out"))

    def test_bad_keypoints_of_a_photo_that_is_not_used(self):
        fields = tiny_photos.animal_pose({f"p{i}": [] for i in range(7)})
        pose = {**tiny_photos.pose(), "bbox": "box", "image_id": 7}
        fields["annotations"] += [
            {**tiny_photos.pose(), "image_id": i} for i in range(1, 7)
        ]
        fields["annotations"].append(pose)
        tiny_photos.save_json(self.inputs.keypoints, fields)
        self.assertEqual(self.build().num_records, {"train": 4, "val": 2})
        fields["annotations"][-1]["image_id"] = 2
        tiny_photos.save_json(self.inputs.keypoints, fields)
        shutil.rmtree(self.root / "out")
        with self.assertRaisesRegex(ValueError, "annotation 6.*`bbox`"):
            self.build()

    def test_missing_directories(self):
        with self.assertRaisesRegex(ValueError, "`images` must be a dir"):
            dataclasses.replace(self.inputs, images=self.root / "nowhere")
        with self.assertRaisesRegex(ValueError, "`image_sets` must be a dir"):
            dataclasses.replace(self.inputs, image_sets=self.root / "pose.json")

    def test_two_images_of_one_name(self):
        tiny_photos.save_photo(self.root / "jpg/p1.png")
        with self.assertRaisesRegex(ValueError, "p1.jpg, p1.png"):
            self.build()

    @parameterized.parameters(
        ({"images_per_shard": 0}, "`images_per_shard` must be at least 1.*0"),
        ({"unassigned": "torso"}, "`unassigned` must be one of.*=torso"),
        ({"image_size": 100}, "`image_size` must be.*100"),
        ({"aspect": "squeeze"}, "`aspect` must be one of.*=squeeze"),
    )
    def test_bad_settings(self, change, message):
        with self.assertRaisesRegex(ValueError, message):
            dataclasses.replace(self.settings, **change)

    def test_no_mat_files(self):
        self.inputs = dataclasses.replace(
            self.inputs, image_sets=None, annotations=self.root / "jpg"
        )
        with self.assertRaisesRegex(ValueError, "jpg: has no .mat file"):
            plan.make(self.inputs, self.settings)


if __name__ == "__main__":
    absltest.main()
