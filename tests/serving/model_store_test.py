import pathlib
import shutil
import tempfile
import time

from absl.testing import absltest
import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import get_model_status_pb2
from tensorflow_serving.apis import predict_pb2

from kp2part.serving import model_store
from kp2part.serving import warmup_replay
from kp2part.serving.tf_serving_api import errors
from tests import serving_models

State = get_model_status_pb2.ModelVersionStatus.State


def make_request(signature, array):
    request = predict_pb2.PredictRequest()
    request.model_spec.signature_name = signature
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(array))
    return request


class ModelStoreTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.templates = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.templates)
        for factor in (2, 3):
            serving_models.write(cls.templates / f"x{factor}", factor)

    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)

    def publish(self, name, factor, damage=lambda path: None):
        """Publishes a version as one should: by a rename."""
        partial = self.base / f".partial-{name}"
        shutil.copytree(self.templates / f"x{factor}", partial)
        damage(partial)
        partial.rename(self.base / name)

    def open(self):
        store = model_store.ModelStore("m", self.base, poll_seconds=0.05)
        self.addCleanup(store.close)
        return store

    def states(self, store):
        try:
            statuses = store.status("m").model_version_status
        except errors.ServingError:
            return {}
        return {
            s.version: (State.Name(s.state), s.status.error_message)
            for s in statuses
        }

    def wait_for_state(self, store, version, state):
        for _ in range(600):
            told = self.states(store).get(version, ("", ""))
            if told[0] == state:
                return told[1]
            time.sleep(0.05)
        self.fail(f"Not {state} in 30 s: {self.states(store)}")

    def wait_for_failure(self, store, version):
        for _ in range(600):
            message = self.states(store).get(version, ("", ""))[1]
            if message:
                return message
            time.sleep(0.05)
        self.fail(f"No failure in 30 s: {self.states(store)}")

    def factor(self, store, version=None):
        servable = store.servable("m", version)
        return servable.run("f32", {"x": np.float32([1])})["y"].tolist()[0]

    def test_newest_serves_and_strays_are_ignored(self):
        self.publish("3", 3)
        self.publish("0007", 2)
        for stray in ("abc", ".tmp", "8x", "-9", "²"):
            shutil.copytree(self.templates / "x3", self.base / stray)
        (self.base / "README").write_text("9")
        (self.base / "10").write_text("a file")
        store = self.open()
        self.assertTrue(store.wait(30))
        self.assertEqual(self.factor(store), 2)
        self.assertEqual(self.states(store), {7: ("AVAILABLE", "")})
        with self.assertRaisesRegex(errors.ServingError, r"Specific\(m, 3\)"):
            store.servable("m", 3)

    def test_waits_for_the_directory_and_for_a_version(self):
        self.base /= "later"
        store = self.open()
        self.assertFalse(store.wait(0.2))
        self.base.mkdir()
        self.assertFalse(store.wait(0.2))
        self.publish("1", 2)
        self.assertTrue(store.wait(30))

    def test_hot_swap_and_rollback_by_deletion(self):
        self.publish("1", 2)
        store = self.open()
        store.wait(30)
        held = store.servable("m")
        self.publish("2", 3)
        self.wait_for_state(store, 1, "END")
        self.assertEqual(self.factor(store), 3)
        self.assertEqual(
            self.states(store), {2: ("AVAILABLE", ""), 1: ("END", "")}
        )
        # A request to the old version still gets its response.
        self.assertEqual(held.run("f32", {"x": np.float32([1])})["y"], 2)
        shutil.rmtree(self.base / "2")
        self.wait_for_state(store, 2, "END")
        self.assertEqual(self.factor(store), 2)

    def test_all_versions_deleted(self):
        self.publish("1", 2)
        store = self.open()
        store.wait(30)
        (self.base / "1").rename(self.base / "gone")
        self.wait_for_state(store, 1, "END")
        with self.assertRaisesRegex(errors.ServingError, r"Latest\(m\)"):
            store.servable("m")

    def test_base_path_that_goes_away_stops_nothing(self):
        self.publish("1", 2)
        store = self.open()
        store.wait(30)
        self.base.rename(self.base.with_name("elsewhere"))
        time.sleep(0.3)
        self.assertEqual(self.factor(store), 2)
        self.base.with_name("elsewhere").rename(self.base)
        self.publish("2", 3)
        self.wait_for_state(store, 2, "AVAILABLE")

    def check_isolated(self, damage, *words):
        self.publish("1", 2)
        store = self.open()
        store.wait(30)
        self.publish("2", 3, damage)
        message = self.wait_for_failure(store, 2)
        for word in words:
            self.assertIn(word, message)
        self.assertEqual(self.factor(store), 2)
        with self.assertRaises(errors.ServingError) as caught:
            store.servable("m", 2)
        self.assertEqual(caught.exception.code, grpc.StatusCode.NOT_FOUND)
        self.assertEqual(self.states(store)[1], ("AVAILABLE", ""))
        return store

    def test_truncated_graph(self):
        def damage(path):
            file = path / "saved_model.pb"
            file.write_bytes(file.read_bytes()[:-1000])

        self.check_isolated(damage, "saved_model.pb", "is damaged")

    def test_no_graph(self):
        self.check_isolated(
            lambda path: (path / "saved_model.pb").unlink(),
            "does not appear to contain a SavedModel bundle",
        )

    def test_variables_missing(self):
        self.check_isolated(
            lambda path: shutil.rmtree(path / "variables"), "variables"
        )

    def test_flipped_byte(self):
        def damage(path):
            (file,) = (path / "variables").glob("variables.data-*")
            data = bytearray(file.read_bytes())
            # The factor 3.0 is 00 00 40 40.
            data[data.index(b"\x00\x00\x40\x40")] ^= 1
            file.write_bytes(data)

        self.check_isolated(damage, "Checksum does not match")

    def test_warmup_request_that_fails(self):
        wrong = make_request("f32", np.float64([1]))
        self.check_isolated(
            lambda path: serving_models.write_warmup(path, wrong),
            "Expects arg[0] to be float but double is provided",
        )

    def test_truncated_warmup_file(self):
        def damage(path):
            serving_models.write_warmup(
                path, make_request("f32", np.float32([1]))
            )
            file = path / warmup_replay.FILE
            file.write_bytes(file.read_bytes()[:-3])

        self.check_isolated(damage, "truncated record")

    def test_warmup_that_succeeds(self):
        request = make_request("f32", np.float32([1]))
        self.publish(
            "1", 2, lambda path: serving_models.write_warmup(path, request)
        )
        store = self.open()
        self.assertTrue(store.wait(30))

    def test_version_copied_file_by_file_serves_when_whole(self):
        self.publish("1", 2)
        store = self.open()
        store.wait(30)
        (self.base / "2").mkdir()
        self.wait_for_failure(store, 2)
        template = self.templates / "x3"
        shutil.copy(template / "saved_model.pb", self.base / "2")
        self.assertEqual(self.factor(store), 2)
        shutil.copytree(template / "variables", self.base / "2" / "variables")
        self.wait_for_state(store, 2, "AVAILABLE")
        self.assertEqual(self.factor(store), 3)

    def test_first_version_that_fails_is_reported_at_once(self):
        (self.base / "1").mkdir()
        store = self.open()
        with self.assertRaisesRegex(errors.ServingError, "SavedModel bundle"):
            store.wait(30)


if __name__ == "__main__":
    absltest.main()
