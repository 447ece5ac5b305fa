import json

from absl.testing import absltest
import numpy as np

from kp2part.evaluation import scores

# Two images; rows are the true parts. There is no tail.
MATRICES = np.array(
    [[[6, 2, 0], [0, 4, 0], [0, 0, 0]], [[5, 0, 0], [3, 1, 0], [0, 0, 0]]]
)


class ScoresTest(absltest.TestCase):
    def test_pooled_and_per_image(self):
        summary = scores.summarize(MATRICES, ("background", "head", "tail"))
        # Pooled: [[11, 2, 0], [3, 5, 0], [0, 0, 0]].
        self.assertAlmostEqual(summary["iou"]["background"], 11 / 16)
        self.assertAlmostEqual(summary["iou"]["head"], 5 / 10)
        self.assertIsNone(summary["iou"]["tail"])
        self.assertAlmostEqual(summary["mean_iou"], (11 / 16 + 5 / 10) / 2)
        self.assertAlmostEqual(summary["mean_iou_foreground"], 5 / 10)
        self.assertEqual(summary["num_examples"], 2)
        self.assertEqual(
            summary["num_examples_with"],
            {"background": 2, "head": 2, "tail": 0},
        )
        per_image = summary["per_image"]
        self.assertAlmostEqual(per_image["iou"]["head"], (4 / 6 + 1 / 4) / 2)
        self.assertAlmostEqual(
            per_image["mean_iou"],
            ((6 / 8 + 4 / 6) / 2 + (5 / 8 + 1 / 4) / 2) / 2,
        )
        low, high = summary["interval"]["mean_iou"]
        self.assertLessEqual(low, summary["mean_iou"])
        self.assertGreaterEqual(high, summary["mean_iou"])
        json.dumps(summary, allow_nan=False)

    def test_by_class(self):
        parts = ("background", "head", "tail")
        classes = scores.by_class(MATRICES, ["dog", "cat"], parts)
        self.assertEqual(list(classes), ["cat", "dog"])
        self.assertAlmostEqual(classes["dog"]["iou"]["head"], 4 / 6)
        self.assertAlmostEqual(classes["cat"]["iou"]["head"], 1 / 4)
        self.assertAlmostEqual(classes["cat"]["mean_iou"], (5 / 8 + 1 / 4) / 2)
        self.assertEqual(classes["cat"]["num_examples"], 1)
        table = scores.classes_table(classes)
        self.assertEqual(table.heads, ("class", *parts, "mean", "examples"))
        # The mean is (0.625 + 0.25) / 2 = 0.4375.
        self.assertEqual(
            table.rows[0], ("cat", "0.625", "0.250", "n/a", "0.438", "1")
        )
        again = scores.by_class(MATRICES, ["cat", "cat"], parts)
        self.assertAlmostEqual(again["cat"]["iou"]["head"], 5 / 10)

    def test_images_with_a_part_are_counted_by_label(self):
        matrices = np.array([[[5, 2], [0, 0]], [[4, 0], [1, 3]]])
        summary = scores.summarize(matrices, ("background", "head"))
        self.assertEqual(summary["num_examples_with"]["head"], 1)

    def test_table(self):
        summary = scores.summarize(MATRICES, ("background", "head", "tail"))
        table = scores.table(summary)
        rows = {name: cells for name, *cells in table.rows}
        # Over the images: (4 / 6 + 1 / 4) / 2 = 0.4583.
        self.assertEqual(rows["head"][::2], ["0.500", "0.458"])
        self.assertEqual(rows["tail"], ["n/a", "n/a - n/a", "n/a", "0"])
        # (11 / 16 + 5 / 10) / 2 = 0.59375.
        self.assertEqual(rows["mean"][0], "0.594")
        self.assertIn("| **mean**", table.to_markdown())

    def test_table_names_the_measure(self):
        summary = scores.summarize(MATRICES, ("background", "head", "tail"))
        for labels, head in (
            ({}, "IoU"),
            ({"labels": "true"}, "IoU"),
            ({"labels": "pseudo"}, "agreement with pseudo-labels"),
        ):
            table = scores.table({**summary, **labels})
            self.assertEqual(table.heads[:2], ("part", head))


if __name__ == "__main__":
    absltest.main()
