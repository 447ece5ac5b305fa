"""Runs docs/quickstart.ipynb, with less of everything."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from absl.testing import absltest

ROOT = pathlib.Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "quickstart.ipynb"
# A test has no minutes.
SMALLER = {
    "--num_images=120": "--num_images=24 --val_fraction=0.3",
    "--image_size=64 ": "--image_size=64 --num_workers=1 ",
    "epochs=15": "epochs=1",
}


def code_cells():
    """Returns the notebook's cells of code."""
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def as_script():
    """Returns the notebook as a script: its commands are run by a shell."""
    text = "\n".join("".join(cell["source"]) for cell in code_cells())
    script = re.sub(
        r"^!((?:.*\\\n)*.*)",
        lambda found: f"subprocess.run({found[1]!r}, shell=True, check=True)",
        text,
        flags=re.M,
    )
    return f"import subprocess\n{script}"


class NotebookTest(absltest.TestCase):
    def test_it_runs(self):
        script = as_script()
        for theirs, ours in SMALLER.items():
            self.assertIn(theirs, script)
            script = script.replace(theirs, ours)
        folder = pathlib.Path(self.create_tempdir().full_path)
        for name in "sample.jpg", "sample.json":
            shutil.copy(ROOT / "docs" / name, folder)
        python = pathlib.Path(sys.executable).parent
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertRegex(done.stdout, r"mean +0\.\d\d\n")

    def test_what_it_shows_is_of_one_run(self):
        counts = [cell["execution_count"] for cell in code_cells()]
        self.assertEqual(counts, list(range(1, len(counts) + 1)))
        outputs = [x for cell in code_cells() for x in cell["outputs"]]
        self.assertNotIn("error", [x["output_type"] for x in outputs])
        self.assertNotIn("/tmp", json.dumps(outputs))


if __name__ == "__main__":
    absltest.main()
