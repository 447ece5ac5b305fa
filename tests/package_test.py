"""The package where it is installed: away from the checkout."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
import zipfile

from absl.testing import absltest
import cv2

import kp2part

ROOT = pathlib.Path(__file__).parents[1]
MODEL = "kp2part/saved_models/quadruped_lite"
SAMPLE = ROOT / "docs" / "sample"
# Neither the network nor a package index is asked.
OFFLINE = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")


def tracked(*folders):
    """Returns the files of the checkout's folders under version control."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split("\0")) - {""}


def pip(*arguments):
    """Runs pip; an error is what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr + done.stdout)


class PackageTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        temporary = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.base = pathlib.Path(temporary)
        # As a user may have left it there.
        mine = cls.enterClassContext(
            tempfile.TemporaryDirectory(dir=ROOT / "saved_models")
        )
        cls.mine = pathlib.Path(mine)
        (cls.mine / "saved_model.pb").write_bytes(b"")
        pip(
            *("wheel", *OFFLINE, "--no-build-isolation"),
            *("--wheel-dir", str(cls.base), str(ROOT)),
        )
        (cls.wheel,) = cls.base.glob("*.whl")
        cls.target = cls.base / "target"
        pip("install", *OFFLINE, "--target", str(cls.target), str(cls.wheel))
        cls.elsewhere = cls.base / "elsewhere"
        cls.elsewhere.mkdir()

    def start(self, *command, **settings):
        """Starts a command in a folder and with a path without the checkout."""
        return subprocess.Popen(
            command,
            cwd=self.elsewhere,
            env={**os.environ, "PYTHONPATH": str(self.target)},
            stdout=subprocess.PIPE,
            text=True,
            **settings,
        )

    def run_there(self, *command):
        """Returns what a command prints, which must go well."""
        with self.start(*command, stderr=subprocess.PIPE) as process:
            output, error = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, error)
        return output

    def files(self):
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    def test_wheel_has_the_packages_and_the_model_alone(self):
        files = self.files()
        metadata = {x for x in files if ".dist-info/" in x}
        models = {
            f"kp2part/{x}" for x in tracked("saved_models/quadruped_lite")
        }
        code = tracked("kp2part", "tfrecords_tools")
        # Files that are not committed yet are in the wheel, too.
        self.assertEmpty((code | models) - files)
        for name in files - metadata - models:
            self.assertRegex(name, "^(kp2part|tfrecords_tools)/")
            self.assertNotRegex(
                name, r"^kp2part/saved_models/|/tests/|\.flags$"
            )
        self.assertIn("kp2part/py.typed", files)
        self.assertNotIn(self.mine.name, " ".join(files))

    def test_versions_agree(self):
        self.assertStartsWith(
            self.wheel.name, f"kp2part-{kp2part.__version__}-"
        )
        found = re.search(
            'version = "(.*?)"', (ROOT / "MODULE.bazel").read_text()
        )
        self.assertEqual(found[1], kp2part.__version__)

    def test_dependencies_are_pinned_for_ci(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())[
            "project"
        ]
        wanted = [*project["dependencies"]]
        for group in project["optional-dependencies"].values():
            wanted += group
        names = {re.match(r"[\w-]+", x)[0].replace("_", "-") for x in wanted}
        pinned = {
            line.partition("==")[0].lower().replace("_", "-")
            for path in ROOT.glob("requirements*.txt")
            for line in path.read_text().splitlines()
        }
        self.assertEmpty(names - pinned)

    def test_it_finds_its_files(self):
        script = (
            "import kp2part, pathlib; "
            "from kp2part.conformance import __main__ as conformance; "
            "print(kp2part.__file__); "
            "print(len(kp2part.load_category('horse').keypoints)); "
            "print(kp2part.load_preset('quadruped_lite').count_params()); "
            "print(pathlib.Path(conformance.VECTORS).is_file())"
        )
        output = self.run_there(sys.executable, "-c", script)
        self.assertEqual(
            output.split(),
            [f"{self.target}/kp2part/__init__.py", "20", "4415850", "True"],
        )

    def test_the_command_lists_the_programs(self):
        output = self.run_there(str(self.target / "bin" / "kp2part"), "--help")
        self.assertIn("  predict ", output)
        self.assertIn("  draw ", output)

    def test_predict(self):
        for name, program in (
            ("command", [str(self.target / "bin" / "kp2part"), "predict"]),
            ("module", [sys.executable, "-m", "kp2part.predict"]),
        ):
            self.run_there(
                *program,
                f"--image={SAMPLE}.jpg",
                f"--keypoints={SAMPLE}.json",
                f"--output={name}",
            )
            mask = cv2.imread(
                str(self.elsewhere / name / "mask.png"), cv2.IMREAD_UNCHANGED
            )
            photo = cv2.imread(f"{SAMPLE}.jpg")
            self.assertEqual(mask.shape, photo.shape[:2])
            self.assertGreater(len(set(mask.ravel().tolist())), 2)

    def test_serve(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [str(self.target / "bin" / "kp2part"), "serve"]
        flags = [f"--port={port}", "--grpc_port=0"]
        with self.start(*command, *flags, stderr=subprocess.PIPE) as process:
            self.addCleanup(process.kill)
            lines = iter(process.stderr.readline, "")
            self.assertTrue(any("serves: open" in line for line in lines))
            url = f"http://127.0.0.1:{port}"
            for path, text in (
                ("/", b"<html"),
                ("/state/editor.mjs", b"export"),
                ("/v1/models/quadruped_lite", b'"AVAILABLE"'),
            ):
                with urllib.request.urlopen(url + path, timeout=60) as response:
                    self.assertIn(text, response.read())
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def test_model_describes_itself(self):
        path = self.target / MODEL / "1" / "assets.extra" / "kp2part.json"
        fields = json.loads(path.read_text())
        self.assertEqual(fields["task"]["category"]["name"], "quadruped")


if __name__ == "__main__":
    absltest.main()
