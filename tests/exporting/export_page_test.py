"""Runs the page on other runtimes as it stands: `make test-export`."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import unittest

from absl.testing import absltest
import cv2
import numpy as np

from kp2part.system import extras

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "export.md"
MISSING = [
    name
    for name in extras.MODULES["export"]
    if importlib.util.find_spec(name) is None
]
# The tutorial's, with fewer photos.
RECORDS = """
python -m tfrecords_tools.draw --output=photos --num_images=24
python -m tfrecords_tools.build --category=quadruped --image_size=64 \
    --images=photos/JPEGImages --annotations=photos/Annotations_Part \
    --boxes=photos/Annotations --output=records --num_workers=1 \
    --keypoints=photos/keypoints/animal_pose.json \
    --image_sets=photos/ImageSets
"""


def blocks(language):
    """Returns the fenced blocks of the page in a language, as one text."""
    found = re.findall(
        rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.M | re.S
    )
    return "".join(found)


@unittest.skipIf(MISSING, f"needs kp2part[export]; missing: {MISSING}")
class ExportPageTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir().full_path)
        (self.folder / "saved_models").mkdir()
        for name in "kp2part", "tfrecords_tools", "docs":
            (self.folder / name).symlink_to(ROOT / name)
        name = "saved_models/quadruped_lite"
        (self.folder / name).symlink_to(ROOT / name)

    def run_script(self, *command):
        binaries = pathlib.Path(sys.executable).parent
        path = f"{binaries}:{os.environ['PATH']}"
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        return done.stdout

    def test_page(self):
        commands = blocks("console")
        install = 'pip install "kp2part[export]"\n'
        self.assertIn(install, commands)
        script = RECORDS + commands.replace(install, "")
        self.run_script("bash", "-c", "set -euxo pipefail\n" + script)
        said = self.run_script(sys.executable, "-c", blocks("python"))
        self.assertRegex(said, r"(?m)^background \d+$\n^head \d+$")
        self.run_script(
            *(sys.executable, "-m", "kp2part.predict"),
            *("--image=docs/sample.jpg", "--keypoints=docs/sample.json"),
            *("--box=7,30,236,220", "--output=prediction"),
        )
        expected = cv2.imread(str(self.folder / "prediction/mask.png"), -1)
        self.assertGreater(len(np.unique(expected)), 3)
        for name in "onnx", "openvino", "litert":
            mask = cv2.imread(str(self.folder / f"mask_{name}.png"), -1)
            pasted = cv2.resize(
                mask, (229, 190), interpolation=cv2.INTER_NEAREST
            )
            # Another program has cut the crop and resized the mask.
            alike = (expected[30:220, 7:236] == pasted).mean()
            self.assertGreater(alike, 0.97, name)
        for file in "animals.tflite", "animals_int8.tflite":
            self.assertTrue((self.folder / file).is_file())


if __name__ == "__main__":
    absltest.main()
