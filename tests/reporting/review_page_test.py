import pathlib
import re

from absl.testing import absltest
import cv2
import numpy as np

from kp2part.formats.labeled import labels
from kp2part.labeling import jobs
from kp2part.reporting import review_page
from tests import photo_files
from tests import tiny
from tests.labeling import videos

KEYPOINTS = np.array([[12, 20, 2], [0, 0, 0], [30, 30, 1]], np.float32)


def item(quality=None, confidence=None):
    part_ids = np.ones([8, 12], np.uint8)
    part_ids[:, 6:] = 2
    return labels.LabeledObject(
        "dog", KEYPOINTS, part_ids, (10, 20), None, confidence, quality
    )


class ReviewPageTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        photo = photo_files.picture(60, 80)
        (self.root / "a<b>.jpg").write_bytes(photo_files.jpeg(photo))
        videos.write_video(self.root / "walk.avi")

    def outcome(self, *items, name="a<b>.jpg", frame=None):
        job = jobs.Job(name, self.root / name, frame=frame)
        photo = labels.LabeledPhoto(name, 60, 80, items, frame)
        return jobs.Outcome(job, photo)

    def page(self, outcomes, count=10):
        ranked = review_page.rank(outcomes, count)
        return review_page.render(ranked, tiny.CATEGORY, "Masks & more")

    def test_the_worst_come_first(self):
        qualities = [0.5, 0.9, 0.1, 0.5, 0.3]
        outcomes = [self.outcome(item(q), item(1.0)) for q in qualities]
        failed = jobs.Outcome(outcomes[0].job, error="damaged")
        ranked = review_page.rank([failed, *outcomes], 4)
        self.assertEqual([x.rank for x in ranked.worst], [0.1, 0.3, 0.5, 0.5])
        # Of equals, the first is first.
        self.assertIs(ranked.worst[2].shown, outcomes[0].photo.objects[0])
        self.assertTrue(ranked.has_quality)
        self.assertEqual(ranked.counts.sum(), 10)
        self.assertEqual(ranked.counts[[2, 6, 10, 18, 19]].tolist(),
                         [1, 1, 2, 1, 5])  # fmt: skip

    def test_without_quality_by_confidence(self):
        sure = item(None, np.float32([0.9, 0.8, 0.6]))
        nothing = item(None, np.float32([0.9, 0, 0]))
        ranked = review_page.rank([self.outcome(sure, nothing)], 5)
        self.assertEqual(ranked.worst[0].rank, 0)
        self.assertAlmostEqual(ranked.worst[1].rank, 0.7, places=5)
        self.assertFalse(ranked.has_quality)
        self.assertIn("mean confidence", self.page([self.outcome(sure)]))

    def test_page(self):
        shown = item(0.25, np.float32([0.9, 0.8, 0]))
        frame = self.outcome(item(0.75), name="walk.avi", frame=3)
        text = self.page([frame, self.outcome(shown)])
        self.assertIn("Masks &amp; more", text)
        self.assertIn("a&lt;b&gt;.jpg, object 1 (dog)", text)
        self.assertIn("left_leg 80 %", text)
        self.assertIn("walk.avi, frame 3, object 1", text)
        self.assertLess(text.index("0.25"), text.index("walk.avi"))
        self.assertLen(re.findall("data:image/jpeg;base64,", text), 2)
        # Nothing is loaded from elsewhere.
        self.assertEmpty(re.findall(r"(?:src|href)=\"(?!data:)", text))

    def test_thumbnail_shows_the_object(self):
        pixels = np.zeros([60, 80, 3], np.uint8)
        cv2.rectangle(pixels, (10, 20), (21, 27), (90, 90, 90), -1)
        outcome = self.outcome(item(0.5))
        found = review_page.rank([outcome], 1).worst[0]
        url = review_page._thumbnail(found, pixels, tiny.CATEGORY)
        self.assertStartsWith(url, "data:image/jpeg")
        rows, columns = review_page._window(found.shown, outcome.photo)
        # Parts and keypoints, with a margin, inside the photo.
        self.assertLess(rows.start, 20)
        self.assertGreater(rows.stop, 30)
        self.assertLess(columns.start, 10)
        self.assertGreater(columns.stop, 31)

    def test_a_photo_that_is_gone(self):
        text = self.page([self.outcome(item(0.5), name="gone.jpg")])
        self.assertIn("the photo is gone", text)


if __name__ == "__main__":
    absltest.main()
