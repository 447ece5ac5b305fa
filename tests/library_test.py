"""What `import kp2part` gives: names, examples, and no waiting."""

import ast
import dataclasses
import doctest
import json
import os
import pathlib
import subprocess
import sys
from unittest import mock

from absl.testing import absltest
import cv2
import numpy as np

import kp2part
from kp2part.schema import category
from tests import tiny

ROOT = pathlib.Path(__file__).parents[1]
TOY = tiny.example
HEAVY = ("tensorflow", "keras", "numpy", "cv2", "absl")


def horse(index, size):
    """Returns an example with the keypoints of a horse."""
    points = np.full([20, 3], 9, np.float32)
    return dataclasses.replace(
        TOY(index, size), keypoints=points, class_name="horse"
    )


def write_horses(directory, counts):
    """Writes records of category horse."""
    with (
        mock.patch.object(tiny, "CATEGORY", category.load("horse")),
        mock.patch.object(tiny, "example", horse),
    ):
        tiny.write_records(str(directory), counts)


class LibraryTest(absltest.TestCase):
    def test_importing_imports_nothing_else(self):
        script = "import sys, kp2part; print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        modules = done.stdout.split()
        self.assertEmpty({name.split(".")[0] for name in modules} & {*HEAVY})
        self.assertEqual(
            sorted(x for x in modules if x.startswith("kp2part")),
            ["kp2part", "kp2part.registration", "kp2part.version"],
        )

    def test_every_name_is_there(self):
        for name in kp2part._SOURCES:
            self.assertIsNotNone(getattr(kp2part, name), name)
            self.assertIn(name, dir(kp2part))
            self.assertIn(name, kp2part.__all__)
        with self.assertRaisesRegex(AttributeError, "no attribute 'nope'"):
            _ = kp2part.nope

    def test_type_checkers_see_the_same(self):
        tree = ast.parse(pathlib.Path(kp2part.__file__).read_text())
        (block,) = (
            node.body
            for node in tree.body
            if isinstance(node, ast.If)
            and ast.unparse(node.test) == "TYPE_CHECKING"
        )
        modules = {
            alias.name: f"{node.module}.{alias.name}"
            for node in block
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        seen = {}
        for node in block:
            if isinstance(node, ast.Assign):
                module, attribute = ast.unparse(node.value).split(".")
                seen[node.targets[0].id] = f"{modules[module]}:{attribute}"
        self.assertEqual(seen, kp2part._SOURCES)

    def test_every_name_has_an_example(self):
        for name in kp2part._SOURCES:
            self.assertIn(f"kp2part.{name}", kp2part.__doc__)

    def test_examples(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        write_horses(folder / "records", {"train": 4, "val": 2})
        photo = np.zeros([70, 90, 3], np.uint8)
        cv2.imwrite(str(folder / "photo.jpg"), photo)
        before = pathlib.Path.cwd()
        os.chdir(folder)
        self.addCleanup(os.chdir, before)
        results = doctest.testmod(kp2part)
        self.assertGreater(results.attempted, 20)
        self.assertEqual(results.failed, 0)

    def test_training_from_arrays(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        rng = np.random.default_rng(0)
        masks = np.zeros([20, 32, 32], np.uint8)
        masks[:, 8:20, 8:20] = 1
        np.savez(
            folder / "arrays.npz",
            image=rng.integers(0, 255, (20, 32, 32, 3), np.uint8),
            keypoints=np.full([20, 20, 3], 12, np.float32),
            part_mask=masks,
        )
        done = subprocess.run(
            [
                sys.executable,
                str(ROOT / "examples" / "train_from_arrays.py"),
                *("arrays.npz", "horse", "mine.keras", "2"),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertRegex(done.stdout, r"Mean IoU on what it .*: 0\.\d{3}")
        network = kp2part.load_network(str(folder / "mine.keras"))
        self.assertEqual(kp2part.task_of(network).image_size, 32)
        self.assertNotEmpty(json.dumps(kp2part.task_of(network).to_json()))


if __name__ == "__main__":
    absltest.main()
