"""The campaign's bookkeeping; its trainings are those of kp2part.trial."""

import dataclasses
import io
import json
import pathlib
import tarfile
import time
from unittest import mock

from absl.testing import absltest
import keras

from benchmarks.campaign import execution
from benchmarks.campaign import plan
from benchmarks.campaign import results
from benchmarks.campaign import shortened
from benchmarks.campaign import state as state_lib
from kp2part.data import example_set
from kp2part.data import manifest
from kp2part.data.in_memory import example_arrays
from kp2part.training import config as config_lib
from kp2part.training import workdir as workdir_lib
from tests import tiny

RUN = plan.Run("one", "toy", "vgg16", "lite.flags", (), 32, 1, 10, 4)
LEFT_TO_RUNS = execution._END_SECONDS + execution._START_SECONDS


class FakeChildren:
    """Trains as fast as it says, without a process."""

    seconds_per_epoch = 0.0
    status = 0
    commands = []

    def __init__(self):
        self.is_over = False

    def run(self, command, environment, log):
        self.commands.append(command)
        flags = dict(x[2:].split("=") for x in command if "=" in x)
        rows = []
        for epoch in range(int(flags["epochs"])):
            rows.append({"epoch": epoch + 1, "seconds": self.seconds_per_epoch})
            workdir_lib.Workdir(pathlib.Path(flags["workdir"])).save_history(
                rows
            )
            end = time.monotonic() + min(self.seconds_per_epoch, 0.3)
            while time.monotonic() < end and not self.is_over:
                time.sleep(0.01)
            if self.is_over:
                return 1
        log.write("all done\n")
        return self.status

    def end(self):
        self.is_over = True


class ExecutionTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.output = pathlib.Path(self.create_tempdir().full_path)
        FakeChildren.commands = []
        self.enter_context(
            mock.patch.object(execution.processes, "Children", FakeChildren)
        )
        self.enter_context(mock.patch.object(execution, "_LOOK_SECONDS", 0.02))

    def execute(self, call_seconds, all_seconds, epoch_seconds=0.0, status=0):
        """Returns the state of the run after a call."""
        FakeChildren.seconds_per_epoch = epoch_seconds
        FakeChildren.status = status
        state = state_lib.State(self.output)
        now = time.monotonic() + LEFT_TO_RUNS
        execution.execute(
            [RUN],
            {"toy": "records"},
            {"vgg16": "vgg.h5"},
            state,
            execution.Budget(now + call_seconds, now + all_seconds),
            1,
        )
        return json.loads((self.output / "state.json").read_text())["runs"][
            "one"
        ]

    def epochs_begun(self):
        return [
            next(x for x in command if x.startswith("--epochs="))
            for command in FakeChildren.commands
        ]

    def test_what_is_done_is_not_done_again(self):
        for _ in range(2):
            self.assertEqual(self.execute(60, 60)["status"], "done")
        self.assertLen(FakeChildren.commands, 1)

    def test_what_failed_is_named_and_tried_again(self):
        found = self.execute(60, 60, status=1)
        self.assertEqual(
            (found["status"], found["why"]), ("failed", "all done")
        )
        self.assertEqual(self.execute(60, 60)["status"], "done")

    def test_what_would_take_too_long_has_fewer_epochs(self):
        # 6 of 10 epochs of 100 s fit into 690 s, with 60 to begin anew.
        found = self.execute(690, 690, 100.0)
        self.assertEqual(found["status"], "done")
        self.assertEqual(self.epochs_begun(), ["--epochs=10", "--epochs=6"])

    def test_what_has_too_few_epochs_is_skipped(self):
        found = self.execute(300, 300, 100.0)
        self.assertEqual(found["status"], "skipped")
        self.assertRegex(
            found["why"], "16.7 minutes for 10 epochs; 6.0 minutes"
        )
        self.assertEqual(found["seconds_per_epoch"], 100.0)

    def test_a_call_ends_and_the_next_goes_on(self):
        # Enough in all calls, but not in this one: it ends after 2 s.
        with mock.patch.object(execution, "_START_SECONDS", 0):
            found = self.execute(2 - 60, 9000, 100.0)
            self.assertEqual(found["status"], "waits")
            self.assertIn("next call", found["why"])
            self.assertEqual(self.execute(60, 60)["status"], "done")

    def test_ctrl_c_ends_what_runs(self):
        begin = time.monotonic()
        interrupt = mock.patch.object(
            execution.futures.Future, "result", side_effect=KeyboardInterrupt
        )
        with interrupt, self.assertRaises(KeyboardInterrupt):
            self.execute(600, 600, 30.0)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(state_lib.State(self.output).status("one"), "waits")

    def test_what_is_missing_is_told(self):
        state = state_lib.State(self.output)
        budget = execution.Budget(time.monotonic() + 99, time.monotonic() + 99)
        for records, weights, why in (
            ({}, {}, "no records of toy"),
            ({"toy": "x"}, {}, "no weights of vgg16"),
        ):
            execution.execute([RUN], records, weights, state, budget, 1)
            self.assertEqual(state.runs["one"]["why"], why)


