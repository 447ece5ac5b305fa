from absl.testing import absltest

from kp2part.schema import sides


class SidesTest(absltest.TestCase):
    def test_swaps_whole_words(self):
        self.assertEqual(sides.mirror_name("left_front_paw"), "right_front_paw")
        self.assertEqual(sides.mirror_name("cleft"), "cleft")

    def test_mirror(self):
        names = ("left_front_paw", "nose", "right_front_paw")
        self.assertEqual(sides.mirror(names), (2, 1, 0))

    def test_left_without_right(self):
        with self.assertRaisesRegex(ValueError, r"Missing: \['right_ear'\]"):
            sides.mirror(("left_ear", "nose"))


if __name__ == "__main__":
    absltest.main()
