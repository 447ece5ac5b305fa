"""What the programs of kp2part say to wrong input, as a user sees it."""

import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import task as task_lib
from kp2part.system import extras
from tests import programs
from tests import tiny

SMALL = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))


class ProgramsTest(absltest.TestCase):
    def check(self, program, args, *words, status=1):
        returncode, *texts = programs.run(f"kp2part.{program}", *args)
        output = "".join(texts)
        self.assertEqual(returncode, status, output)
        for word in words:
            self.assertIn(word, output)
        self.assertNotIn("Traceback", output)

    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)

    def test_train_without_records(self):
        missing = str(self.base / "nowhere")
        self.check(
            "train",
            [f"--tfrecords={missing}", f"--workdir={self.base}/run"],
            "error: ", f"{missing}/manifest.json: no such file",
        )  # fmt: skip

    def test_train_refuses_a_value_before_it_writes(self):
        self.check(
            "train",
            [
                "--tfrecords=x",
                f"--workdir={self.base}/run",
                "--pose_widths=4,x",
            ],
            "--pose_widths=4,x: must be comma-separated int values",
        )
        self.assertFalse((self.base / "run").exists())

    def test_evaluate_on_records_of_another_category(self):
        tiny.write_records(str(self.base / "data"), {"val": 2})
        task = task_lib.Task(tiny.category.load("cat"), 32)
        networks.build("pose_to_part", task, SMALL).save(self.base / "m.keras")
        self.check(
            "evaluate",
            [f"--model={self.base}/m.keras", f"--tfrecords={self.base}/data",
             f"--output={self.base}/out"],
            "must have the network's keypoints", "left_front_paw",
        )  # fmt: skip

    def test_evaluate_with_a_file_that_is_no_network(self):
        (self.base / "m.keras").write_text("not a zip")
        self.check(
            "evaluate",
            [f"--model={self.base}/m.keras", "--tfrecords=x", "--output=y"],
            "m.keras: not a network of kp2part",
        )

    def test_predict_with_a_wrong_box(self):
        (self.base / "a.jpg").write_bytes(b"")
        self.check(
            "predict",
            ["--saved_model=x", f"--image={self.base}/a.jpg", "--keypoints=k",
             "--output=o", "--box=5,5,1,9"],
            "`box` must be xmin,ymin,xmax,ymax", "box=5,5,1,9",
        )  # fmt: skip

    def test_help_lists_flags_and_a_command(self):
        self.check(
            "train", ["--help"],
            "python -m kp2part.train --flagfile", "--encoder_weights",
            "--[no]deterministic", status=0,
        )  # fmt: skip

    def test_a_setting_without_effect(self):
        missing = ["--tfrecords=x", f"--workdir={self.base}/run"]
        self.check(
            "train", [*missing, "--weight_decay=0.1"],
            "`weight_decay` has an effect only with optimizer=adamw",
        )  # fmt: skip
        self.check(
            "train",
            [*missing, "--warmup_epochs=2"],
            "only with schedule=cosine",
        )
        self.check(
            "evaluate",
            ["--model=m", "--tfrecords=x", "--output=y", "--fold=1"],
            "`fold` and `folds` must be given together", "fold=1, folds=None",
        )  # fmt: skip


class HelpTest(parameterized.TestCase):
    @parameterized.parameters(*programs.find())
    def test_help_needs_no_tensorflow(self, program):
        code = (
            "import runpy, sys\n"
            f"sys.argv = [{program!r}, '--help']\n"
            "try:\n"
            f"    runpy.run_module({program!r}, None, '__main__', True)\n"
            "except SystemExit as end:\n"
            "    print(end.code, *sys.modules)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=programs.ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        status, *modules = done.stdout.splitlines()[-1].split()
        self.assertEqual(status, "0")
        self.assertRegex(done.stdout, rf"python -m {program}\b")
        heavy = {"cv2", "keras", "tensorflow"}
        heavy.update(*extras.MODULES.values())
        self.assertEmpty(heavy.intersection(modules))


if __name__ == "__main__":
    absltest.main()
