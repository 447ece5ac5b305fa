"""The program, as a user starts it."""

import json
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from absl.testing import absltest

from kp2part import serve
from tests import programs
from tests import serving_models


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServeTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path) / "small"

    def start(self, *flags, base_path=True):
        if base_path:
            flags = f"--model_base_path={self.base}", *flags
        self.port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "kp2part.serve", "--grpc_port=0",
             f"--port={self.port}", *flags],
            cwd=programs.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for_line(self, process, text):
        for line in process.stderr:
            if text in line:
                return line
        self.fail(f"It ended without {text!r}.")

    def get(self, path):
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=60) as response:
            return response.read()

    def test_waits_for_a_model_serves_it_and_stops(self):
        process = self.start()
        self.wait_for_line(process, f"Waiting for a version in {self.base}")
        self.assertIn(b"ok", self.get("/healthz"))
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.get("/readyz")
        self.assertEqual(caught.exception.code, 503)
        self.assertIn(b"small: no version is there", caught.exception.read())
        self.base.mkdir()
        serving_models.write(self.base / "3")
        self.wait_for_line(process, "Loading version 3 of small.")
        line = self.wait_for_line(process, "Serving version 3 of small after")
        self.assertRegex(line, r"after \d+\.\d s\.")
        line = self.wait_for_line(process, "serves: open")
        self.assertIn(f"small serves: open http://127.0.0.1:{self.port}/", line)
        (status,) = json.loads(self.get("/v1/models/small"))[
            "model_version_status"
        ]
        self.assertEqual(status["version"], "3")
        self.assertIn(b"ok", self.get("/readyz"))
        self.assertIn(b"<html", self.get("/").lower())
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 0)
        self.assertLess(time.monotonic() - began, 10)

    def test_taken_port_and_broken_model_are_errors(self):
        (self.base / "1").mkdir(parents=True)
        process = self.start("--nopage")
        self.wait_for_line(
            process,
            f"error: {self.base}: {self.base}/1: does not appear to contain a "
            "SavedModel",
        )
        self.assertEqual(process.wait(30), 1)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            status, _, text = programs.run(
                "kp2part.serve", f"--port={port}", "--grpc_port=0",
                f"--model_base_path={self.base}",
            )  # fmt: skip
        self.assertEqual(status, 1)
        self.assertIn(
            f"error: HTTP cannot listen at 127.0.0.1, port {port}", text
        )
        self.assertNotIn("Traceback", text)

    def test_label_studio(self):
        self.base.mkdir()
        serving_models.write(self.base / "3")
        for flags, reason in (
            (["--label_studio_url=http://h"], "need --label_studio."),
            (["--label_studio", "--label_studio_files=no"], "be a directory"),
            (["--label_studio", "--label_studio_url=h"], "must be http://HOST"),
        ):
            status, _, text = programs.run("kp2part.serve", *flags)
            self.assertEqual(status, 1)
            self.assertIn(reason, text)
        process = self.start("--label_studio")
        self.wait_for_line(process, "serves: open")
        self.assertEqual(json.loads(self.get("/health"))["status"], "UP")
        self.assertIn(b"<html", self.get("/").lower())
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.get("/setup")
        self.assertEqual(caught.exception.code, 405)

    def test_several_models(self):
        file = self.base.with_name("models.config")
        configs = [
            f'config {{ name: "{name}" base_path: "{self.base / name}" '
            'model_platform: "tensorflow" }'
            for name in "ab"
        ]
        file.write_text(f"model_config_list {{ {' '.join(configs)} }}")
        flag = f"--model_config_file={file}"
        for flags, reason in (
            ([flag], f"error: {self.base}/a: there is no directory"),
            ([flag, "--model_name=a"], "error: `model_config_file` has names"),
            ([flag, "--model_base_path=a"], "give it without --model_name"),
            (["--model_config_file=no"], "error: no: no such file."),
        ):
            status, _, text = programs.run("kp2part.serve", *flags)
            self.assertEqual(status, 1)
            self.assertIn(reason, text)
            self.assertNotIn("Traceback", text)
        for name in "ab":
            (self.base / name).mkdir(parents=True)
            serving_models.write(self.base / name / "1")
        process = self.start(flag, "--access_log", base_path=False)
        self.wait_for_line(process, "a, b serves: open")
        for name in "ab":
            self.assertIn(b"AVAILABLE", self.get(f"/v1/models/{name}"))
            line = json.loads(process.stdout.readline())
            self.assertEqual((line["status"], line["model"]), (200, name))

    def test_no_training_code_is_loaded(self):
        code = (
            "import sys; from kp2part.serving import local_run; "
            "print(*{'.'.join(m.split('.')[:2]) for m in sys.modules"
            " if m.startswith('kp2part.')})"
        )
        loaded = subprocess.run(
            [sys.executable, "-c", code],
            cwd=programs.ROOT, capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        # Keras comes with TensorFlow, and with Keras our classes that it knows.
        rooms = {name.split(".")[1] for name in loaded}
        self.assertNoCommonElements(
            rooms,
            {"data", "evaluation", "exporting", "pose_priors", "training"},
        )

    def test_model_names_must_fit_into_a_url(self):
        self.assertEqual(serve.model_name(None, self.base), "small")
        for name in "", "a/b", "a:b", "a b", "a%":
            with self.assertRaisesRegex(ValueError, "`model_name` must not be"):
                serve.model_name(name, self.base)


if __name__ == "__main__":
    absltest.main()
