import pathlib
import shutil
import time

from absl.testing import absltest

from kp2part.serving import health
from kp2part.serving import local_run
from kp2part.serving import model_configs
from kp2part.serving import model_group
from kp2part.serving import request_metrics
from tests import serving_models

SERVES = "200 OK", "ok\n"


class HealthTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path) / "toy"
        self.base.mkdir()

    def open(self):
        configs = [model_configs.Config("toy", self.base)]
        self.models = model_group.ModelGroup.open(configs, 0.05, None)
        self.addCleanup(self.models.close)

    def ask(self, path):
        """Returns the status and the text, through all of the server."""
        application = local_run.make_application(
            self.models, request_metrics.Metrics(), 1 << 20, page=True
        )
        found = []
        text = application(
            {"REQUEST_URI": path, "PATH_INFO": path, "REQUEST_METHOD": "GET"},
            lambda status, _: found.append(status),
        )
        return found[0], b"".join(text).decode()

    def ask_until(self, word):
        """Returns what /readyz responds once a word is in it."""
        deadline = time.monotonic() + 60
        while word not in (found := self.ask(health.READY_PATH))[1]:
            self.assertLess(time.monotonic(), deadline, found)
            time.sleep(0.05)
        return found

    def test_ready_as_long_as_a_version_serves(self):
        self.open()
        not_there = "503 Service Unavailable", "toy: no version is there\n"
        self.assertEqual(self.ask(health.READY_PATH), not_there)
        self.assertEqual(self.ask(health.LIVE_PATH), SERVES)
        serving_models.write(self.base / "1")
        self.assertEqual(self.ask_until("ok"), SERVES)
        shutil.rmtree(self.base / "1")
        self.assertEqual(self.ask_until("there")[0], not_there[0])
        self.assertEqual(self.ask(health.LIVE_PATH), SERVES)

    def test_a_version_that_cannot_be_loaded_is_named(self):
        broken = self.base / "3"
        broken.mkdir()
        (broken / "saved_model.pb").write_bytes(b"none")
        self.open()
        status, text = self.ask_until("version 3: ")
        self.assertEqual(status, "503 Service Unavailable")
        self.assertStartsWith(text, "toy: ")


if __name__ == "__main__":
    absltest.main()
