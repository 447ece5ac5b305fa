from absl.testing import absltest

from benchmarks.speed import clock
from benchmarks.speed import results

CASE = results.Case("work", ("ours", "peer", "absent"), cores=(1,), count=2)
TIMES = {
    "ours": clock.Times((2.0, 4.0, 2.0), (2.0, 2.0, 4.0)),
    "peer": clock.Times((3.0, 8.0, 2.0), (1.0, 1.0, 2.0)),
}


class ResultsTest(absltest.TestCase):
    def test_rows(self):
        ours, peer = results.Measured(CASE, 1, TIMES).rows()
        # Of one of two items, in milliseconds.
        self.assertEqual(
            ours, ("work", "1", "ours", "1,000", "1,000", "1", "1")
        )
        # The median and quartiles of the ratios 1.5, 2 and 1: those of rounds.
        self.assertEqual(
            peer,
            ("work", "1", "peer")
            + ("1,500", "500")
            + ("1.50 (1.25 - 1.75)", "0.50 (0.50 - 0.50)"),
        )

    def test_numbers_have_three_digits(self):
        shown = [results._number(x) for x in (0.1234, 12.34, 123.4, 12345.6)]
        self.assertEqual(shown, ["0.12", "12.3", "123", "12,346"])

    def test_table(self):
        measured = results.Measured(CASE, 0, TIMES)
        table = results.table([measured, measured])
        self.assertLen(table.rows, 4)
        self.assertEqual(table.rows[0][1], "all")
        self.assertIn("processor, ratio", table.to_markdown())

    def test_names(self):
        self.assertEqual(
            results.names([CASE]),
            [("work", "1", who) for who in ("ours", "peer", "absent")],
        )

    def test_json_has_every_round(self):
        first, _ = results.Measured(CASE, 1, TIMES).to_json()
        self.assertEqual(first["processor_seconds"], [2.0, 4.0, 2.0])
        self.assertEqual(first["clock_seconds"], [2.0, 2.0, 4.0])
        self.assertEqual(first["items"], 2)


if __name__ == "__main__":
    absltest.main()
