"""Pipelines on this machine; see `make test-beam`."""

import dataclasses
import importlib.util
import pathlib
import unittest
from unittest import mock

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.beam import pieces

if importlib.util.find_spec("apache_beam") is None:
    raise unittest.SkipTest("apache-beam is not installed: make test-beam")

from kp2part.beam import runner as runner_lib

LOCAL = "DirectRunner"
TWO = "--direct_num_workers=2 --direct_running_mode="


@dataclasses.dataclass(frozen=True)
class Appending:
    """Appends a line for each piece to its file, and one for each start."""

    root: pathlib.Path

    def start(self):
        self.add("starts", "start")
        return self.do

    def do(self, piece):
        if piece == "bad":
            raise ValueError("herd/p003.jpg: is bad")
        if piece == "bug":
            raise TypeError("a bug")
        self.add(piece, "done")

    def add(self, name, line):
        with open(self.root / name, "a") as file:
            file.write(f"{line}\n")

    def lines(self, name):
        return (self.root / name).read_text().split()


class RunnerTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.directory = self.root / "unfinished"
        self.work = Appending(self.root)

    def run_all(self, names, options=""):
        for name in names:
            pieces.put(self.directory, name, name)
        runner = runner_lib.Runner(LOCAL, options)
        runner.run(self.directory, self.work, "piece")

    @parameterized.parameters(
        ("", 1),
        (f"{TWO}multi_threading", 1),
        (f"{TWO}multi_processing", 2),
    )
    def test_each_once_and_one_start_a_process(self, options, num_processes):
        names = [f"piece{i}" for i in range(12)]
        self.run_all(names, options)
        for name in names:
            self.assertEqual(self.work.lines(name), ["done"])
        self.assertBetween(len(self.work.lines("starts")), 1, num_processes)
        self.assertEmpty(pieces.names(self.directory))

    def test_a_bundle_done_again_changes_nothing(self):
        self.run_all(["a", "b"], "--direct_runner_bundle_repeat=2")
        for name in "a", "b":
            self.assertEqual(self.work.lines(name), ["done"])

    def test_an_error_is_one_line_and_the_rest_is_left(self):
        with self.assertRaisesRegex(ValueError, "^herd/p003.jpg: is bad$"):
            self.run_all(["a", "bad"])
        self.assertIn("bad", pieces.names(self.directory))

    def test_a_bug_is_a_bug(self):
        with self.assertRaisesRegex(TypeError, "a bug"):
            self.run_all(["bug"])

    def test_a_directory_that_workers_do_not_see(self):
        def nothing(*_):
            return ["a"] if left.pop() else []

        left = [True, True, False]
        with mock.patch.object(pieces, "names", nothing):
            with self.assertRaisesRegex(ValueError, "must see this directory"):
                runner_lib.Runner(LOCAL).run(self.directory, self.work, "piece")

    def test_a_job_server_that_is_not_there(self):
        options = "--job_endpoint=127.0.0.1:9 --job_server_timeout=1"
        runner = runner_lib.Runner("PortableRunner", options)
        pieces.put(self.directory, "a", "a")
        with self.assertRaisesRegex(ValueError, "job server did not respond"):
            runner.run(self.directory, self.work, "piece")
        self.assertEqual(pieces.names(self.directory), ["a"])

    @parameterized.parameters(
        ("DirectRuner", "", "'DirectRuner' .nearest: DirectRunner"),
        (LOCAL, "--direct_num_worker=2", "nearest: direct_num_workers"),
        (LOCAL, "--direct_running_mode=fast", "`beam_options`: .*'fast'"),
        (LOCAL, "--direct_num_workers='2", "No closing quotation"),
    )
    def test_unknown_is_refused(self, name, options, words):
        with self.assertRaisesRegex(ValueError, words):
            runner_lib.Runner(name, options)

    def test_paths_of_other_machines_are_absolute(self):
        paths = {"images": "/photos", "url": "http://h/m", "boxes": None}
        runner_lib.Runner(LOCAL).check_paths({**paths, "output": "labels"})
        other = runner_lib.Runner("FlinkRunner", "--parallelism=4")
        other.check_paths(paths)
        with self.assertRaisesRegex(ValueError, "`output` must be an absol"):
            other.check_paths({**paths, "output": "labels"})


if __name__ == "__main__":
    absltest.main()
