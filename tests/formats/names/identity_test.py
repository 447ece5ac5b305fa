from absl.testing import absltest
from absl.testing import parameterized

from kp2part.formats.names import identity


class IdentityTest(parameterized.TestCase):
    @parameterized.parameters(1, 1.0, "1", " 1", "1.0", "1.")
    def test_one_id(self, value):
        self.assertEqual(identity.id_of(value, "a.json", "id"), "1")

    @parameterized.parameters("01", "a", "1.5", "-0x1")
    def test_other_texts_stay(self, value):
        self.assertEqual(identity.id_of(value, "a.json", "id"), value)

    @parameterized.parameters(
        True,
        None,
        ([1],),
        "",
        " ",
        1.5,
        float("nan"),
        float("inf"),
        10**400,
        1e17,
    )
    def test_no_id(self, value):
        with self.assertRaisesRegex(
            ValueError, "^a.json: `id` must be a whole number or a text. Rec"
        ):
            identity.id_of(value, "a.json", "id")

    def test_fold(self):
        for name in ("left_eye", "Left Eye", "left-eye ", "LEFT__EYE"):
            self.assertEqual(identity.fold(name), "left_eye")

    def test_nearest(self):
        known = ("left_eye", "nose")
        self.assertEqual(identity.nearest("Left_Eyes", known), ["left_eye"])
        self.assertEqual(identity.nearest("hoof", known), [])
        self.assertEqual(
            identity.with_nearest("left eyes", known),
            "'left eyes' (nearest: left_eye)",
        )

    def test_twice(self):
        self.assertEqual(identity.twice(["b", "a", "b", "a", "c"]), ["a", "b"])

    def test_one_line(self):
        self.assertEqual(identity.one_line(" big\n dog "), "big dog")
        self.assertLen(identity.one_line("x" * 99), 40)

    def test_shown_whatever_it_is(self):
        deep = []
        for _ in range(100_000):
            deep = [deep]
        self.assertEqual(identity.shown(deep), "a list")
        self.assertEqual(identity.shown(10**5000), "a int")
        self.assertLen(identity.shown("x" * 100), 80)


if __name__ == "__main__":
    absltest.main()
