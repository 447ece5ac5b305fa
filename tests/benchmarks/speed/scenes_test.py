import pathlib

from absl.testing import absltest
import cv2
import numpy as np

from benchmarks.speed import scenes
from benchmarks.speed import workplace

RED, GREEN = (0, 0, 255), (0, 255, 0)


class ScenesTest(absltest.TestCase):
    def animal(self, color):
        """Returns an animal, 10 x 10 px, in a black photo of 40 x 20 px."""
        directory = pathlib.Path(self.create_tempdir().full_path)
        photo = np.zeros([20, 40, 3], np.uint8)
        photo[5:15, 20:30] = color
        cv2.imwrite(str(directory / "photo.png"), photo)
        keypoints = np.array([[25, 10, 2], [0, 0, 0]], np.float32)
        box = np.array([20, 5, 30, 15], np.float32)
        return workplace.Animal(directory / "photo.png", keypoints, box)

    def decoded(self, scene):
        read = np.frombuffer(scene.jpeg, np.uint8)
        return cv2.imdecode(read, cv2.IMREAD_COLOR)

    def test_size(self):
        for count in (1, 5):
            scene = scenes.make([self.animal(RED)] * count, 0.3)
            height, width, _ = self.decoded(scene).shape
            self.assertAlmostEqual(height * width / 1e6, 0.3, delta=0.01)
            self.assertAlmostEqual(width / height, 4 / 3, delta=0.02)

    def test_boxes_and_keypoints_are_where_the_animals_are(self):
        scene = scenes.make([self.animal(RED), self.animal(GREEN)], 0.1)
        photo = self.decoded(scene)
        for box, keypoints, color in zip(
            scene.boxes, scene.keypoints, (RED, GREEN), strict=True
        ):
            left, top, right, bottom = box.astype(int)
            inside = photo[top + 8 : bottom - 8, left + 8 : right - 8]
            self.assertLess(np.abs(inside - np.array(color)).mean(), 20)
            self.assertLess(photo[top - 20 : top - 8].max(), 60)
            x, y, v = keypoints[0]
            self.assertTrue(left < x < right and top < y < bottom and v == 2)
            self.assertEqual(keypoints[1].tolist(), [0, 0, 0])


if __name__ == "__main__":
    absltest.main()
