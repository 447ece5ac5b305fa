from absl.testing import absltest
from absl.testing import parameterized
import keras
import numpy as np

from kp2part.models import architecture
from kp2part.models import metadata
from kp2part.models import mirrored
from kp2part.models import networks
from kp2part.models import small_parts
from kp2part.schema import task as task_lib
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
TASK = task_lib.Task(tiny.CATEGORY, 32)


def logits_of(labels, second):
    """Logits whose best are these labels, and whose second best is one part."""
    logits = 5.0 * np.eye(3)[labels] + 2.0 * np.eye(3)[second]
    return logits.astype(np.float32)


def remaining(logits, min_share):
    found = small_parts.SmallParts(min_share)(logits)
    return keras.ops.convert_to_numpy(found).argmax(-1)


class SmallPartsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        # 40 pixels of part 1, 10 of part 2, 50 of the background.
        self.labels = np.zeros((1, 10, 10), int)
        self.labels[0, :4], self.labels[0, 9] = 1, 2

    @parameterized.parameters(0.0, 0.19, 0.2)
    def test_large_enough(self, min_share):
        logits = logits_of(self.labels, 0)
        found = remaining(logits, min_share)
        np.testing.assert_array_equal(found, self.labels)

    @parameterized.parameters(0, 1)
    def test_pixels_go_to_what_is_second(self, second):
        found = remaining(logits_of(self.labels, second), 0.21)
        expected = np.where(self.labels == 2, second, self.labels)
        np.testing.assert_array_equal(found, expected)

    def test_background_is_no_part(self):
        labels = np.ones((1, 10, 10), int)
        labels[0, 0, 0] = 0
        found = remaining(logits_of(labels, 1), 0.5)
        np.testing.assert_array_equal(found, labels)

    def test_objects_do_not_count_for_each_other(self):
        alone = np.zeros((1, 10, 10), int)
        alone[0, 0, 0] = 2
        both = np.concatenate([self.labels, alone])
        found = remaining(logits_of(both, 0), 0.3)
        self.assertEqual([set(np.unique(x)) for x in found], [{0, 1}, {0, 2}])

    def test_the_probability_is_zero(self):
        found = small_parts.SmallParts(0.3)(logits_of(self.labels, 0))
        probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(found))
        self.assertEqual(probabilities[..., 2].max(), 0)

    def test_the_network_is_inside(self):
        network = networks.build("kp2part", TASK, SMALL)
        model = small_parts.leave_out(mirrored.average(network), 0.1)
        self.assertIs(metadata.network_of(model), network)
        self.assertIs(metadata.network_of(network), network)
        self.assertEqual(metadata.task_of(model), TASK)
        self.assertEqual(model.name, "kp2part_mirrored_large_parts_0.1")
        self.assertIn("mirror_agreement", model.output)

    def test_a_network_with_a_nested_encoder(self):
        small = architecture.Architecture("mobilenetv3_large", 4, (4,) * 5)
        network = networks.build("ternausnet", TASK, small)
        model = mirrored.average(network)
        self.assertIs(metadata.network_of(model), network)
        self.assertIs(metadata.network_of(network), network)

    def test_bad_share(self):
        network = networks.build("kp2part", TASK, SMALL)
        with self.assertRaisesRegex(ValueError, "`min_share` must.*=2"):
            small_parts.leave_out(network, 2)


if __name__ == "__main__":
    absltest.main()
