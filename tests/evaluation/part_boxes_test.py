import json

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.evaluation import part_boxes

PARTS = ("background", "head", "tail")


class PartBoxesTest(parameterized.TestCase):
    def write(self, entries):
        file = self.create_tempfile("boxes.json", json.dumps(entries))
        return file.full_path

    def test_missed_and_invented_parts_score_0(self):
        labels = np.zeros((8, 8), np.uint8)
        labels[1:3, 2:6] = 1
        head = {"head": [2, 1, 6, 3]}
        self.assertEqual(part_boxes.score(labels, head, PARTS), {"head": 1})
        tail = {"tail": [0, 0, 1, 1]}
        self.assertEqual(
            part_boxes.score(labels, tail, PARTS), {"head": 0, "tail": 0}
        )
        self.assertEqual(part_boxes.score(0 * labels, {}, PARTS), {})

    def test_means(self):
        summary = part_boxes.summarize(
            [{"head": 0.5}, {"head": 1.0, "tail": 0.0}, {}], PARTS
        )
        self.assertEqual(summary["iou"], {"head": 0.75, "tail": 0.0})
        self.assertEqual(summary["mean"], 0.375)
        self.assertEqual(summary["num_examples"], 3)
        empty = part_boxes.summarize([{"head": 0.5}], PARTS)
        self.assertIsNone(empty["iou"]["tail"])

    def test_load(self):
        parts = {"head": [1, 2, 3.5, 4]}
        path = self.write(
            [
                {"image_id": "a", "object_index": 2, "parts": parts},
                {"voc_id": "b", "mat_object_0based": 0, "parts": {}},
            ]
        )
        boxes = part_boxes.load(path)
        self.assertEqual(boxes["a", 2], {"head": (1, 2, 3.5, 4)})
        self.assertEqual(boxes["b", 0], {})

    @parameterized.parameters(
        ({"parts": {"head": [3, 2]}}, r"`\[0\].parts.head`.* length 4, not 2"),
        (
            {"parts": {"head": [3, 2, 3, 4]}},
            r"`\[0\]`: the box of 'head'.*3\.0",
        ),
        ({"parts": {"head": [1, 2, 3, "4"]}}, r"parts.head\[3\]` must.*'4'"),
        ({"image_id": 3}, r"`\[0\].image_id` must be `str.*Received: 3"),
        ({"image_id": None}, r"`\[0\]` must have `image_id`"),
        ({"object_index": None}, "must have .*`object_index`"),
        ({"object_index": 1.5}, "object_index` must be .*Received: 1.5"),
    )
    def test_errors_name_the_file_and_the_entry(self, change, message):
        entry = {"image_id": "a", "object_index": 2, "parts": {}, **change}
        path = self.write([entry])
        with self.assertRaisesRegex(ValueError, f"{path}: .*{message}"):
            part_boxes.load(path)

    def test_no_file(self):
        with self.assertRaisesRegex(ValueError, "nowhere.json: no such file"):
            part_boxes.load("nowhere.json")


if __name__ == "__main__":
    absltest.main()
