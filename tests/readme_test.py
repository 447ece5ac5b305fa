"""Runs README's commands as they stand, in a folder that has nothing else."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from absl.testing import absltest
import cv2

from tests import local_server

ROOT = pathlib.Path(__file__).parents[1]
# A test has no hour: less of everything, otherwise as README has it.
SMALLER = {
    "--num_images=400": "--num_images=36",
    "--flagfile=configs/lite.flags": (
        "--flagfile=configs/lite.flags --epochs=2 --num_filters=2 "
        "--pose_widths=4,4,4,4,4 --batch_size=8"
    ),
    "records mine.keras 2": "records mine.keras 1",
}


def blocks(language):
    """Returns the fenced blocks of README in a language, in order."""
    text = (ROOT / "README.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


class ReadmeTest(absltest.TestCase):
    def test_commands(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        (folder / "saved_models").mkdir()
        for name in (
            *("kp2part", "tfrecords_tools", "configs", "examples", "docs"),
            "saved_models/quadruped_lite",
        ):
            (folder / name).symlink_to(ROOT / name)
        script = "".join(blocks("bash"))
        for theirs, ours in SMALLER.items():
            self.assertIn(theirs, script)
            script = script.replace(theirs, ours)
        self.run_script(script, folder)
        self.check_results(folder)
        shutil.rmtree(folder / "prediction")
        (folder / "mask.png").unlink()
        self.run_clients(folder)
        self.check_masks(folder, folder / "docs" / "sample.jpg")

    def run_clients(self, folder):
        script = "".join(blocks("sh"))
        if not shutil.which("node"):
            script = re.sub(r"^node (.*\\\n)*.*\n", "", script, flags=re.M)
        base = folder / "saved_models" / "quadruped_lite"
        with local_server.serve(base, base.name) as server:
            for theirs, ours in (
                ("127.0.0.1:8501", f"127.0.0.1:{server.http_port}"),
                ("127.0.0.1:8500", f"127.0.0.1:{server.grpc_port}"),
            ):
                self.assertIn(theirs, script)
                script = script.replace(theirs, ours)
            self.run_script(script, folder)

    def run_script(self, script, folder):
        binaries = pathlib.Path(sys.executable).parent
        done = subprocess.run(
            ["bash", "-c", "set -euo pipefail\n" + script],
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{binaries}:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])

    def check_masks(self, folder, photo):
        photo = cv2.imread(str(photo))
        for name in "prediction/mask.png", "mask.png":
            mask = cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED)
            self.assertEqual(mask.shape, photo.shape[:2])
            self.assertLess(mask.max(), 5)
        overlay = cv2.imread(str(folder / "prediction" / "overlay.png"))
        self.assertEqual(overlay.shape, photo.shape)

    def check_results(self, folder):
        self.check_masks(folder, folder / "photos" / "sample.jpg")
        scores = json.loads(
            (folder / "run" / "val" / "metrics.json").read_text()
        )
        self.assertEqual(
            list(scores["iou"]), ["background", "head", "torso", "legs", "tail"]
        )
        for name in "mean_iou", "mean_iou_foreground", "num_examples":
            self.assertGreater(scores[name], 0)
        for name in (
            "sheet.png",
            "priors.png",
            "mine.keras",
            "run/index.html",
            "run/model.keras",
        ):
            self.assertGreater((folder / name).stat().st_size, 1000)

    def test_links_and_pictures_exist(self):
        text = (ROOT / "README.md").read_text()
        found = re.findall(r"\]\(([^)#]+)\)", text)
        found += re.findall('src="(.*?)"', text)
        for target in found:
            if not target.startswith("http"):
                self.assertTrue((ROOT / target).exists(), target)


if __name__ == "__main__":
    absltest.main()
