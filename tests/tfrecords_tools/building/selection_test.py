import dataclasses

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats.masks import photo_objects
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import annotation
from tests import tiny_photos
from tfrecords_tools.building import selection
from tfrecords_tools.building import settings as settings_lib

BOX = (10.0, 10.0, 42.0, 50.0)


def make_annotation(num_visible: int, num_occluded: int = 0):
    rows = np.zeros((9, 3), np.float32)
    rows[:num_visible, 2] = 2
    rows[num_visible : num_visible + num_occluded, 2] = 1
    return annotation.KeypointAnnotation("dog", BOX, rows, "a test")


GOOD = selection.Candidate(
    item=photo_objects.Object(0, "dog", tiny_photos.rectangle(0, 0, 1, 1), ()),
    labels=np.uint8([[0, 1]]),
    box=BOX,
    other_boxes=[],
    annotation=make_annotation(5),
)


UNTOLD = dataclasses.replace(GOOD.item, class_name=vocabulary.ANY_CLASS)
WHOLE = dataclasses.replace(GOOD.item, may_be_several=True)


class CandidateTest(parameterized.TestCase):
    @parameterized.parameters(
        ({}, "kept"),
        ({"box": None}, "no_box"),
        ({"annotation": None}, "no_keypoints"),
        ({"item": UNTOLD}, "no_class"),
        ({"item": WHOLE}, "kept"),
        ({"item": WHOLE, "num_annotated": 2}, "several_objects"),
        ({"num_annotated": 2}, "kept"),
        # 32 x 40 = 1280; 1.75 x 36 of it are 63: 63 / (1280 + 63 - 63).
        ({"other_boxes": [(10, 10, 11.75, 46)]}, "kept"),  # 0.0492
        ({"other_boxes": [(10, 10, 12, 46)]}, "overlap"),  # 72 / 1280
        ({"other_boxes": [(0, 0, 9, 9), BOX]}, "overlap"),
        ({"box": (10, 10, 41.9, 50)}, "too_small"),
        ({"box": (10, 10, 90, 41.9)}, "too_small"),
        ({"annotation": make_annotation(4)}, "too_few_keypoints"),
        ({"annotation": make_annotation(3, 2)}, "kept"),  # v > 0 counts.
        ({"labels": np.uint8([[0, 255]])}, "no_part"),
    )
    def test_outcome(self, change, outcome):
        candidate = dataclasses.replace(GOOD, **change)
        self.assertEqual(candidate.outcome(settings_lib.Thresholds()), outcome)

    def test_first_reason_counts(self):
        changes = {
            "no_part": {"labels": np.uint8([[0, 255]])},
            "too_few_keypoints": {"annotation": make_annotation(1)},
            "too_small": {"box": (10, 10, 12, 12)},
            "overlap": {"other_boxes": [(10, 10, 12, 12)]},
            "no_class": {"item": UNTOLD},
            "no_keypoints": {"annotation": None},
            "no_box": {"box": None},
            "several_objects": {"item": WHOLE, "num_annotated": 2},
        }
        candidate, found = GOOD, []
        for change in changes.values():
            candidate = dataclasses.replace(candidate, **change)
            found.append(candidate.outcome(settings_lib.Thresholds()))
        self.assertEqual(found, list(changes))
        self.assertEqual(found[::-1], list(selection.REASONS))

    @parameterized.parameters(
        ({"max_overlap": 1.5}, r"`max_overlap` must be in \[0, 1\].*1.5"),
        ({"min_match_iou": float("nan")}, "`min_match_iou` must be in"),
        ({"min_side": -1}, "`min_side` must be at least 0.*-1"),
        ({"min_keypoints": -1}, "`min_keypoints` must be at least 0.*-1"),
    )
    def test_bad_thresholds(self, change, message):
        with self.assertRaisesRegex(ValueError, message):
            settings_lib.Thresholds(**change)


class TableTest(absltest.TestCase):
    def test_count_add_render(self):
        train = selection.count(
            [("dog", "kept"), ("cat", "overlap"), ("dog", "no_part")]
        )
        self.assertEqual(
            train["dog"], {"seen": 2, "kept": 1, "dropped": {"no_part": 1}}
        )
        val = selection.count([("dog", "kept"), ("dog", "no_part")])
        self.assertEqual(
            selection.add([train, val])["dog"],
            {"seen": 4, "kept": 2, "dropped": {"no_part": 2}},
        )
        lines = selection.render({"train": train, "val": val}).splitlines()
        self.assertEqual(
            lines[0].split(),
            ["split", "class", "seen", "kept", "overlap", "no_part"],
        )
        self.assertEqual(lines[1].split(), ["train", "dog", *"2101"])
        self.assertEqual(lines[3].split(), ["train", "total", *"3111"])
        self.assertEqual(lines[-1].split(), ["all", "total", *"5212"])
        self.assertLen(set(map(len, lines)), 1)  # Aligned.


if __name__ == "__main__":
    absltest.main()
