import os
import pathlib
import subprocess
from unittest import mock

from absl.testing import absltest

from kp2part.experiments import execution
from kp2part.experiments import protocols

NAMES = "TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"


class ExecutionTest(absltest.TestCase):
    def test_each_run_gets_its_share_of_the_cores(self):
        cores = set(range(7))
        for num_workers, threads in (1, "7"), (3, "2"), (9, "1"):
            with (
                mock.patch.object(os, "sched_getaffinity", return_value=cores),
                mock.patch.dict(os.environ, {"HOME": "here"}, clear=True),
            ):
                found = execution.environment(num_workers)
            self.assertEqual([found[name] for name in NAMES], [threads] * 2)
            self.assertEqual(found["HOME"], "here")

    def test_what_the_user_has_set_stays(self):
        with mock.patch.dict(os.environ, dict.fromkeys(NAMES, "5")):
            found = execution.environment(1000)
        self.assertEqual([found[name] for name in NAMES], ["5", "5"])

    def test_runs_what_is_not_finished_in_that_environment(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        runs = protocols.split(["one", "two", "three"], [0])
        done = base / runs[0].name
        done.mkdir(parents=True)
        (done / "metrics.json").write_text("{}")

        def finish(command, env, **_):
            self.assertEqual(env, {"HOME": "here", "CORES": "of 2"})
            return subprocess.CompletedProcess(
                command, int("--network=three" in command)
            )

        with (
            mock.patch.object(
                execution,
                "environment",
                lambda n: {"HOME": "here", "CORES": f"of {n}"},
            ),
            mock.patch.object(subprocess, "run", side_effect=finish) as run,
        ):
            failed = execution.execute(runs, "--epochs=1\n", base, 2)
        self.assertEqual(failed, [runs[2]])
        self.assertEqual((base / "common.flags").read_text(), "--epochs=1\n")
        commands = [call.args[0] for call in run.call_args_list]
        self.assertCountEqual(
            [command[-1] for command in commands],
            [f"--workdir={base}/all/{n}/seed0" for n in ("two", "three")],
        )


if __name__ == "__main__":
    absltest.main()
