import pathlib

from absl.testing import absltest

from kp2part.beam import pieces


class PiecesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir()) / "unfinished"

    def files(self):
        return sorted(path.name for path in self.root.iterdir())

    def test_a_piece_is_there_until_it_is_done(self):
        self.assertEmpty(pieces.names(self.root))
        for name in "b", "a":
            pieces.put(self.root, name, {"work": name})
        self.assertEqual(pieces.names(self.root), ["a", "b"])
        self.assertEqual(pieces.take(self.root, "a"), {"work": "a"})
        self.assertEqual(pieces.names(self.root), ["a", "b"])
        pieces.finish(self.root, "a")
        pieces.finish(self.root, "a")  # By a worker that was taken for lost.
        self.assertEqual(pieces.names(self.root), ["b"])
        self.assertIsNone(pieces.take(self.root, "a"))

    def test_errors_are_kept_until_the_piece_is_done(self):
        pieces.put(self.root, "a", 1)
        self.assertIsNone(pieces.error(self.root))
        with self.assertRaisesRegex(OSError, "no room"):
            with pieces.noting_errors(self.root, "a"):
                raise OSError("no room")
        self.assertEqual(pieces.error(self.root), "no room")
        pieces.finish(self.root, "a")
        self.assertIsNone(pieces.error(self.root))

    def test_bugs_are_not_noted(self):
        pieces.put(self.root, "a", 1)
        with self.assertRaises(TypeError):
            with pieces.noting_errors(self.root, "a"):
                raise TypeError("a bug")
        self.assertIsNone(pieces.error(self.root))

    def test_an_error_makes_no_directory(self):
        with self.assertRaisesRegex(ValueError, "elsewhere"):
            with pieces.noting_errors(self.root, "setup"):
                raise ValueError("elsewhere")
        self.assertFalse(self.root.exists())

    def test_clear_leaves_results(self):
        pieces.put(self.root, "a", 1)
        for name in "b.error", "c.jsonl", f".partial-{'0' * 32}-c.jsonl":
            (self.root / name).write_text("")
        pieces.clear(self.root)
        self.assertEqual(self.files(), ["c.jsonl"])


if __name__ == "__main__":
    absltest.main()
