import os
import pathlib

from absl.testing import absltest

from kp2part.conformance import model
from kp2part.serving.tf_serving_api import signatures as signatures_lib


class ConformanceModelTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)

    def test_write(self):
        model.write(self.base)
        # Nothing else, which a server could take for a version.
        self.assertEqual(sorted(os.listdir(self.base)), ["1", "2"])
        signatures = signatures_lib.read(self.base / "2").signature_def
        self.assertLen(signatures, 20 + 1)  # And the file's own.
        keypoints = signatures["serving_default"].inputs["keypoints"]
        sizes = [dim.size for dim in keypoints.tensor_shape.dim]
        self.assertEqual(sizes, [-1, 6, 3])
        self.assertEqual(list(signatures["sb"].outputs), ["y_bytes"])

    def test_not_over_another(self):
        (self.base / "1").mkdir()
        with self.assertRaisesRegex(ValueError, "1: exists already"):
            model.write(self.base)
        self.assertEqual(os.listdir(self.base), ["1"])


if __name__ == "__main__":
    absltest.main()
