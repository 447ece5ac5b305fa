from absl.testing import absltest

from kp2part.system import tables


class TablesTest(absltest.TestCase):
    def test_markdown_keeps_digits_and_aligns_numbers_right(self):
        table = tables.Table(
            ("part", "IoU", "mean"),
            (("head", "0.500", "1e3"), ("mean", "n/a", "")),
            strong=("mean",),
        )
        self.assertEqual(
            table.to_markdown(),
            "| part     |   IoU |   **mean** |\n"
            "|:---------|------:|-----------:|\n"
            "| head     | 0.500 |        1e3 |\n"
            "| **mean** |   n/a |            |\n",
        )

    def test_text_has_its_first_columns_left(self):
        table = tables.Table(
            ("split", "class", "seen"),
            (("train", "dog", "2"), ("val", "cat", "100")),
            num_left=2,
        )
        self.assertEqual(
            table.to_text(),
            "split  class  seen\ntrain  dog       2\nval    cat     100",
        )

    def test_only_names_are_emphasized(self):
        table = tables.Table(("a", "b"), (("c", "b"),), strong=("b",))
        self.assertIn("| c   |       b |", table.to_markdown())

    def test_a_table_without_rows_has_its_headings(self):
        text = tables.Table(("a", "b"), ()).to_markdown()
        self.assertEqual(
            text.splitlines()[0].split(), ["|", "a", "|", "b", "|"]
        )

    def test_rows_must_fit_the_headings(self):
        with self.assertRaisesRegex(
            ValueError, r"`rows` must have 2 cells.*\['c'\]"
        ):
            tables.Table(("a", "b"), (("c",),))


if __name__ == "__main__":
    absltest.main()
