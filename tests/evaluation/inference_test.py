from absl.testing import absltest
import numpy as np

from kp2part.data import example_set
from kp2part.data.ops import keypoint_noise
from kp2part.evaluation import inference
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import keys
from kp2part.schema import task
from tests import tiny

TASK = task.Task(tiny.CATEGORY, 32, 2.0)


class EvaluationTest(absltest.TestCase):
    def test_predictions_cover_the_set_once(self):
        directory = self.create_tempdir().full_path
        manifest = tiny.write_records(directory, {"val": 5})
        small = architecture.Architecture(pose_widths=(2, 2, 2, 2, 2))
        model = networks.build("pose_to_part", TASK, small)
        examples = example_set.Examples(manifest, ("val",))
        pairs = list(inference.predictions(model, examples, 2))
        matrices = np.concatenate([inference.confusion(*p) for p in pairs])
        self.assertEqual(matrices.shape, (5, 3, 3))
        known = sum((b["part_mask"] != 255).sum() for b, _ in pairs)
        self.assertEqual(matrices.sum(), known)
        noise = keypoint_noise.make(0.9, 0.0)
        (_, plain), *_ = pairs
        (_, other), *_ = inference.predictions(model, examples, 2, noise)
        self.assertGreater(np.abs(plain["parts"] - other["parts"]).max(), 0)

    def test_box_scores_are_in_the_photo(self):
        logits = np.zeros((2, 32, 32, 3), np.float32)
        logits[..., 0] = 9
        logits[:, 8:24, :16] = (0, 9, 0)  # Rows 1/4 to 3/4, the left half.
        batch = {
            keys.IMAGE_ID: np.array([b"a", b"b"]),
            keys.OBJECT_INDEX: np.array([3, 0]),
            keys.BOX: np.array([[10.0, 20.0, 74.0, 148.0]] * 2),
            keys.SOURCE_SIZE: np.array([[200, 100]] * 2),
        }
        boxes = {("a", 3): {"left_leg": (10.0, 52.0, 42.0, 116.0)}}
        scores = inference.box_scores(batch, {"parts": logits}, TASK, boxes)
        self.assertEqual(scores, [{"left_leg": 1.0}])


if __name__ == "__main__":
    absltest.main()
