"""An export on the local server: clients, examples and nginx in front."""

import http.client
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np

from kp2part import client
from kp2part.exporting import saved_model
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import task
from tests import local_server
from tests import photo_files
from tests import programs
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
KEYPOINTS = np.array([[20, 18, 2], [0, 0, 0], [60, 40, 1]], np.float32)
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
NAMES = ("in process", "REST", "gRPC")


def photo(seed=0, height=70, width=90):
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3))
    return cv2.imencode(".png", pixels.astype(np.uint8))[1].tobytes()


class ServedModelTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        temporary = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.folder = pathlib.Path(temporary)
        model = networks.build("kp2part", task.Task(tiny.CATEGORY, 32), SMALL)
        head, rng = model.get_layer("parts"), np.random.default_rng(0)
        kernel, bias = head.weights
        head.set_weights([rng.normal(size=kernel.shape), np.zeros(bias.shape)])
        base = cls.folder / "toy"
        saved_model.export(model, str(base))
        # It serves, so it has replayed the warm-up file.
        server = cls.enterClassContext(local_server.serve(base, "toy"))
        cls.port = server.http_port
        cls.url = f"http://127.0.0.1:{server.http_port}/v1/models/toy"
        addresses = (
            str(base),
            cls.url,
            f"grpc://127.0.0.1:{server.grpc_port}/toy",
        )
        cls.clients = {
            name: cls.enterClassContext(client.connect(address))
            for name, address in zip(NAMES, addresses, strict=True)
        }
        cls.photo = cls.folder / "photo.png"
        cls.photo.write_bytes(photo())
        cls.keypoints = cls.folder / "keypoints.json"
        cls.keypoints.write_text(json.dumps(KEYPOINTS.tolist()))

    def test_three_ways_one_prediction(self):
        images = [photo(i, 60 + i, 90) for i in range(3)]
        boxes = np.array([[10, 5, 70 + i, 55] for i in range(3)], np.float32)
        for given in None, boxes:
            found = [
                ask(images, np.stack([KEYPOINTS] * 3), given)
                for ask in self.clients.values()
            ]
            for predictions in found[1:]:
                for prediction, wanted in zip(
                    predictions, found[0], strict=True
                ):
                    for field in "mask", "box", "area", "confidence":
                        np.testing.assert_allclose(
                            getattr(prediction, field),
                            getattr(wanted, field),
                            rtol=1e-6,
                        )
            self.assertEqual(found[0][2].mask.shape, (62, 90))
            self.assertGreater(len(np.unique(found[0][0].mask)), 1)

    def test_three_ways_upright(self):
        file = photo_files.tagged(photo(), photo_files.exif(6))
        for ask in self.clients.values():
            (prediction,) = ask([file], KEYPOINTS[np.newaxis])
            self.assertEqual(prediction.mask.shape, (90, 70))

    def test_backends_return_the_outputs_asked_for(self):
        for name, ask in self.clients.items():
            found = ask.backend.run(
                "metadata",
                {"key": np.array([b"task"], object)},
                ["json_bytes"],
            )
            self.assertEqual([*found], ["json_bytes"], name)
        inputs = {
            "image_bytes": np.array([photo()], object),
            "keypoints": KEYPOINTS[np.newaxis],
        }
        for name, ask in self.clients.items():
            found = ask.backend.run("serving_default", inputs, ["area", "box"])
            self.assertEqual([*found], ["area", "box"], name)

    @parameterized.named_parameters(
        ("k", [photo()], KEYPOINTS[np.newaxis, :2], r"shape \[N, 3, 3\]"),
        ("pairs", [photo()], KEYPOINTS[np.newaxis, :, :2], r"\[N, 3, 3\]"),
        ("nan", [photo()], np.full([1, 3, 3], np.nan), "finite numbers.*nan"),
        ("v", [photo()], np.full([1, 3, 3], 7.0), "must be 0, 1 or 2"),
        ("gif", [b"GIF89a"], KEYPOINTS[np.newaxis], "JPEG or PNG.* GIF file"),
        ("cut", [photo()[:900]], KEYPOINTS[np.newaxis], "PNG .*after 900"),
        (
            "one_of_three",
            [photo(), b"x", photo()],
            np.stack([KEYPOINTS] * 3),
            "object 1: .*JPEG or PNG",
        ),
    )
    def test_three_ways_one_refusal(self, images, keypoints, message):
        told = []
        for ask in self.clients.values():
            with self.assertRaisesRegex(ValueError, message) as caught:
                ask(images, keypoints)
            told.append(str(caught.exception))
        self.assertLen(set(told), 1)

    def test_task(self):
        for ask in self.clients.values():
            self.assertEqual(ask.task, task.Task(tiny.CATEGORY, 32))

    @parameterized.parameters("REST", "gRPC")
    def test_unknown_model(self, name):
        address = {
            "REST": f"{self.url}x",
            "gRPC": f"grpc://{self.clients['gRPC'].backend.target}/toyx",
        }[name]
        with client.connect(address) as ask:
            with self.assertRaisesRegex(ValueError, "Latest.toyx"):
                ask([photo()], KEYPOINTS[np.newaxis])

    def expected(self):
        (prediction,) = self.clients["in process"](
            [photo()], KEYPOINTS[np.newaxis]
        )
        return prediction.mask

    def test_predict_with_url(self):
        status, *texts = programs.run(
            "kp2part.predict",
            f"--url={self.url}",
            f"--image={self.photo}",
            f"--keypoints={self.keypoints}",
            f"--output={self.folder}/prediction",
        )
        self.assertEqual(status, 0, texts)
        mask = cv2.imread(f"{self.folder}/prediction/mask.png", -1)
        np.testing.assert_array_equal(mask, self.expected())

    @parameterized.named_parameters(
        ("curl", ["examples/predict.sh"], "curl"),
        ("node", ["node", "examples/predict.mjs"], "node"),
    )
    def test_examples(self, command, needs):
        if not shutil.which(needs):
            self.skipTest(f"{needs} is not installed.")
        mask = self.folder / f"{needs}.png"
        files = [str(self.photo), str(self.keypoints), str(mask)]
        done = subprocess.run(
            [*command, self.url, *files],
            cwd=programs.ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        np.testing.assert_array_equal(
            cv2.imread(str(mask), cv2.IMREAD_UNCHANGED), self.expected()
        )
        # A refusal is reported, and no mask is written.
        mask.unlink()
        done = subprocess.run(
            [*command, self.url, str(self.keypoints), *files[1:]],
            cwd=programs.ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("must be a JPEG or PNG file", done.stderr)
        self.assertFalse(mask.exists())


@unittest.skipUnless(NGINX, "nginx is not installed.")
class NginxTest(absltest.TestCase):
    """deploy/nginx.conf as it is, except for two ports and a folder."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        temporary = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.folder = pathlib.Path(temporary)
        cls.folder.chmod(0o755)  # Started by root, nginx runs as another user.
        base = cls.folder / "toy"
        model = networks.build(
            "pose_to_part", task.Task(tiny.CATEGORY, 32), SMALL
        )
        saved_model.export(model, str(base))
        server = cls.enterClassContext(local_server.serve(base, "toy"))
        cls.port = _free_port()
        text = (programs.ROOT / "deploy" / "nginx.conf").read_text()
        for theirs, ours in {
            "server 127.0.0.1:8501;": f"server 127.0.0.1:{server.http_port};",
            "listen 8080;": f"listen 127.0.0.1:{cls.port};",
            "/tmp/": f"{cls.folder}/",
        }.items():
            if theirs not in text:
                raise ValueError(f"nginx.conf: has no {theirs!r}.")
            text = text.replace(theirs, ours)
        (cls.folder / "nginx.conf").write_text(text)
        command = [NGINX, "-p", str(cls.folder), "-c", "nginx.conf"]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        process = subprocess.Popen(
            [*command, "-g", "daemon off;"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.terminate)
        _wait_for(cls.port)

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60
        )
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def test_good_requests_pass(self):
        url = f"http://127.0.0.1:{self.port}/v1/models/toy"
        with client.connect(url) as ask:
            (prediction,) = ask([photo()], KEYPOINTS[np.newaxis])
        self.assertEqual(prediction.mask.shape, (70, 90))
        status, fields = self.ask("GET", "/v1/models/toy")
        self.assertEqual(status, 200)
        self.assertEqual(fields["model_version_status"][0]["version"], "1")

    def test_errors_of_the_server_pass(self):
        status, fields = self.ask("POST", "/v1/models/toy:predict", b"{")
        self.assertEqual(status, 400)
        self.assertIn("JSON Parse error", fields["error"])

    def test_refusals_in_json(self):
        toy = "/v1/models/toy"
        for expected, rule, *request in (
            (
                413,
                "at most 16 MiB",
                "POST",
                f"{toy}:predict",
                b" " * (20 << 20),
            ),
            (400, "header line", "GET", toy, None, {"X": "x" * 40_000}),
            (414, "at most 8 KiB", "GET", "/v1/models/" + "x" * 40_000),
            (403, "GET and POST", "DELETE", toy),
            (404, "/v1/models/NAME", "GET", "/"),
            (404, "/v1/models/NAME", "GET", "/monitoring/prometheus/metrics"),
        ):
            status, fields = self.ask(*request)
            self.assertEqual(status, expected, fields)
            self.assertIn(rule, fields["error"])

    def test_slow_connections_are_cut(self):
        begin = b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: x\r\n"
        slow = {
            "says nothing": b"",
            "half a header": begin,
            "half a body": begin + b"Content-Length: 100\r\n\r\n{",
        }
        connections = []
        for name, sent in slow.items():
            for _ in range(10):
                connection = socket.create_connection(("127.0.0.1", self.port))
                self.addCleanup(connection.close)
                connection.sendall(sent)
                connections.append((name, connection))
        # Others get a response meanwhile.
        status, _ = self.ask("GET", "/v1/models/toy")
        self.assertEqual(status, 200)
        ends = time.monotonic() + 20
        for name, connection in connections:
            connection.settimeout(max(ends - time.monotonic(), 0.01))
            try:
                while connection.recv(1000):
                    pass
            except ConnectionResetError:
                pass
            except TimeoutError:
                self.fail(f"{name}: not cut in 20 s.")

    def test_connections_of_one_address_are_limited(self):
        body = b"POST /v1/models/toy:predict HTTP/1.1\r\nHost: x\r\n"
        for _ in range(20):  # Until nginx has read 64, and before it cuts them.
            for _ in range(64):
                connection = socket.create_connection(("127.0.0.1", self.port))
                self.addCleanup(connection.close)
                connection.sendall(body + b"Content-Length: 100\r\n\r\n{")
            status, fields = self.ask("GET", "/v1/models/toy")
            if status == 429:
                break
        self.assertEqual(status, 429)
        self.assertIn("Too many connections", fields["error"])


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_for(port, seconds=20):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nginx does not listen at {port}.")


if __name__ == "__main__":
    absltest.main()
