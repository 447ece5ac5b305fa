import json
import subprocess
import sys

from absl.testing import absltest
import numpy as np

from kp2part import client
from kp2part import presets
from tests.docs import pages

SAMPLE = pages.ROOT / "docs" / "sample.jpg"
SHIPPED = str(presets.directory("quadruped_lite"))
ADDRESSES = "http://host/v1/models/m", "grpc://host:1/m", "m.tflite"
PREDICT = f"""
import sys
import numpy as np
from kp2part import client
from kp2part.client import quick_start
for other in {ADDRESSES}:
    quick_start.skip_rewriting(other)
assert "tensorflow" not in sys.modules
quick_start.skip_rewriting({SHIPPED!r})
import tensorflow as tf
assert tf.config.optimizer.get_experimental_options()["disable_meta_optimizer"]
keypoints = np.load(sys.argv[1])
with client.connect({SHIPPED!r}) as predict:
    (found,) = predict([open({str(SAMPLE)!r}, "rb").read()], keypoints)
np.savez(sys.argv[2], mask=found.mask, confidence=found.confidence)
"""


class QuickStartTest(absltest.TestCase):
    def test_the_same_masks(self):
        folder = self.create_tempdir().full_path
        text = SAMPLE.with_suffix(".json").read_text()
        keypoints = np.array(json.loads(text), np.float32)[np.newaxis]
        np.save(f"{folder}/keypoints.npy", keypoints)
        with client.connect(SHIPPED) as predict:
            (usual,) = predict([SAMPLE.read_bytes()], keypoints)
        subprocess.run(
            [
                *(sys.executable, "-c", PREDICT),
                *(f"{folder}/keypoints.npy", f"{folder}/found.npz"),
            ],
            check=True,
        )
        found = np.load(f"{folder}/found.npz")
        np.testing.assert_array_equal(found["mask"], usual.mask)
        np.testing.assert_allclose(
            found["confidence"], usual.confidence, atol=1e-4
        )


if __name__ == "__main__":
    absltest.main()
