from absl.testing import absltest

from kp2part.experiments import styles


class StylesTest(absltest.TestCase):
    def test_27_systems_look_different(self):
        looks = [styles.style(i) for i in range(27)]
        for names in (
            ("color", "marker"),
            ("color", "hatch"),
            ("marker", "dashes"),  # Without colors too.
        ):
            found = {tuple(getattr(x, n) for n in names) for x in looks}
            self.assertLen(found, 27, names)

    def test_nine_systems_have_nothing_in_common(self):
        looks = [styles.style(i) for i in range(9)]
        for name in ("color", "marker", "dashes", "hatch"):
            self.assertLen({getattr(x, name) for x in looks}, 9)


if __name__ == "__main__":
    absltest.main()
