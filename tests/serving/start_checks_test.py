import pathlib
import socket

from absl.testing import absltest

from kp2part.serving import start_checks


class StartChecksTest(absltest.TestCase):
    def test_port(self):
        self.assertEqual(start_checks.http_port(None, {}), 8501)
        self.assertEqual(start_checks.http_port(None, {"PORT": "9000"}), 9000)
        self.assertEqual(start_checks.http_port(0, {"PORT": "9000"}), 0)
        for text in "http", "65536", "-1":
            with self.assertRaisesRegex(ValueError, "PORT must be in 0..65535"):
                start_checks.http_port(None, {"PORT": text})

    def test_what_takes_no_seconds_is_checked_first(self):
        base = pathlib.Path(self.create_tempdir().full_path) / "small"
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with self.assertRaisesRegex(OSError, f"cannot listen.*{port}"):
                start_checks.check_free("127.0.0.1", port)
        start_checks.check_free("127.0.0.1", port)
        start_checks.check_base_path(base)  # It may appear later.
        (base / "1").mkdir(parents=True)
        start_checks.check_base_path(base)
        file = base / "1" / "saved_model.pb"
        file.touch()
        for path, reason in (
            (file.parent, f"is a single version.*perhaps {base}"),
            (file, "must be a directory"),
            (base / "a" / "b", f"there is no directory {base}/a"),
        ):
            with self.assertRaisesRegex(ValueError, reason):
                start_checks.check_base_path(path)

    def test_entries_that_are_no_versions(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        (base / ".partial-1").mkdir()
        start_checks.check_base_path(base)  # A version is being written.
        (base / "notes\n.txt").touch()
        (base / "7").touch()
        with self.assertRaisesRegex(
            ValueError,
            r"versions. Received one with: '7, notes\\n.txt",
        ):
            start_checks.check_base_path(base)
        (base / "mine" / "1").mkdir(parents=True)
        with self.assertRaisesRegex(ValueError, f", perhaps {base}/mine. Rece"):
            start_checks.check_base_path(base)
        start_checks.check_base_path(base / "mine")


if __name__ == "__main__":
    absltest.main()