class PlanTest(absltest.TestCase):
    def test_flags_are_those_of_training(self):
        known = set()
        for group in dataclasses.fields(config_lib.TrainConfig):
            known |= {x.name for x in dataclasses.fields(group.type)}
        names = []
        for run in plan.make():
            names.append(run.name)
            for flag in run.command("records", "weights", 3)[1:]:
                self.assertIn(flag[2:].partition("=")[0], known)
        self.assertLen(set(names), len(names))
        self.assertLen([x for x in names if x.startswith("paper_")], 15)

    def test_the_paper_needs_no_encoder_for_poses_alone(self):
        (run,) = (
            x for x in plan.make() if x.name == "paper_pose_to_part_fold0"
        )
        flags = run.command("records", "vgg.h5", 3)
        self.assertIn("--encoder_weights=none", flags)

    def test_a_dry_run_is_small_and_has_each_kind(self):
        dry = plan.dry(plan.make())
        self.assertEqual({x.image_size for x in dry}, {64})
        self.assertEqual(
            {x.encoder for x in dry},
            {"efficientnet_lite0", "efficientnet_lite2", "vgg16"},
        )


class FilesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.output = pathlib.Path(self.create_tempdir().full_path)

    def test_shortened_records_are_records(self):
        whole = self.output / "whole"
        tiny.write_records(str(whole), {"train": 5, "val": 3})
        short = shortened.write(str(whole), self.output / "short", 2)
        found = manifest.load(short)
        self.assertEqual(found.num_records, {"train": 2, "val": 2})
        for split in "train", "val":
            arrays, few = (
                example_arrays.load(example_set.Examples(x, (split,)), 40)
                for x in (manifest.load(str(whole)), found)
            )
            self.assertLen(few, 2)
            self.assertTrue((few.images == arrays.images[:2]).all())

    def test_pieces_are_a_tar_file_without_optimizers(self):
        state = state_lib.State(self.output)
        model = keras.Sequential([keras.Input([300]), keras.layers.Dense(900)])
        model.compile("adam", "mse")
        model.optimizer.build(model.trainable_variables)
        for name, status in ("a", "done"), ("b", "waits"), ("c", "done"):
            state.note(name, status=status)
            state.directory(name).mkdir(parents=True)
            model.save(state.directory(name) / "model.keras")
        large = (state.directory("a") / "model.keras").stat().st_size
        back = self.output / "back"
        # One megabyte each: the second has no place in the first call.
        for wanted in ["a"], ["c"], []:
            results.pack(state, back, 1, 3)
            pieces = sorted(back.iterdir())
            self.assertLessEqual(max(x.stat().st_size for x in pieces), 2**20)
            joined = io.BytesIO(b"".join(x.read_bytes() for x in pieces))
            with tarfile.open(fileobj=joined) as tar:
                members = tar.getmembers()
            self.assertEqual(
                [x.name for x in members], [f"{x}.keras" for x in wanted]
            )
            for member in members:
                self.assertLess(member.size, large / 2)
            for piece in pieces:
                piece.unlink()

    def test_results_hold_what_is_known(self):
        state = state_lib.State(self.output)
        state.note("a", status="done")
        run = workdir_lib.Workdir(state.directory("a"))
        run.save_history([{"epoch": 1.0, "seconds": 2.0}])
        (run.path / "metrics.json").write_text('{"mean_iou": 0.5}')
        state.add_seconds(90)
        results.write(state, self.output, device="toy")
        found = json.loads((self.output / "results.json").read_text())
        self.assertEqual(found["device"], "toy")
        self.assertEqual(found["used_minutes"], 1.5)
        self.assertEqual(found["runs"]["a"]["metrics"], {"mean_iou": 0.5})
        self.assertEqual(found["runs"]["a"]["history"][0]["seconds"], 2.0)


if __name__ == "__main__":
    absltest.main()
