import json
import pathlib
import re

from absl.testing import absltest
import keras
import numpy as np

from kp2part.data import example_set
from kp2part.data import manifest as manifest_lib
from kp2part.explanation import keypoint_effects
from kp2part.explanation import objects
from kp2part.explanation import summary
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import task as task_lib
from tests import programs
from tests import tiny


class SummaryTest(absltest.TestCase):
    def test_means_are_over_what_is_known(self):
        nan = np.nan
        one, other = (
            keypoint_effects.Effects(x, x, x)
            for x in (
                np.array([[0.0, 0.2, nan]] * 3),
                np.array([[0.0, 0.4, nan]] * 2 + [[nan] * 3]),
            )
        )
        found = summary.summarize([one, other])
        np.testing.assert_allclose(found.iou[0], [0, 0.3, nan])
        np.testing.assert_allclose(found.iou[2], [0, 0.2, nan])
        np.testing.assert_array_equal(found.counts[:, 1], [2, 2, 1])
        fields = found.to_json(tiny.CATEGORY)
        self.assertEqual(fields["num_objects"], 2)
        (name, *_) = tiny.CATEGORY.keypoints
        self.assertIsNone(fields["iou_without_keypoint"][name]["right_leg"])
        json.dumps(fields, allow_nan=False)


class ProgramTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.root / "data"), {"val": 5}, size=64)

    def save(self, network: str) -> str:
        keras.utils.set_random_seed(0)
        sizes = architecture.Architecture(
            encoder="squeezenet", num_filters=2, pose_widths=(4,) * 5
        )
        model = networks.build(network, task_lib.Task(tiny.CATEGORY, 64), sizes)
        path = str(self.root / f"{network}.keras")
        model.save(path)
        return path

    def run_on(self, model: str, *flags: str):
        return programs.run(
            "kp2part.explain",
            f"--model={model}",
            f"--tfrecords={self.root}/data",
            f"--output={self.root}/out",
            *flags,
        )

    def test_pages(self):
        code, _, errors = self.run_on(
            self.save("kp2part"), "--num_objects=3", "--num_pages=2"
        )
        self.assertEqual(code, 0, errors)
        index = (self.root / "out/index.html").read_text()
        self.assertIn("means over 3 objects", index)
        names = re.findall('href="([^"]*)"', index)
        pages = {x.name for x in (self.root / "out").glob("photo*.html")}
        self.assertEqual(set(names), pages)
        self.assertLen(pages, 2)
        for page in pages:
            text = (self.root / "out" / page).read_text()
            self.assertNotRegex(text, "https?://")
            for word in "SmoothGrad", "Grad-CAM", "Share of keypoints":
                self.assertIn(word, text)
        fields = json.loads((self.root / "out/explanation.json").read_text())
        self.assertEqual(fields["num_objects"], 3)
        (known,) = {
            tuple(parts) for parts in fields["iou_without_keypoint"].values()
        }
        self.assertEqual(known, tuple(tiny.CATEGORY.parts))

    def test_objects_are_spaced_to_the_end_of_the_records(self):
        found = objects.explain(
            keras.saving.load_model(self.save("kp2part")),
            example_set.Examples(
                manifest_lib.load(str(self.root / "data")), ("val",)
            ),
            num_objects=4,
            num_with_maps=0,
            push=10,
        )
        names = [explained.name for explained in found]
        self.assertEqual(names, ["photo0-0", "photo1-0", "photo2-0"])

    def test_a_network_without_keypoints_is_one_line(self):
        code, _, errors = self.run_on(self.save("ternausnet"))
        self.assertEqual(code, 1)
        self.assertRegex(errors, "error: The network must take heatmaps")
        self.assertNotIn("Traceback", errors)
        self.assertFalse((self.root / "out").exists())


if __name__ == "__main__":
    absltest.main()
