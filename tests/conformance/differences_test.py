import pathlib

from absl.testing import absltest

from kp2part.conformance import __main__
from kp2part.conformance import cases
from kp2part.conformance import differences

ROOT = pathlib.Path(__file__).parents[2]


class DifferencesTest(absltest.TestCase):
    def test_the_document_has_the_table(self):
        table = differences.table(differences.load()).to_markdown()
        (document,) = ROOT.glob("docs/**/serving_differences.md")
        self.assertIn(f"\n\n{table}\n", document.read_text())

    def test_they_are_quirks_of_cases_that_there_are(self):
        levels = {c.id: c.level for c in cases.load(__main__.VECTORS)}
        for case in differences.cases(differences.load()):
            self.assertEqual(levels[case], "may")

    def test_table(self):
        entry = {
            "cases": ["A1", "B-2"],
            "tensorflow_serving": "404",
            "kp2part_serve": "a page",
            "why": "to see",
        }
        self.assertEqual(differences.cases([entry]), {"A1", "B-2"})
        (row,) = differences.table([entry]).rows
        self.assertEqual(row, ("`A1`, `B-2`", "404", "a page", "to see"))


if __name__ == "__main__":
    absltest.main()
