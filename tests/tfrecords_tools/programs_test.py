import pathlib

from absl.testing import absltest
import cv2

from tests import programs
from tests import tiny
from tests import tiny_photos


class ProgramsTest(absltest.TestCase):
    def test_build_verify_show(self):
        root = pathlib.Path(self.create_tempdir())
        tiny_photos.save_dataset(root)
        tiny_photos.save_json(root / "pet.json", tiny_photos.CATEGORY.to_json())
        code, printed, errors = programs.run(
            "tfrecords_tools.build",
            f"--category={root}/pet.json",
            f"--images={root}/jpg",
            f"--annotations={root}/mat",
            f"--keypoints={root}/pose.json",
            f"--image_sets={root}/sets",
            f"--output={root}/out",
            "--image_size=32",
            "--min_side=8",
            "--min_keypoints=2",
            "--num_workers=1",
        )
        self.assertEqual(code, 0, errors)
        self.assertRegex(printed, r"all +total +6 +6")
        code, printed, errors = programs.run(
            "tfrecords_tools.show",
            f"--tfrecords={root}/out",
            f"--output={root}/sheet.png",
        )
        self.assertEqual(code, 0, errors)
        contents = (root / "sheet.png").read_bytes()
        self.assertTrue(contents.startswith(b"\x89PNG"))
        (root / "out/stray.tfrecord").touch()
        code, printed, errors = programs.run(
            "tfrecords_tools.verify", f"--tfrecords={root}/out"
        )
        self.assertEqual(code, 1, errors)
        self.assertRegex(printed, "head +40.62% +4\n")
        self.assertRegex(errors, "error: .*: 1 problems:\n.*stray.tfrecord")
        self.assertNotIn("Traceback", errors)

    def test_priors(self):
        root = pathlib.Path(self.create_tempdir())
        tiny.write_records(str(root / "data"), {"train": 6, "val": 3})
        common = f"--tfrecords={root}/data", "--nn_missing=masked"
        code, _, errors = programs.run(
            "tfrecords_tools.priors",
            *common,
            "--dry_run",
            f"--picture={root}/a.png",
        )
        self.assertEqual(code, 0, errors)
        self.assertIn("6 poses known; nothing stored", errors)
        self.assertFalse((root / "data/priors").exists())
        picture = cv2.imread(str(root / "a.png"))
        # 3 objects; itself, 3 neighbors and their parts, prior, truth.
        self.assertEqual(picture.shape[1], 9 * 40)
        self.assertGreater(picture.shape[0], 3 * 40)
        code, _, errors = programs.run("tfrecords_tools.priors", *common)
        self.assertEqual(code, 0, errors)
        self.assertIn("6 poses known", errors)
        (directory,) = (root / "data/priors").iterdir()
        self.assertLen(list(directory.glob("*.tfrecord")), 2)
        code, _, errors = programs.run(
            "tfrecords_tools.priors", *common, "--picture=a.jpg"
        )
        self.assertEqual(code, 1)
        self.assertIn("must end in .png", errors)


if __name__ == "__main__":
    absltest.main()
