from absl.testing import absltest
import keras
import numpy as np

from kp2part.data import augmentation
from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data.in_memory import batches
from kp2part.data.in_memory import example_arrays
from kp2part.data.in_memory import lanes
from kp2part.data.in_memory import share
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import keys
from kp2part.schema import task
from tests import tiny

TASK = task.Task(tiny.CATEGORY, 32, 2.0, bones=True)
SMALL = architecture.Architecture("squeezenet", 2, (2, 2, 2, 2, 2))
ALL = augmentation.Augmentation(
    0.5, 25.0, 0.3, 0.1, 0.4, 0.25, 3.0, elastic=8.0
)
NONE = augmentation.Augmentation(flip=0.0)


class BatchesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        directory = self.create_tempdir().full_path
        manifest = tiny.write_records(directory, {"train": 11})
        self.examples = example_set.Examples(manifest, ("train",))
        self.arrays = example_arrays.load(self.examples, 32)
        self.model = networks.build("kp2part", TASK, SMALL)

    def training(self, moves=ALL, seed=0, first_step=0):
        return batches.Training(
            self.arrays, self.model, TASK, 4, moves, seed, first_step
        )

    def assert_same(self, first, second, atol=0.0):
        for a, b in zip(
            keras.tree.flatten(first), keras.tree.flatten(second), strict=True
        ):
            np.testing.assert_allclose(a, b, rtol=0, atol=atol)

    def test_a_resumed_stream_is_the_same(self):
        whole, resumed = self.training(), self.training(first_step=3)
        self.assertIsNone(whole.num_batches)
        for i in range(4):
            self.assert_same(resumed[i], whole[3 + i])

    def test_a_batch_has_its_parts(self):
        inputs, targets = self.training()[0]
        self.assertEqual(set(inputs), {keys.IMAGE, keys.HEATMAPS})
        self.assertEqual(set(targets), {keys.PARTS, keys.PSEUDO_PARTS})
        self.assertEqual(inputs[keys.HEATMAPS].shape, (4, 32, 32, 5))
        self.assertEqual(inputs[keys.IMAGE].dtype, "float32")
        self.assertEqual(targets[keys.PARTS].dtype, "uint8")

    def test_an_epoch_is_a_shuffle(self):
        training = self.training()
        orders = [
            np.concatenate([training.indices(2 * i + j) for j in range(2)])
            for i in range(20)
        ]
        for order in orders:
            self.assertLen(set(order), 8)  # Two full batches.
        self.assertLen({tuple(order) for order in orders}, 20)
        self.assertLen(set(np.concatenate(orders)), 11)
        other = self.training(seed=1).indices(0)
        self.assertNotEqual(list(other), list(training.indices(0)))

    def test_augmentation_differs_between_epochs_and_seeds(self):
        first = self.training(seed=0)
        index = first.indices(0)[0]
        again = next(
            (step, list(first.indices(step)).index(index))
            for step in range(2, 20)
            if index in first.indices(step)
        )
        before = first[0][0][keys.IMAGE][0]
        after = first[again[0]][0][keys.IMAGE][again[1]]
        self.assertGreater(np.abs(before - after).mean(), 1)

    def test_without_augmentation_it_is_the_stream(self):
        training = self.training(NONE)
        inputs, targets = training[0]
        chosen = training.indices(0)
        (wanted,) = input_pipeline.eval_batches(self.examples, TASK, 11)
        np.testing.assert_allclose(
            inputs[keys.HEATMAPS],
            wanted[keys.HEATMAPS].numpy()[chosen],
            atol=1e-5,
        )
        np.testing.assert_array_equal(
            targets[keys.PARTS], wanted[keys.PART_MASK].numpy()[chosen]
        )
        np.testing.assert_array_equal(
            inputs[keys.IMAGE], self.arrays.images[chosen]
        )

    def test_evaluation_holds_all_in_order(self):
        evaluation = batches.Evaluation(self.arrays, self.model, TASK, 4)
        found = [evaluation[i] for i in range(len(evaluation))]
        self.assertEqual([len(x[1][keys.PARTS]) for x in found], [4, 4, 3])
        masks = np.concatenate([x[1][keys.PARTS] for x in found])
        np.testing.assert_array_equal(masks, self.arrays.part_masks)
        (wanted,) = input_pipeline.eval_batches(self.examples, TASK, 11)
        heatmaps = np.concatenate([x[0][keys.HEATMAPS] for x in found])
        np.testing.assert_allclose(heatmaps, wanted[keys.HEATMAPS], atol=1e-5)
        first = batches.Evaluation(self.arrays, self.model, TASK, 4, 1)
        self.assertLen(first, 1)

    def test_processes_make_the_parts_of_a_batch(self):
        whole = self.training()
        held = [
            lanes.Lanes(11, 4, 0, share.Share(i, 2, 2)).held() for i in range(2)
        ]
        parts = [
            batches.Training(
                example_arrays.load(self.examples, 32, held[i]),
                *(self.model, TASK, 4, ALL, 0, 0, share.Share(i, 2, 2)),
            )
            for i in range(2)
        ]
        for step in 0, 5:
            made = [keras.tree.flatten(part[step]) for part in parts]
            joined = [np.concatenate(pair) for pair in zip(*made, strict=True)]
            self.assert_same(joined, whole[step], atol=1e-5)
        with self.assertRaisesRegex(ValueError, "must be held by this process"):
            parts[0]._arrays.take(held[1])

    def test_processes_evaluate_all_and_ignore_the_rest(self):
        shares = [share.Share(i, 2, 2) for i in range(2)]
        parts = [
            batches.Evaluation(
                example_arrays.load(
                    self.examples, 32, batches.evaluated(11, 4, one)
                ),
                *(self.model, TASK, 4, None, one),
            )
            for one in shares
        ]
        masks = [
            np.asarray(part[i][1][keys.PARTS])
            for i in range(3)
            for part in parts
        ]
        self.assertEqual([len(x) for x in masks], [2] * 6)
        masks = np.concatenate(masks)
        np.testing.assert_array_equal(masks[:11], self.arrays.part_masks)
        self.assertTrue((masks[11] == keys.IGNORE_LABEL).all())

    def test_fit_takes_the_batches_in_turn(self):
        training = self.training()
        taken = []
        take = training.indices
        training.indices = lambda step: taken.append(step) or take(step)
        self.model.compile(
            "sgd", {x: networks_loss() for x in self.model.output}
        )
        self.model.fit(
            training, steps_per_epoch=2, epochs=3, shuffle=False, verbose=0
        )
        # Keras looks at the first ones before, and reads ahead.
        self.assertContainsSubsequence(taken, [0, 1, 2, 3, 4, 5])


def networks_loss():
    return keras.losses.SparseCategoricalCrossentropy(True, ignore_class=255)


if __name__ == "__main__":
    absltest.main()
