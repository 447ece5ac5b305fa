import json
import pathlib

from absl.testing import absltest
import cv2
import numpy as np

from kp2part.evaluation import scores
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.reporting import html_report
from kp2part.schema import task as task_lib
from kp2part.training import workdir
from kp2part.visualization import plots
from tests import tiny

SMALL = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))
ROWS = [
    {"epoch": e, "loss": 1 / e, "val_loss": 2 / e, "val_mean_iou": e / 9,
     "seconds": 30.0}
    for e in (1, 2)
]  # fmt: skip
# The first of three was not validated.
ROWS = [{"epoch": 0, "loss": 2.0, "seconds": 30.0}, *ROWS]
MATRICES = np.array([[[6, 2, 0], [1, 4, 0], [0, 0, 0]]] * 3)
SCORES = {
    **scores.summarize(MATRICES, tuple(tiny.CATEGORY.parts)),
    "split": "<val>",
}


class PageTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.run_dir = workdir.Workdir(self.base)
        task = task_lib.Task(tiny.CATEGORY, 32)
        networks.build("pose_to_part", task, SMALL).save(self.run_dir.best)
        self.run_dir.save_history(ROWS)
        self.run_dir.save_summary(
            {
                "epochs": 3,
                "best_epoch": 2,
                "seconds": 60,
                "num_parameters": 1234,
            }
        )
        (self.base / "examples.png").write_bytes(b"png")
        self.write_scores("true")

    def write_scores(self, labels):
        text = json.dumps({**SCORES, "labels": labels})
        (self.base / "metrics.json").write_text(text)

    def test_page(self):
        text = html_report.render(
            "Cats & dogs", self.run_dir, self.base, self.base / "examples.png"
        )
        self.assertIn("<h1>Cats &amp; dogs</h1>", text)
        self.assertIn("1,234 parameters, 3 epochs in 1.0 minutes", text)
        self.assertIn("IoU on 3 examples of &lt;val&gt;", text)
        # Pooled: 18 right of 18 + 6 + 3.
        self.assertIn(f"<td>background</td><td>{18 / 27:.3f}</td>", text)
        # The mean of 18 / 27 and 12 / (12 + 3 + 6); the other part is nowhere.
        mean = (18 / 27 + 12 / 21) / 2
        self.assertIn(
            f"<strong>mean</strong></td><td><strong>{mean:.3f}</strong>", text
        )
        self.assertIn("the truth. Whether the network was", text)
        self.assertNotIn("pseudo-label", text)
        self.assertEqual(text.count("<img "), 4)
        self.assertNotIn("http", text.replace("http-equiv", ""))

    def test_pseudo_labels_are_called_so(self):
        self.write_scores("pseudo")
        text = html_report.render("x", self.run_dir, self.base, None)
        self.assertIn("Agreement with pseudo-labels on 3 examples", text)
        self.assertIn("It does not measure accuracy.", text)
        self.assertIn("the pseudo-label. ", text)
        self.assertNotIn("truth", text)
        self.assertEqual(text.count("<img "), 3)
        self.assertNotIn("Prediction of the exported", text)

    def test_unfinished_run_names_the_file(self):
        (self.base / "training.json").unlink()
        with self.assertRaisesRegex(ValueError, "training.json: no such file"):
            html_report.render("x", self.run_dir, self.base, None)

    def test_charts_are_pictures(self):
        for png in (
            plots.curves(ROWS),
            plots.iou_bars(SCORES, tiny.CATEGORY.palette),
        ):
            pixels = cv2.imdecode(
                np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR
            )
            self.assertGreater(pixels.std(), 5)


if __name__ == "__main__":
    absltest.main()
