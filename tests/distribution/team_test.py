import os
import pathlib
import subprocess
import sys

from absl.testing import absltest

from kp2part.data.in_memory import share
from kp2part.distribution import cluster
from kp2part.distribution import flags
from kp2part.distribution import team

SHARED = team.Team(
    4, share.Share(1, 2, 4), takes_streams=False, is_traced_whole=False
)


class TeamTest(absltest.TestCase):
    def test_one_device_takes_all(self):
        team.ALONE.check(5, "stream", True, 3)
        self.assertTrue(team.ALONE.is_first)
        self.assertFalse(SHARED.is_first)

    def test_several_do_not(self):
        SHARED.check(8, "memory", False, 1)
        for values, message in (
            ((6, "memory", False, 1), "multiple of .*devices, 4.*batch_size=6"),
            ((8, "stream", False, 1), "`input` must be memory.*input=stream"),
            ((8, "memory", True, 1), "`jit_compile` must be false"),
            ((8, "memory", False, 2), "`accumulate` must be 1.*accumulate=2"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                SHARED.check(*values)

    def test_processes_need_jax(self):
        chosen = cluster.Distribution("processes", "127.0.0.1:1", 2, 0)
        with self.assertRaisesRegex(ValueError, "KERAS_BACKEND=jax only"):
            with flags.team(chosen, pathlib.Path("run")):
                pass

    def test_nothing_is_done_if_a_flag_is_wrong(self):
        folder = self.create_tempdir().full_path
        done = subprocess.run(
            [
                *(sys.executable, "-m", "kp2part.train"),
                *("--tfrecords=none", f"--workdir={folder}/run"),
                "--num_processes=2",
            ],
            env={**os.environ, "KERAS_BACKEND": "jax"},
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("only with distribute=processes", done.stderr)
        self.assertEmpty(os.listdir(folder))


if __name__ == "__main__":
    absltest.main()
