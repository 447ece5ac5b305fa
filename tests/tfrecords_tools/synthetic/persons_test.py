from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.schema import category as category_lib
from tfrecords_tools.synthetic import persons
from tfrecords_tools.synthetic import sprites

CLOTHES = persons.clothes((214, 160, 128), (62, 42, 30), (176, 52, 48),
                          (52, 66, 104))  # fmt: skip
PERSON = category_lib.load("person")
# The part that each joint with a side lies on, at the surface or beneath.
PARTS = {
    "elbow": ("uarm", "larm"),
    "wrist": ("larm", "hand"),
    "knee": ("uleg", "lleg"),
    "ankle": ("lleg", "foot"),
}


def draw(yaw):
    return sprites.draw_figure(
        np.random.default_rng(0),
        (300, 200),
        np.array((20, 10, 180, 290)),
        persons.build(persons.WALK, yaw),
        0.1,
        CLOTHES,
        "person",
        PERSON.keypoints,
    )


class PersonsTest(parameterized.TestCase):
    @parameterized.parameters(0, 50, 90, 200, 270)
    def test_visible_joints_are_on_their_limbs(self, yaw):
        person = draw(yaw)
        seen = 0
        for name, (x, y, v) in zip(
            PERSON.keypoints, person.keypoints, strict=True
        ):
            side, _, joint = name.partition("_")
            if v and joint in PARTS:
                label = person.labels[round(y), round(x)]
                names = [side[0] + part for part in PARTS[joint]]
                self.assertIn(person.parts[label], names, name)
                seen += 1
        self.assertGreaterEqual(seen, 4)

    def test_the_left_is_the_persons_own(self):
        for yaw, sign in (90, 1), (270, -1):
            x = dict(zip(PERSON.keypoints, draw(yaw).keypoints, strict=True))
            shift = x["left_shoulder"][0] - x["right_shoulder"][0]
            self.assertGreater(sign * shift, 10)

    def test_parts_are_those_of_pascal_part(self):
        known = {name for names in PERSON.parts.values() for name in names}
        self.assertContainsSubset(draw(50).parts, known)
        self.assertLen(set(draw(50).parts), 21)


if __name__ == "__main__":
    absltest.main()
