from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf

from kp2part.exporting import crop_graph
from kp2part.exporting import file_check
from kp2part.exporting import serving_network
from kp2part.models import architecture
from kp2part.models import mask_quality
from kp2part.models import mirrored
from kp2part.models import networks
from kp2part.models import small_parts
from kp2part.schema import task as task_lib
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
TASK = task_lib.Task(tiny.CATEGORY, 32, 2.0)


class CropGraphTest(parameterized.TestCase):
    @parameterized.parameters((False, None), (True, None), (True, 3))
    def test_constants_predict_as_the_network(self, wrapped, batch_size):
        model = networks.build("kp2part", TASK, SMALL)
        if wrapped:
            model = small_parts.leave_out(mirrored.average(model), 0.3)
        network = serving_network.CropNetwork(model)
        graph = crop_graph.CropGraph(network, batch_size)
        inputs = file_check.sample(graph)
        self.assertLen(inputs["image"], batch_size or 2)
        function = graph.frozen().get_concrete_function()
        # Eager arrays would be inputs as well, and are none.
        self.assertEmpty(function.captured_inputs)
        self.assertEmpty(function.variables)
        found = function(**{k: tf.constant(v) for k, v in inputs.items()})
        box = tf.zeros([len(inputs["image"]), 4], tf.int32)
        expected = network.predict({**inputs, "box": box})["probabilities"]
        np.testing.assert_allclose(
            found["probabilities"], expected, atol=1e-5, rtol=0
        )
        np.testing.assert_array_equal(
            found["mask"], found["probabilities"].numpy().argmax(-1)
        )
        self.assertEqual(found["mask"].dtype, tf.uint8)

    def test_what_files_cannot_do(self):
        model = networks.build("refinenet", TASK, SMALL)
        with self.assertRaisesRegex(ValueError, "'refinenet' looks up known"):
            crop_graph.CropGraph(serving_network.CropNetwork(model))

    def test_quality(self):
        model = networks.build("kp2part", TASK, SMALL)
        calibration = mask_quality.Calibration((1.0,) * 7, 0.5)
        network = serving_network.CropNetwork(model, calibration)
        graph = crop_graph.CropGraph(network)
        inputs = file_check.sample(graph)
        box = tf.zeros([2, 4], tf.int32)
        found = graph.frozen()(**{k: tf.constant(v) for k, v in inputs.items()})
        np.testing.assert_allclose(
            found["quality"],
            network.predict({**inputs, "box": box})["quality"],
            rtol=1e-5,
        )


class FileCheckTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        model = networks.build("kp2part", TASK, SMALL)
        self.graph = crop_graph.CropGraph(serving_network.CropNetwork(model))

    def run_with(self, change):
        def predict(inputs):
            found = self.graph.outputs_of(**inputs)
            return {k: change(v.numpy()) for k, v in found.items()}

        return predict

    def test_other_probabilities(self):
        same = file_check.difference(self.run_with(lambda x: x), self.graph)
        self.assertLess(same, 1e-6)
        for change in (lambda x: x + 0.01, lambda x: x * np.nan):
            with self.assertRaisesRegex(ValueError, "within 0.001. The larg"):
                file_check.difference(self.run_with(change), self.graph)

    def test_other_masks(self):
        crops = [file_check.sample(self.graph)] * 11
        same = self.run_with(lambda x: x)
        self.assertEqual(file_check.agreement(same, self.graph, crops), 1)
        with self.assertRaisesRegex(ValueError, "90% of the pixels.*is 0.0%"):
            other = self.run_with(lambda x: x + 1)
            file_check.agreement(other, self.graph, crops)


if __name__ == "__main__":
    absltest.main()
