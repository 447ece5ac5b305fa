from absl.testing import absltest
import numpy as np

from kp2part.visualization import lettering
from tests import tiny


class LetteringTest(absltest.TestCase):
    def test_headings_stay_in_their_columns(self):
        line = lettering.headings(["W" * 60, "", "i"], 600)
        self.assertEqual(line.shape[1], 600)
        self.assertTrue((line[:, :196] < 128).any())
        self.assertTrue((line[:, 196:400] == 255).all())
        self.assertTrue((line[:, 400:] < 128).any())
        # All of it is there, smaller.
        short = lettering.headings(["W" * 10, "", ""], 600)
        self.assertLess(
            (line[:, :200] < 128).any((1, 2)).sum(),
            (short[:, :200] < 128).any((1, 2)).sum(),
        )

    def test_legend_has_the_parts_and_wraps(self):
        def colors(picture):
            return {tuple(map(int, c)) for c in picture.reshape(-1, 3)}

        wide = lettering.legend(tiny.CATEGORY, 900, "all, fold0")
        _, *parts = tiny.CATEGORY.colors
        self.assertContainsSubset([*parts, (0, 114, 255)], colors(wide))
        narrow = lettering.legend(tiny.CATEGORY, 150)
        self.assertEqual(narrow.shape[1], 150)
        self.assertGreater(len(narrow), 3 * len(wide))
        self.assertContainsSubset(parts, colors(narrow))
        self.assertTrue((narrow[:, -2:] == 255).all())
        gray = lettering.legend(tiny.CATEGORY, 900, with_ignored=True)
        rectangle = np.full((3, 10, 3), 128)
        self.assertGreater((gray == 128).all(-1).sum(), rectangle[..., 0].size)
        self.assertLess((wide == 128).all(-1).sum(), rectangle[..., 0].size)


if __name__ == "__main__":
    absltest.main()
