import json

from absl.testing import absltest
import cv2
import numpy as np

from docs.generators import person_sample


class PersonSampleTest(absltest.TestCase):
    def test_it_is_the_drawn_one(self):
        photo, keypoints = person_sample.draw()
        text = (person_sample.DOCS / "sample_person.json").read_text()
        np.testing.assert_allclose(json.loads(text), keypoints, atol=0.11)
        stored = cv2.imread(str(person_sample.DOCS / "sample_person.jpg"))
        self.assertEqual(stored.shape, photo.shape)
        error = stored[..., ::-1].astype(int) - photo
        self.assertLess(np.abs(error).mean(), 5)


if __name__ == "__main__":
    absltest.main()
