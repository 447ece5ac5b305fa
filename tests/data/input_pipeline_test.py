from absl.testing import absltest
import numpy as np

from kp2part.data import augmentation
from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data.ops import keypoint_noise
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import keys
from kp2part.schema import task
from tests import tiny

TASK = task.Task(tiny.CATEGORY, image_size=32, heatmap_sigma=2.0)
MOVES = augmentation.Augmentation(0.5, 20.0, 0.2, 0.1, 0.2, elastic=4.0)


def ids(batches):
    return [
        (i.decode(), int(n))
        for b in batches
        for i, n in zip(b[keys.IMAGE_ID], b[keys.OBJECT_INDEX], strict=True)
    ]


class InputPipelineTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.create_tempdir().full_path
        self.manifest = tiny.write_records(directory, {"train": 11, "val": 5})
        self.examples = example_set.Examples(self.manifest, ("train",))

    def batches(self, epochs, seed=0):
        """The batches of a range of epochs, 2 in each."""
        endless = input_pipeline.train_batches(
            self.examples, TASK, 4, 2 * epochs.start, MOVES, seed
        )
        return list(endless.take(2 * len(epochs)).as_numpy_iterator())

    def test_eval_batches_hold_all_in_order(self):
        batches = list(
            input_pipeline.eval_batches(
                self.examples, TASK, 4
            ).as_numpy_iterator()
        )
        self.assertEqual([len(b[keys.IMAGE]) for b in batches], [4, 4, 3])
        self.assertEqual(
            ids(batches), [(f"photo{i // 2}", i % 2) for i in range(11)]
        )
        self.assertEqual(batches[0][keys.HEATMAPS].shape, (4, 32, 32, 3))
        self.assertEqual(batches[0][keys.HEATMAPS][..., 1].max(), 0)  # v = 0
        self.assertGreater(batches[0][keys.HEATMAPS][..., 2].max(), 0.8)
        self.assertEqual(batches[0][keys.PART_MASK].dtype, np.uint8)

    def test_noise_changes_the_keypoints_alone(self):
        def batch(noise):
            batches = input_pipeline.eval_batches(
                self.examples, TASK, 11, noise=noise
            )
            return next(batches.as_numpy_iterator())

        noise = keypoint_noise.make(0.5, 8.0)
        plain, once, twice = batch(None), batch(noise), batch(noise)
        self.assertEqual(plain.keys(), once.keys())
        for name in plain:
            np.testing.assert_array_equal(once[name], twice[name])
            changed = not np.array_equal(plain[name], once[name])
            self.assertEqual(changed, name in ("keypoints", "heatmaps"), name)
        dropped = (once["keypoints"] == 0).all(-1).mean(1)
        self.assertGreater(len(set(dropped)), 1)  # Each example its own.

    def test_epochs_are_shuffled_and_whole(self):
        batches = self.batches(range(2))
        first, second = ids(batches[:2]), ids(batches[2:])
        self.assertLen(set(first), 8)  # 11 // 4 batches of different examples.
        self.assertLen(set(second), 8)
        self.assertNotEqual(first, second)

    def test_same_seed_same_batches(self):
        once, twice = self.batches(range(1)), self.batches(range(1))
        for a, b in zip(once, twice, strict=True):
            for key in a:
                np.testing.assert_array_equal(a[key], b[key])
        self.assertNotEqual(ids(self.batches(range(1), seed=1)), ids(once))

    def test_resuming_gives_the_same_batches(self):
        later = self.batches(range(0, 3))[4:]
        resumed = self.batches(range(2, 3))
        self.assertLen(resumed, 2)
        for a, b in zip(later, resumed, strict=True):
            for key in a:
                np.testing.assert_array_equal(a[key], b[key])

    def test_elastic_bends_image_mask_and_keypoints(self):
        def batch(elastic):
            batches = input_pipeline.train_batches(
                self.examples,
                TASK,
                8,
                augmentation=augmentation.Augmentation(
                    flip=0.0, elastic=elastic
                ),
            )
            return next(batches.as_numpy_iterator())

        plain, bent = batch(0.0), batch(8.0)
        self.assertEqual(ids([plain]), ids([bent]))
        for name in "image", "part_mask", "keypoints", "heatmaps":
            self.assertTrue((plain[name] != bent[name]).any(), name)

    def test_select_feeds_what_a_network_takes(self):
        small = architecture.Architecture("squeezenet", 2, (2, 2, 2, 2, 2))
        batch = self.batches(range(1))[0]
        for name, inputs, outputs in (
            ("kp2part", {"image", "heatmaps"}, {"pseudo_parts", "parts"}),
            ("ternausnet", {"image"}, {"parts"}),
        ):
            model = networks.build(name, TASK, small)
            x, y = input_pipeline.make_select(model)(batch)
            self.assertEqual((set(x), set(y)), (inputs, outputs))

    def test_errors(self):
        with self.assertRaisesRegex(ValueError, "examples, 11.*batch_size=12"):
            input_pipeline.steps_per_epoch(self.examples, 12)


if __name__ == "__main__":
    absltest.main()
