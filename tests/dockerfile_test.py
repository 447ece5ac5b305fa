"""deploy/Dockerfile, as far as it can be checked without a container engine."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import tomllib

from absl.testing import absltest

ROOT = pathlib.Path(__file__).parents[1]
TEXT = (ROOT / "deploy/Dockerfile").read_text().replace("\\\n", "")


def lists(instruction):
    """Returns the words of each instruction of a kind."""
    found = re.findall(rf"^(?:{instruction}) .*?(\[.*\])$", TEXT, re.M)
    return [json.loads(words) for words in found]


class DockerfileTest(absltest.TestCase):
    def test_what_is_copied_is_there_and_not_ignored(self):
        ignored = (ROOT / "deploy/Dockerfile.dockerignore").read_text()
        taken = re.findall("^!(.*)$", ignored, re.M)
        copied = re.findall(r"^COPY (.*) \S+$", TEXT, re.M)
        sources = " ".join(copied).split()
        self.assertCountEqual(sources, taken)
        for source in sources:
            self.assertTrue((ROOT / source).exists(), source)

    def test_what_the_package_is_built_from_is_copied(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        for line in re.findall(r"^COPY (.*) \S+$", TEXT, re.M):
            for source in line.split():
                self.copy(ROOT / source, folder / source)
        done = subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index"]
            + ["--no-build-isolation", "--quiet", "--wheel-dir", "out", "."],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def copy(self, source, target):
        if source.is_file():
            shutil.copy(source, target)
        else:
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, ignore=ignore)

    def test_extras_exist(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        extras = project["project"]["optional-dependencies"]
        for name in re.findall(r'"\.\[(\w+)\]"', TEXT):
            self.assertIn(name, extras)

    def test_it_serves_and_its_health_check_tells(self):
        (command,) = lists("CMD")
        (check,) = lists("HEALTHCHECK")
        environment = {**os.environ, "PORT": "18517"}
        # 127.0.0.1: not everyone may look at a test.
        command = [x.replace("0.0.0.0", "127.0.0.1") for x in command]
        server = subprocess.Popen(
            [sys.executable, *command[1:], "--grpc_port=0"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        healthy = [sys.executable, *check[1:]]
        deadline = time.monotonic() + 120
        while True:
            done = subprocess.run(healthy, env=environment, capture_output=True)
            if done.returncode == 0:
                break
            self.assertIsNone(server.poll())
            self.assertLess(time.monotonic(), deadline, done.stderr)
            time.sleep(0.5)

    def test_it_is_not_root(self):
        self.assertRegex(TEXT, r"(?m)^USER 1000$")
        self.assertGreater(TEXT.index("\nUSER"), TEXT.index("useradd"))


if __name__ == "__main__":
    absltest.main()
