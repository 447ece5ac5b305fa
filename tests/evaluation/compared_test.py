import json
import pathlib

from absl.testing import absltest
import cv2
import keras
import numpy as np

from kp2part.data import augmentation
from kp2part.data import example_set
from kp2part.evaluation import compared
from kp2part.evaluation import evaluation
from kp2part.models import blocks
from kp2part.models import metadata
from kp2part.models import trained_photos
from kp2part.schema import task
from tests import tiny

NUM_EXAMPLES = 3


def constant(part, size):
    """Returns a network that predicts one part everywhere."""
    heatmaps = keras.Input((size, size, 3), name="heatmaps")
    labeled = metadata.TaskLabel(task.Task(tiny.CATEGORY, size))
    parts = blocks.part_logits(labeled(heatmaps), 3, "parts")
    model = keras.Model({"heatmaps": heatmaps}, {"parts": parts})
    bias = 9.0 * np.eye(3)[part]
    model.get_layer("parts").set_weights([np.zeros((1, 1, 3, 3)), bias])
    return model


class ComparedTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.output = pathlib.Path(self.create_tempdir().full_path)
        manifest = tiny.write_records(self.output / "data", {"val": 7})
        examples = example_set.Examples(manifest, ("val",))
        self.chosen = evaluation.Chosen(examples, "val")

    def network(self, part, size=32):
        model = constant(part, size)
        scored = evaluation.score(
            model, self.chosen.examples, augmentation.Augmentation(), {}, 4
        )
        return compared.Network(f"{part}.keras", model, scored)

    def compare(self, before, after):
        compared.write(
            before,
            after,
            self.chosen,
            self.output,
            num_examples=NUM_EXAMPLES,
            labels="pseudo",
        )
        return json.loads((self.output / "comparison.json").read_text())

    def test_all_background_to_all_of_a_part(self):
        found = self.compare(self.network(0), self.network(1, size=64))
        names = list(tiny.CATEGORY.parts)
        changes = found["changes"]
        self.assertGreater(changes[names[0]]["before"], 0.2)
        self.assertEqual(changes[names[0]]["after"], 0)
        self.assertEqual(changes[names[1]]["before"], 0)
        self.assertGreater(changes[names[1]]["low"], 0)
        self.assertLen(found["objects"], 7)
        text = (self.output / "comparison.md").read_text()
        self.assertIn("before: 0.keras. Whether the network was train", text)
        self.assertIn("agreement with pseudo-labels, %", text)

    def test_pictures_have_the_objects_that_change_most(self):
        found = self.compare(self.network(0), self.network(1))
        gains = [gain for *_, gain in found["objects"]]
        heights = {}
        for name, sign in ("better", 1), ("worse", -1):
            picture = cv2.imread(str(self.output / f"{name}.png"))
            count = sum(sign * gain > 0 for gain in gains)
            heights[min(count, NUM_EXAMPLES)] = len(picture)
        (few, low), (many, high) = sorted(heights.items())
        # A row is a caption, a picture and a gap.
        self.assertEqual(high - low, (many - few) * (22 + 192 + 2))

    def test_one_that_was_trained_on_them(self):
        before, after = self.network(0), self.network(1)
        metadata.label_of(before.model).photos = trained_photos.of(["photo0"])
        self.compare(before, after)
        text = (self.output / "comparison.md").read_text()
        self.assertRegex(text, "before: .* was trained on 1 of these 4 photos")
        self.assertRegex(text, "after: .* is not known")

    def test_the_same_network(self):
        network = self.network(1)
        found = self.compare(network, network)
        self.assertEqual({gain for *_, gain in found["objects"]}, {0})
        change = found["changes"]["mean_iou"]
        self.assertEqual([change["low"], change["high"]], [0, 0])


if __name__ == "__main__":
    absltest.main()
