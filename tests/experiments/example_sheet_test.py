import pathlib

from absl.testing import absltest
import keras
import numpy as np

from kp2part.evaluation import example_rows
from kp2part.experiments import example_choice
from kp2part.experiments import example_sheet
from kp2part.experiments import protocols
from kp2part.models import blocks
from kp2part.models import metadata
from kp2part.schema import task
from kp2part.system import settings_flags
from kp2part.visualization import pictures
from tests import run_config
from tests import tiny

CELL = 192 + 2  # With the gap.
LINE = 22  # Of text.


class ExampleSheetTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        tiny.write_records(str(self.base / "data"), {"train": 4, "val": 7})
        self.runs = protocols.split(["one", "two"], [0])
        self.finish(self.runs[0], part=1, size=32)
        self.finish(self.runs[1], part=2, size=64)

    def finish(self, run, part, size, **changes):
        """Leaves a run whose network predicts one part everywhere."""
        path = self.base / run.name
        path.mkdir(parents=True, exist_ok=True)
        config = run_config.make(self.base / "data", **changes)
        text = settings_flags.to_flagfile(config)
        (path / "train.flags").write_text(text)
        (path / "metrics.json").write_text("{}")
        heatmaps = keras.Input((size, size, 3), name="heatmaps")
        labeled = metadata.TaskLabel(task.Task(tiny.CATEGORY, size))
        parts = blocks.part_logits(labeled(heatmaps), 3, "parts")
        model = keras.Model({"heatmaps": heatmaps}, {"parts": parts})
        bias = 9.0 * np.eye(3)[part]
        model.get_layer("parts").set_weights([np.zeros((1, 1, 3, 3)), bias])
        model.save(path / "checkpoint-00007.keras")

    def draw(self, count):
        return example_sheet.draw(self.base, self.runs, count, "pseudo-label")

    def test_columns_are_image_keypoints_predictions_truth(self):
        sheet = self.draw(3)
        legend = len(sheet) - LINE - 3 * (LINE + CELL)
        self.assertGreaterEqual(legend, LINE)
        self.assertEqual(sheet.shape[1], 5 * CELL)
        # Of val's photos 2 to 5 three dogs and, photo 5 having but one, four
        # cats: two cats, one dog.
        keys = [("photo3", 0), ("photo5", 0), ("photo3", 1)]
        examples = example_rows.look_up(
            example_choice.validation(self.base / self.runs[0].name), keys
        )
        for i, key in enumerate(keys):
            example = examples[key]
            top = legend + LINE + i * (LINE + CELL) + LINE
            image, points, one, two, truth = (
                sheet[top : top + 192, j * CELL : j * CELL + 192]
                for j in range(5)
            )
            np.testing.assert_array_equal(image, np.round(example["image"]))
            category = tiny.CATEGORY
            np.testing.assert_array_equal(
                points,
                pictures.draw_keypoints(image, example["keypoints"], category),
            )
            for picture, mask in (
                (one, np.full((192, 192), 1, np.uint8)),
                (two, np.full((192, 192), 2, np.uint8)),
                (truth, example["part_mask"]),
            ):
                np.testing.assert_array_equal(
                    picture, pictures.blend(image, mask, category)
                )

    def test_rows_are_examples_that_all_systems_predicted(self):
        # The second is judged by cats alone, by chance or by its flagfile.
        self.finish(self.runs[1], part=2, size=32, classes=("cat",))
        sheet, cats = self.draw(99), 4
        self.assertEqual((len(sheet) - LINE) // (LINE + CELL), cats)

    def test_nothing_to_show(self):
        self.finish(self.runs[1], part=2, size=32, val_split="train")
        self.assertIsNone(self.draw(3))
        (self.base / self.runs[0].name / "metrics.json").unlink()
        self.assertIsNotNone(self.draw(1))  # Of the second alone.
        (self.base / self.runs[1].name / "metrics.json").unlink()
        self.assertIsNone(self.draw(3))

    def test_predictions_are_the_networks(self):
        examples = example_choice.validation(self.base / self.runs[0].name)
        keys = [("photo4", 1), ("photo3", 0)]
        found = example_sheet.predict(
            self.base / self.runs[0].name, examples, keys
        )
        # Both objects of the photos, and no other photo.
        self.assertCountEqual(
            found, [(f"photo{i}", j) for i in (3, 4) for j in (0, 1)]
        )
        self.assertEqual(found[keys[0]].shape, (32, 32))
        self.assertTrue((found[keys[0]] == 1).all())

    def test_predictions_grow_without_new_labels(self):
        example = {
            "image": np.zeros((192, 192, 3), np.float32),
            "keypoints": np.zeros((3, 3), np.float32),
            "part_mask": np.zeros((192, 192), np.uint8),
            "image_id": b"photo",
            "object_index": np.int64(0),
            "class_name": b"cat",
        }
        prediction = np.zeros((64, 64), np.uint8)
        prediction[10:20, 30:50] = 2
        row = example_rows.row(example, [prediction], tiny.CATEGORY)
        cell = row[LINE : LINE + 192, 2 * CELL : 2 * CELL + 192]
        rows, columns = np.nonzero(cell.any(-1))
        self.assertEqual((rows.min(), rows.max()), (30, 59))
        self.assertEqual((columns.min(), columns.max()), (90, 149))


if __name__ == "__main__":
    absltest.main()
