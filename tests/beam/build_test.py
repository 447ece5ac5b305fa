"""build on Apache Beam, as a user runs it; see `make test-beam`."""

import importlib.util
import pathlib
import re
import unittest

from absl.testing import absltest
from absl.testing import parameterized

from tests import programs
from tests import tiny_photos

if importlib.util.find_spec("apache_beam") is None:
    raise unittest.SkipTest("apache-beam is not installed: make test-beam")

ON_BEAM = "--runner=DirectRunner"
TWO = (
    "--beam_options=--direct_num_workers=2 "
    "--direct_running_mode=multi_processing"
)


class BuildTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        tiny_photos.save_dataset(self.root)
        tiny_photos.save_json(
            self.root / "pet.json", tiny_photos.CATEGORY.to_json()
        )

    def build(self, output, *more):
        return programs.run(
            "tfrecords_tools.build",
            f"--category={self.root}/pet.json",
            f"--images={self.root}/jpg",
            f"--annotations={self.root}/mat",
            f"--keypoints={self.root}/pose.json",
            f"--image_sets={self.root}/sets",
            f"--output={self.root}/{output}",
            "--image_size=32",
            "--min_side=8",
            "--min_keypoints=2",
            "--images_per_shard=2",
            "--num_workers=1",
            *more,
        )

    def files(self, output):
        root = self.root / output
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }

    @parameterized.parameters([[ON_BEAM]], [[ON_BEAM, TWO]])
    def test_same_bytes(self, how):
        # One is broken: the drops are counted alike.
        (self.root / "jpg/p1.jpg").write_bytes(b"no photo")
        bad = "--skip_bad_images"
        code, local, errors = self.build("local", bad)
        self.assertEqual(code, 0, errors)
        code, beam, errors = self.build("beam", bad, *how)
        self.assertEqual(code, 0, errors)
        self.assertEqual(beam.replace("/beam", "/local"), local)
        self.assertIn("skipped 1 images", beam)
        self.assertLen(self.files("local"), 4)
        self.assertEqual(self.files("beam"), self.files("local"))

    def test_a_bad_photo_stops_it_and_it_goes_on(self):
        path = self.root / "jpg/p5.jpg"
        contents = path.read_bytes()
        path.write_bytes(b"no photo")
        told = []
        for output, how in ("local", []), ("beam", [ON_BEAM]):
            code, _, errors = self.build(output, *how)
            self.assertEqual(code, 1)
            self.assertNotIn("Traceback", errors)
            told += re.findall("^error: .*", errors, re.M)
        self.assertLen(told, 2)
        self.assertEqual(told[0], told[1])
        path.write_bytes(contents)
        for output, how in ("local", []), ("beam", [ON_BEAM]):
            code, _, errors = self.build(output, *how)
            self.assertEqual(code, 0, errors)
        self.assertEqual(self.files("beam"), self.files("local"))


if __name__ == "__main__":
    absltest.main()
