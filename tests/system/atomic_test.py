import errno
import os
import pathlib
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized
import h5py

from kp2part.system import atomic


class AtomicTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)
        self.file = self.root / "a.txt"
        atomic.write_text(self.file, "before")

    def failing(self, error):
        def save(path):
            pathlib.Path(path).write_text("half")
            raise error

        return save

    @parameterized.parameters(
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "copied.txt"),
        # As TensorFlow says it.
        RuntimeError("x; No space left on device"),
    )
    def test_a_full_disk_is_named_and_harms_nothing(self, error):
        with self.assertRaisesRegex(
            OSError, f"{self.file}: cannot be written: No space left on device"
        ):
            atomic.write(self.file, self.failing(error))
        self.assertEqual(os.listdir(self.root), ["a.txt"])
        self.assertEqual(self.file.read_text(), "before")

    def test_other_errors_stay_as_they_are(self):
        for error in KeyError("x"), FileNotFoundError(2, "No file", "b.txt"):
            with self.assertRaises(type(error)) as caught:
                atomic.write(self.file, self.failing(error))
            self.assertIs(caught.exception, error)
        self.assertEqual(os.listdir(self.root), ["a.txt"])

    def test_what_killed_writers_left_is_removed(self):
        ours = [f".partial-{'0a' * 16}-{name}" for name in ("a.txt", "b-1.x")]
        others = [f".partial-{'0a' * 16}-b.txt", ".partial-mine-a.txt", "b-1.x"]
        for name in ours + others:
            (self.root / name).write_text("")
        atomic.remove_partials(self.root, ["a.txt", "b-*.x"])
        self.assertCountEqual(os.listdir(self.root), [*others, "a.txt"])

    def test_hdf5_and_files_beside_can_be_written(self):
        def save(path):
            with h5py.File(path, "w") as file:
                file["x"] = 1
            atomic.write_text(self.file, "after")

        atomic.write(self.root / "a.h5", save)
        self.assertCountEqual(os.listdir(self.root), ["a.h5", "a.txt"])
        self.assertEqual(self.file.read_text(), "after")

    def test_the_next_writer_removes_what_a_killed_one_left(self):
        program = (
            "import os, sys\n"
            "from kp2part.system import atomic\n"
            "def save(path):\n"
            "    open(path, 'w').write('half')\n"
            "    print('ready', flush=True)\n"
            "    input()\n"
            "atomic.write(sys.argv[1], save)\n"
        )
        file = self.root / "a[1].txt"  # No pattern.
        with subprocess.Popen(
            [sys.executable, "-c", program, str(file)],
            cwd=pathlib.Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as writer:
            self.assertEqual(writer.stdout.readline(), b"ready\n")
            atomic.write_text(file, "while it is at work")
            (partial,) = self.root.glob(".partial-*")
            writer.kill()
        atomic.write_text(self.root / "1.txt", "of another name")
        self.assertTrue(partial.exists())
        atomic.write_text(file, "after it")
        self.assertCountEqual(
            os.listdir(self.root), ["a.txt", "1.txt", "a[1].txt"]
        )


if __name__ == "__main__":
    absltest.main()
