from absl.testing import absltest
import numpy as np

from kp2part.evaluation import labels
from kp2part.experiments import charts


def row(head, tail):
    return {
        "iou": {"head": head, "tail": tail},
        "mean_iou": head,
        "mean_iou_foreground": head,
    }


TABLE = {
    "all": {"one": row([0.5, 0.7], [np.nan, 0.2]), "two": row([0.1], [0.3])}
}


class ChartsTest(absltest.TestCase):
    def assert_picture(self, chart):
        self.assertTrue(chart.startswith(b"\x89PNG\r\n"))

    def test_bars_show_measure_and_reported_figures(self):
        plain = charts.comparison(TABLE)
        self.assert_picture(plain)
        pseudo = charts.comparison(TABLE, labels.KINDS["pseudo"].measure)
        reported = [
            charts.comparison(TABLE, "IoU", {"all": {"full model": mean}})
            for mean in (63.69, 64.69)
        ]
        self.assertLen({plain, pseudo, *reported}, 4)

    def test_27_systems_have_room(self):
        systems = {f"system {i}": TABLE["all"]["one"] for i in range(27)}
        curve = {"0": 0.5, "0.25": 0.3}
        # matplotlib warns where no room is left, and that is an error here.
        for chart in (
            charts.comparison({"all": systems, "cat": systems}),
            charts.fractions({"a": systems}, {"a": 1.0}),
            charts.robustness(
                {"keypoint_dropout": dict.fromkeys(systems, curve)}
            ),
        ):
            self.assert_picture(chart)

    def test_curves_show_measure_and_fractions(self):
        table = {"a": TABLE["all"], "b": TABLE["all"]}
        groups = {"a": 1.0, "b": 0.125}
        plain = charts.fractions(table, groups)
        self.assert_picture(plain)
        agreement = charts.fractions(table, groups, "agreement")
        moved = charts.fractions(table, {"a": 1.0, "b": 0.25})
        self.assertLen({plain, agreement, moved}, 3)

    def test_robustness_shows_levels_by_their_size(self):
        curve = {"0.5": 0.1, "0": 0.5, "0.25": 0.3}
        plain = charts.robustness({"keypoint_dropout": {"one": curve}})
        self.assert_picture(plain)
        ordered = dict(sorted(curve.items()))
        again = charts.robustness({"keypoint_dropout": {"one": ordered}})
        self.assertEqual(again, plain)
        other = {"keypoint_dropout": {"one": {**curve, "0.5": 0.2}}}
        agreement = labels.KINDS["pseudo"].measure
        self.assertLen(
            {
                plain,
                charts.robustness(other),
                charts.robustness(other, agreement),
            },
            3,
        )


if __name__ == "__main__":
    absltest.main()
