from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.schema import coordinates

SIZE = (300, 400)  # (height, width): never square.
NAMES = ("nose", "tail", "ear")


class CoordinatesTest(parameterized.TestCase):
    def check(self, points, size=SIZE, **kwargs):
        rows = [[x, y, 2] for x, y in points]
        coordinates.check_keypoints(
            np.float32(rows), size, "a.json", NAMES, **kwargs
        )

    @parameterized.parameters(
        [[(0, 0), (399, 299), (50, 60)]],
        [[(-19, 10), (418, 318), (50, 60)]],  # 5 % of 400: 20 pixels.
        [[(10, 10), (10, 10), (10, 13)]],
        [[(10, 10), (20, 90), (30, 50)]],  # Too narrow for percent.
        [[(10, 10)]],
        [[]],
    )
    def test_good(self, points):
        if points:
            self.check(points)
        else:
            coordinates.check_keypoints(
                np.zeros((3, 3), np.float32), SIZE, "a.json", NAMES
            )

    def test_one_of_many_may_be_a_mistake(self):
        names = ("nose",) * 6

        def check(*strays):
            points = [(10, 10)] * (6 - len(strays)) + list(strays)
            rows = np.float32([[x, y, 2] for x, y in points])
            coordinates.check_keypoints(rows, SIZE, "a.json", names)

        check((450, 30))
        for strays in ([(450, 30), (430, 50)], [(700, 30)]):
            with self.assertRaisesRegex(ValueError, "must lie in the photo"):
                check(*strays)

    def test_absent_keypoints_may_be_anywhere(self):
        rows = np.float32([[900, 900, 0], [10, 10, 1], [np.nan, 0, 0]])
        coordinates.check_keypoints(rows, SIZE, "a.json", NAMES)

    @parameterized.parameters(
        ([(10, 10), (10, 320), (5, 5)], "tail at .10, 320.*x and y swapped"),
        ([(10, 10), (800, 20), (9, 9)], "tail at .800, 20.*another size"),
        ([(10, 10), (20, 20), (-21, 9)], "ear at .-21, 9"),
        ([(0.1, 0.2), (0.5, 0.9), (0.3, 0.1)], "within 2 pixels.*fractions"),
        ([(50, 50), (51, 52), (50, 51)], "within 2 pixels. Received: 2 pix"),
        ([(10, 10), (90, 80), (50, 45)], "look like percent.*give a box"),
        ([(np.nan, 1), (9, 8), (5, 4)], "nose at .nan, 1"),
    )
    def test_bad(self, points, message):
        with self.assertRaisesRegex(ValueError, f"^a.json: .*{message}"):
            self.check(points)

    def test_box(self):
        points = [(10, 10), (90, 80), (50, 45)]
        self.check(points, box=(0, 0, 100, 100))
        self.check(points, box=(60, 60, 100, 100))
        self.check(points[:2], box=(200, 150, 280, 290))
        for box, message in (
            ((230, 160, 370, 250), "3 of 3 outside.*percent"),
            ((200, 150, 280, 290), r"3 of 3 outside\.$"),
        ):
            with self.assertRaisesRegex(ValueError, message):
                self.check([(60, 55), (90, 80), (70, 60)], box=box)
        with self.assertRaisesRegex(ValueError, "Are x and y swapped"):
            self.check(
                [(250, 20), (290, 30), (270, 90)],
                box=(20, 240, 100, 300),
            )

    def test_sizes(self):
        for declared in (SIZE, (None, 400), (None, None)):
            coordinates.check_size(declared, SIZE, "a.json")
        for declared, message in (
            ((400, 300), "must be those of the photo, 400 x 300 pixels. Rec"
             "eived: 300 x 400. Was the photo rotated"),
            ((270, 360), "Received: 360 x 270. .*scaled or cropped"),
            ((270, None), r"Received: \? x 270"),
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, message):
                coordinates.check_size(declared, SIZE, "a.json")

    def test_boxes(self):
        coordinates.check_box((0, 0, 400, 300), SIZE, "a.json")
        coordinates.check_box((-15, 0, 410, 300), SIZE, "a.json")
        for box in ((0, 0, 400, 330), (-30, 0, 9, 9), (0, 0, np.nan, 9)):
            with self.assertRaisesRegex(ValueError, "box must lie in the pho"):
                coordinates.check_box(box, SIZE, "a.json")


if __name__ == "__main__":
    absltest.main()
