import os
import pathlib
import resource

from absl.testing import absltest
import numpy as np

from kp2part.formats.labeled import labels
from kp2part.formats.poses import annotation
from kp2part.labeling import jobs
from kp2part.labeling import journal as journal_lib

HEADER = {"model": "one", "task": {"size": 32}}
KEYPOINTS = np.array([[1.25, 2.1, 2], [0, 0, 0], [7, 8, 1]], np.float32)


def outcome_of(root, name="a/b.jpg", error=None, x=1.0):
    points = KEYPOINTS.copy()
    points[0, 0] = x
    item = annotation.KeypointAnnotation("dog", (1, 2, 9, 9.5), points, "here")
    job = jobs.Job(name, root / name, (item,), (10, None))
    if error is not None:
        return jobs.Outcome(job, error=error)
    part_ids = np.array([[0, 1, 1], [2, 2, 0]], np.uint8)
    confidence = np.array([0.9, 0.8, 0.25], np.float32)
    item = labels.LabeledObject(
        "dog", points, part_ids, (3, 4), (1, 2, 9, 9.5), confidence, 0.75, "rex"
    )
    boxless = labels.LabeledObject("*", points, part_ids, (0, 0))
    photo = labels.LabeledPhoto(name, 10, 20, (item, boxless))
    return jobs.Outcome(job, photo, left_out=("too few keypoints",))


class JournalTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        self.path = self.root / "journal.jsonl"

    def open(self, header=None):
        return journal_lib.Journal(self.path, header or HEADER)

    def assert_same(self, found, expected):
        self.assertEqual(
            (found.job, found.error, found.left_out),
            (expected.job, expected.error, expected.left_out),
        )
        for one, other in zip(
            found.photo.objects, expected.photo.objects, strict=True
        ):
            for name, value in vars(other).items():
                np.testing.assert_equal(getattr(one, name), value)
        sizes = found.photo.height, found.photo.width, found.photo.name
        self.assertEqual(sizes, (10, 20, expected.job.name))

    def test_what_is_written_is_read(self):
        expected = outcome_of(self.root)
        with self.open() as journal:
            self.assertFalse(journal.is_done(expected.job))
            self.assertIsNone(journal.read(expected.job))
            journal.write(expected)
            self.assertTrue(journal.is_done(expected.job))
            self.assert_same(journal.read(expected.job), expected)
        with self.open() as journal:
            self.assertTrue(journal.is_done(expected.job))
            self.assert_same(journal.read(expected.job), expected)

    def test_cut_off_anywhere_loses_one_photo_at_most(self):
        first, second = (outcome_of(self.root, n) for n in ("a.jpg", "b.jpg"))
        with self.open() as journal:
            journal.write(first)
            length = self.path.stat().st_size
            journal.write(second)
        whole = self.path.read_bytes()
        for end in range(0, len(whole), 7):
            self.path.write_bytes(whole[:end])
            with self.open() as journal:
                self.assertEqual(journal.is_done(first.job), end >= length)
                self.assertFalse(journal.is_done(second.job))
                journal.write(first)
                journal.write(second)
                self.assert_same(journal.read(second.job), second)
            with self.open() as journal:
                self.assertTrue(journal.is_done(second.job))

    def test_other_keypoints_are_another_job(self):
        old, new = outcome_of(self.root), outcome_of(self.root, x=2.0)
        with self.open() as journal:
            journal.write(old)
            self.assertFalse(journal.is_done(new.job))
            self.assertIsNone(journal.read(new.job))
            journal.write(new)
            self.assertTrue(journal.is_done(new.job))
            self.assertFalse(journal.is_done(old.job))

    def test_another_file_is_another_job(self):
        found = outcome_of(self.root)
        (self.root / "a").mkdir()
        with self.open() as journal:
            journal.write(found)
            path = self.root / "a/b.jpg"
            path.write_bytes(b"new")
            self.assertFalse(journal.is_done(found.job))
            journal.write(found)
            self.assertTrue(journal.is_done(found.job))
            # Of the same size.
            path.write_bytes(b"old")
            os.utime(path, (1, 1))
            self.assertFalse(journal.is_done(found.job))

    def test_what_failed_is_tried_again(self):
        failed = outcome_of(self.root, error="damaged")
        with self.open() as journal:
            journal.write(failed)
            self.assertFalse(journal.is_done(failed.job))
            self.assertEqual(journal.read(failed.job).error, "damaged")
            journal.write(outcome_of(self.root))
        with self.open() as journal:
            self.assertTrue(journal.is_done(failed.job))

    def test_another_journal_is_absorbed(self):
        one, two = (outcome_of(self.root, n) for n in ("a.jpg", "b.jpg"))
        failed = outcome_of(self.root, "c.jpg", error="damaged")
        path = self.root / "other.jsonl"
        with journal_lib.Journal(path, HEADER) as other:
            for outcome in one, two, failed:
                other.write(outcome)
        with self.open() as journal:
            journal.write(one)
            length = self.path.stat().st_size
            journal.absorb(path)
            self.assert_same(journal.read(two.job), two)
            self.assertEqual(journal.read(failed.job).error, "damaged")
            self.assertFalse(journal.is_done(failed.job))
        whole = self.path.read_bytes()
        self.assertEqual(whole, path.read_bytes())
        self.assertLess(length, len(whole))

    def test_a_journal_of_another_model_is_not_absorbed(self):
        path = self.root / "more/other.jsonl"
        path.parent.mkdir()
        with journal_lib.Journal(path, {**HEADER, "model": "two"}) as other:
            other.write(outcome_of(self.root))
        with self.open() as journal:
            before = self.path.read_bytes()
            with self.assertRaisesRegex(ValueError, "more: .*another model"):
                journal.absorb(path)
            self.assertEqual(self.path.read_bytes(), before)

    def test_another_model_is_refused(self):
        self.open().close()
        contents = self.path.read_bytes()
        with self.assertRaisesRegex(ValueError, "with another model. Choose"):
            self.open({**HEADER, "model": "two"})
        self.assertEqual(self.path.read_bytes(), contents)

    def test_a_damaged_line_is_named(self):
        with self.open() as journal:
            journal.write(outcome_of(self.root))
        self.path.write_bytes(self.path.read_bytes() + b"{]\n")
        with self.assertRaisesRegex(ValueError, "journal.jsonl: line 3: not"):
            self.open()

    def test_a_full_disk_leaves_whole_lines(self):
        first, second = (outcome_of(self.root, n) for n in ("a.jpg", "b.jpg"))
        with self.open() as journal:
            journal.write(first)
            length = self.path.stat().st_size
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (length + 99, before[1]))
            try:
                with self.assertRaisesRegex(OSError, "cannot be written"):
                    journal.write(second)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
            self.assertEqual(self.path.stat().st_size, length)
            journal.write(second)
            self.assert_same(journal.read(second.job), second)


if __name__ == "__main__":
    absltest.main()
