import errno
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

from absl.testing import absltest

from kp2part.exporting import publishing
from kp2part.system import published

FILES = {"a": 300_000, "variables/b": 300_000, "c": 10}
# Publishes until it is killed, and says when it has begun.
CHILD = """
import sys
from tests.exporting import publishing_test
print("ready", flush=True)
while True:
    publishing_test.publishing.publish(sys.argv[1], publishing_test.fill)
"""

# Publishes, and never comes to the end of it.
SLOW_CHILD = """
import sys
import time
from tests.exporting import publishing_test

def fill_and_wait(path):
    publishing_test.fill(path)
    print("writing", flush=True)
    time.sleep(600)

publishing_test.publishing.publish(sys.argv[1], fill_and_wait)
"""


def fill(path):
    for name, size in FILES.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        with (path / name).open("wb") as file:
            for _ in range(10):
                file.write(bytes(size // 10))
                file.flush()


class PublishingTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path) / "new" / "m"

    def check_all_whole(self):
        versions = [p for p in self.base.iterdir() if p.name.isdecimal()]
        for path in versions:
            found = {
                str(p.relative_to(path)): p.stat().st_size
                for p in path.rglob("*")
                if p.is_file()
            }
            self.assertEqual(found, FILES, path)
        return len(versions)

    def test_versions_count_up(self):
        for expected in "1", "2":
            path = publishing.publish(self.base, fill)
            self.assertEqual(path, self.base / expected)
        self.assertEqual(publishing.publish(self.base, fill, 7).name, "7")
        self.assertEqual(publishing.next_version(self.base), 8)
        self.assertEqual(published.newest(self.base).name, "7")
        self.assertEqual(self.check_all_whole(), 3)
        self.assertLen(list(self.base.iterdir()), 3)

    def test_a_version_is_never_overwritten(self):
        (self.base / "0007").mkdir(parents=True)
        calls = []
        with self.assertRaisesRegex(ValueError, "m/7: exists. Versions are"):
            publishing.publish(self.base, calls.append, 7)
        self.assertEmpty(calls)

    def test_two_that_want_one_number(self):
        def overtaken(path):
            publishing.publish(self.base, fill, 3)
            fill(path)

        with self.assertRaisesRegex(ValueError, "m/3: exists"):
            publishing.publish(self.base, overtaken, 3)
        self.assertEqual([p.name for p in self.base.iterdir()], ["3"])
        self.check_all_whole()

    def test_failure_leaves_nothing(self):
        # As TensorFlow says it, in several lines.
        full = RuntimeError(f"x;\n{os.strerror(errno.ENOSPC)}\n [Op:Save]")
        for error, message in (
            (KeyError("x"), "'x'"),
            (full, f"{self.base}: cannot be written: No space left on device"),
        ):

            def fail(path, error=error):
                fill(path)
                raise error

            with self.assertRaises(Exception) as caught:
                publishing.publish(self.base, fail)
            self.assertEqual(str(caught.exception), message)
            self.assertEmpty(list(self.base.iterdir()))

    def test_all_is_synced_before_the_rename(self):
        done = []
        fsync, rename = os.fsync, os.rename

        def record_sync(descriptor):
            done.append(os.readlink(f"/proc/self/fd/{descriptor}"))
            fsync(descriptor)

        def record_rename(source, target):
            done.append("rename")
            rename(source, target)

        with (
            absltest.mock.patch.object(os, "fsync", record_sync),
            absltest.mock.patch.object(os, "rename", record_rename),
        ):
            publishing.publish(self.base, fill)
        before = done[: done.index("rename")]
        written = {p.split("/version", 1)[1] for p in before if "/version" in p}
        self.assertEqual(
            written, {"", "/a", "/c", "/variables", "/variables/b"}
        )
        # The new directories are entries of these.
        self.assertIn(str(self.base.parent), before)
        self.assertIn(str(self.base.parent.parent), before)
        self.assertEqual(done[done.index("rename") + 1 :], [str(self.base)])

    def test_many_at_once(self):
        found = []
        next_version = publishing.next_version

        def slow(base):
            number = next_version(base)
            time.sleep(0.05)  # Another could take it meanwhile.
            return number

        self.enter_context(
            absltest.mock.patch.object(publishing, "next_version", slow)
        )
        threads = [
            threading.Thread(
                target=lambda: found.append(publishing.publish(self.base, fill))
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertCountEqual([int(p.name) for p in found], range(1, 9))
        self.assertEqual(self.check_all_whole(), 8)

    def test_kill_at_any_moment(self):
        rng = random.Random(0)
        for _ in range(6):
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD, str(self.base)],
                stdout=subprocess.PIPE,
            )
            self.assertEqual(child.stdout.readline(), b"ready\n")
            time.sleep(rng.uniform(0.05, 0.3))
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdout.close()
            self.check_all_whole()

        # The next one sweeps up, but not what another is writing.
        def among_others(path):
            publishing.publish(self.base, fill)
            fill(path)

        publishing.publish(self.base, among_others)
        self.assertGreater(self.check_all_whole(), 2)
        self.assertEmpty(list(self.base.glob(".partial-*")))

    def test_a_live_writer_of_another_process_is_left_alone(self):
        child = self.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", SLOW_CHILD, str(self.base)],
                stdout=subprocess.PIPE,
            )
        )
        self.addCleanup(child.kill)
        self.assertEqual(child.stdout.readline(), b"writing\n")
        publishing.publish(self.base, fill)
        self.assertLen(list(self.base.glob(".partial-*/version/a")), 1)
        child.kill()
        child.wait()
        publishing.publish(self.base, fill)
        self.assertEqual(
            sorted(p.name for p in self.base.iterdir()), ["1", "2"]
        )

    def test_what_is_left_is_removed(self):
        # Killed before the directory, while removing, by an earlier version.
        self.base.mkdir(parents=True)
        (self.base / ".partial-0a.lock").touch()
        (self.base / ".partial-1b" / "version").mkdir(parents=True)
        (self.base / ".partial-1b.lock").touch()
        (self.base / ".partial-2c" / "version").mkdir(parents=True)
        publishing.publish(self.base, fill)
        self.assertEqual([p.name for p in self.base.iterdir()], ["1"])

    def test_without_fcntl(self):
        # As on Windows.
        script = (
            "import sys; sys.modules['fcntl'] = None; "
            "import kp2part.exporting.publishing"
        )
        subprocess.run([sys.executable, "-c", script], check=True)

    def test_newest_of_nothing(self):
        with self.assertRaisesRegex(ValueError, "neither a SavedModel nor"):
            published.newest(self.base)


if __name__ == "__main__":
    absltest.main()
