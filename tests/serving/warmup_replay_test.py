import pathlib

from absl.testing import absltest
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from kp2part.exporting import warmup_file

REQUESTS = {
    "serving_default": {
        "image_bytes": np.array([b"\xff\x00"], object),
        "keypoints": np.arange(6, dtype=np.float32).reshape(1, 2, 3),
    },
    "tensors": {"image": np.full([1, 64, 64, 3], 128, np.float32)},
}


def read(path):
    logs = []
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog()
        log.ParseFromString(record)
        logs.append(log)
    return logs


class WarmupTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir().full_path)

    def test_requests_come_back(self):
        warmup_file.write(self.path, REQUESTS)
        file = self.path / "assets.extra" / "tf_serving_warmup_requests"
        found = {}
        for log in read(file):
            self.assertEqual(log.WhichOneof("log_type"), "predict_log")
            request = log.predict_log.request
            found[request.model_spec.signature_name] = {
                k: tf.make_ndarray(v) for k, v in request.inputs.items()
            }
        self.assertEqual(found.keys(), REQUESTS.keys())
        for name, inputs in REQUESTS.items():
            for key, values in inputs.items():
                np.testing.assert_array_equal(found[name][key], values)
                self.assertEqual(found[name][key].dtype, values.dtype)
        # A single value, repeated to 49 kB.
        self.assertLess(file.stat().st_size, 500)

    def test_without_the_package(self):
        with absltest.mock.patch.dict(
            "sys.modules", {"tensorflow_serving.apis": None}
        ):
            with self.assertRaisesRegex(ValueError, r"kp2part\[serve\]"):
                warmup_file.write(self.path, REQUESTS)


if __name__ == "__main__":
    absltest.main()
