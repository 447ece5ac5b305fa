import os
import pathlib
import sys
import time
from unittest import mock

from absl.testing import absltest

from kp2part.experiments import execution
from kp2part.experiments import protocols
from kp2part.system import processes
from tests import run_config

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

        commands = []

        def finish(_, command, environment, log):
            del log
            self.assertEqual(environment, {"HOME": "here", "CORES": "of 2"})
            commands.append(command)
            return int("--network=three" in command)

        with (
            mock.patch.object(
                execution,
                "environment",
                lambda n: {"HOME": "here", "CORES": f"of {n}"},
            ),
            mock.patch.object(processes.Children, "run", finish),
        ):
            config = run_config.make("records", epochs=1)
            failed = execution.execute(runs, config, base, 2)
            with self.assertRaisesRegex(
                ValueError, "common.flags: .*epochs=1, now epochs=2.*--output"
            ):
                other = run_config.make("records", epochs=2)
                execution.execute(runs, other, base, 2)
        self.assertEqual(failed, [runs[2]])
        self.assertIn("--epochs=1\n", (base / "common.flags").read_text())
        self.assertCountEqual(
            [command[-1] for command in commands],
            [f"--workdir={base}/all/{n}/seed0" for n in ("two", "three")],
        )

    def test_an_interruption_ends_all_and_begins_no_more(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        runs = protocols.split(["one", "two", "three"], [0])
        # Ignores SIGTERM, and so does the child that it starts.
        stubborn = (
            "import signal, subprocess, sys\n"
            "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "child = [sys.executable, '-c', 'input()']\n"
            "with subprocess.Popen(child, stdin=subprocess.PIPE) as p:\n"
            "    open(sys.argv[1] + '/pids', 'w').write(f'{p.pid}\\n')\n"
            "    p.wait()\n"
        )

        def command(run, common, workdir):
            del run, common
            return [sys.executable, "-c", stubborn, str(workdir)]

        def interrupt(jobs, **_):
            pids = base / runs[0].name / "pids"
            while not (pids.is_file() and pids.read_text().endswith("\n")):
                time.sleep(0.01)
            raise KeyboardInterrupt

        with (
            mock.patch.object(execution, "_command", command),
            mock.patch.object(execution.tqdm, "tqdm", interrupt),
            mock.patch.object(processes, "_GRACE_SECONDS", 0.1),
            self.assertRaises(KeyboardInterrupt),
        ):
            execution.execute(runs, run_config.make("records"), base, 1)
        pid = int((base / runs[0].name / "pids").read_text())
        self.assertTrue(_is_gone(pid))
        self.assertFalse((base / runs[1].name).exists())


def _is_gone(pid):
    for _ in range(1000):  # Until the system has taken it apart.
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except FileNotFoundError:
            return True
        if state.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


if __name__ == "__main__":
    absltest.main()
