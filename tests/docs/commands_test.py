"""Runs the commands of README and docs as they stand, in a folder of its own.

The pages share the folder, in the order of a reader: what the tutorial trains,
the how-to guides use. Blocks of ```bash and ```python are run; ```sh asks a
server; ```console is what no test can run: downloads, hours, other machines.
"""

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
from tests.docs import pages

ROOT = pages.ROOT
PAGES = (
    "README.md",
    "docs/tutorial.md",
    "docs/how-to/data.md",
    "docs/how-to/categories.md",
    "docs/how-to/own_category.md",
    "docs/how-to/train.md",
    "docs/how-to/many_machines.md",
    "docs/how-to/transfer.md",
    "docs/how-to/cvat.md",
    "docs/how-to/deeplabcut.md",
    "docs/how-to/sleap.md",
    "docs/how-to/video.md",
    "docs/how-to/closing_the_loop.md",
    "docs/how-to/evaluate.md",
    "docs/how-to/explain.md",
    "docs/how-to/fine_tune.md",
    "docs/how-to/serve.md",
    "docs/how-to/label_studio.md",
    "docs/how-to/library.md",
)
# A test has no hour: less of everything, otherwise as the pages have it.
SMALLER = {
    "--num_images=660": "--num_images=36",
    "--num_images=330": "--num_images=36",
    # Two processes take longer to start than these few photos in one.
    "--output=round1/records": "--num_workers=1 --output=round1/records",
    "--output=round2/records": "--num_workers=1 --output=round2/records",
    "--epochs=150 ": "",
    "--flagfile=configs/demo.flags": (
        "--flagfile=configs/demo.flags --epochs=1 --num_filters=2 "
        "--pose_widths=4,4,4,4,4"
    ),
    "--epochs=60 --fold=0": "--fold=0",
    "--epochs=10 --learning_rate=2e-4": (
        "--epochs=1 --learning_rate=2e-4 --image_size=64"
    ),
    "records mine.keras 2": "records mine.keras 1",
}


def smaller(script):
    """Returns a script that does less."""
    for theirs, ours in SMALLER.items():
        script = script.replace(theirs, ours)
    return script


class CommandsTest(absltest.TestCase):
    def test_commands(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        (folder / "saved_models").mkdir()
        for name in (
            *("kp2part", "tfrecords_tools", "configs", "examples", "docs"),
            "saved_models/quadruped_lite",
        ):
            (folder / name).symlink_to(ROOT / name)
        for page in PAGES:
            script = "".join(pages.scripts(page, "bash", "python"))
            self.run_script(page, smaller(script), folder)
        self.check_results(folder)
        shutil.rmtree(folder / "prediction")
        (folder / "mask.png").unlink()
        for page in PAGES:
            if script := "".join(pages.scripts(page, "sh")):
                self.run_clients(page, script, folder)
        self.check_masks(folder, folder / "docs" / "sample.jpg")

    def test_what_is_made_smaller_is_there(self):
        text = "".join("".join(pages.scripts(page, "bash")) for page in PAGES)
        for theirs in SMALLER:
            self.assertIn(theirs, text)

    def test_every_page_with_commands_is_run(self):
        paths = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        for path in paths:
            page = str(path.relative_to(ROOT))
            # What it measures takes hours.
            if pages.scripts(page, "bash", "sh") and page != "docs/serving.md":
                self.assertIn(page, PAGES)

    def run_clients(self, page, script, folder):
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
            self.run_script(page, script, folder)

    def run_script(self, page, script, folder):
        binaries = pathlib.Path(sys.executable).parent
        done = subprocess.run(
            ["bash", "-c", "set -euxo pipefail\n" + script],
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
        said = f"{page}\n{done.stdout[-4000:]}"
        self.assertEqual(done.returncode, 0, said)

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
        text = (folder / "run" / "val" / "metrics.json").read_text()
        scores = json.loads(text)
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
            "run/robustness/robustness.png",
            "tuned/model.keras",
            "lamps.png",
            "lamp_prediction/overlay.png",
        ):
            self.assertGreater((folder / name).stat().st_size, 1000)
        text = (folder / "cat_or_dog_records" / "manifest.json").read_text()
        kept = json.loads(text)["table"]["train"]
        self.assertEqual(list(kept), ["cat", "dog"])
        text = (folder / "lamp_run" / "val" / "metrics.json").read_text()
        scores = json.loads(text)
        self.assertEqual(scores["num_examples_with"]["shade"], 6)
        self.assertEqual(scores["num_trained_photos"], 0)


if __name__ == "__main__":
    absltest.main()
