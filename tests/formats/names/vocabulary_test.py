import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.formats.names import vocabulary as vocabulary_lib
from kp2part.schema import category
from tests import tiny_photos


class VocabularyTest(parameterized.TestCase):
    @parameterized.parameters(
        ("dog", "dog"),
        ("Dog", "dog"),
        ("dog ", "dog"),
        ("Pet", vocabulary_lib.ANY_CLASS),
        ("hound", None),
    )
    def test_class(self, name, found):
        vocabulary = vocabulary_lib.Vocabulary(tiny_photos.CATEGORY)
        self.assertEqual(vocabulary.class_of(name), found)

    def test_keypoints(self):
        vocabulary = vocabulary_lib.Vocabulary(
            tiny_photos.CATEGORY, {"snout": "nose"}, ["tail", "left_ear"]
        )
        self.assertEqual(
            vocabulary.keypoints_of(
                ["snout", "tail", "left_ear", "Right-Ear"], "coco", "a.json"
            ),
            {
                "snout": "nose",
                "tail": None,
                "left_ear": None,
                "Right-Ear": "right_ear",
            },
        )
        self.assertEqual(vocabulary.unused(), [])
        self.assertEqual(
            vocabulary_lib.Vocabulary(
                tiny_photos.CATEGORY, {"snout": "nose"}, ["tail"]
            ).unused(),
            ["snout", "tail"],
        )

    def test_unknown_keypoints(self):
        vocabulary = vocabulary_lib.Vocabulary(tiny_photos.CATEGORY)
        with self.assertRaisesRegex(
            ValueError,
            r"^a.json: unknown keypoint 'left_ears' \(nearest: left_ear, "
            r"right_ear\), 'hoof'. .*--keypoint_map=FILE.json.*"
            "--ignore_keypoints=a,b",
        ):
            vocabulary.keypoints_of(["left_ears", "hoof"], "coco", "a.json")

    def test_two_names_of_one_keypoint(self):
        vocabulary = vocabulary_lib.Vocabulary(tiny_photos.CATEGORY)
        with self.assertRaisesRegex(
            ValueError, "'nose' and 'Nose' both mean 'nose'"
        ):
            vocabulary.keypoints_of(["nose", "Nose"], "coco", "a.json")

    def test_bad_map(self):
        with self.assertRaisesRegex(
            ValueError, r"'snout' must be one.*'noze' \(nearest: nose\)"
        ):
            vocabulary_lib.Vocabulary(tiny_photos.CATEGORY, {"snout": "noze"})
        with self.assertRaisesRegex(ValueError, r"both have \['a'\]"):
            vocabulary_lib.Vocabulary(
                tiny_photos.CATEGORY, {"a": "nose"}, ["a"]
            )
        path = pathlib.Path(self.create_tempfile("map.json", '{"a": 3}'))
        with self.assertRaisesRegex(ValueError, "map.json: .*`str`.*3"):
            vocabulary_lib.read_map(path)

    def test_names_of_ap10k(self):
        quadruped = vocabulary_lib.Vocabulary(category.load("quadruped"))
        names = ("root_of_tail", "left_elbow", "Right_Knee", "R_F_Paw", "nose")
        self.assertEqual(
            list(quadruped.keypoints_of(names, "coco", "").values()),
            [
                "tailbase",
                "left_front_elbow",
                "right_back_knee",
                "right_front_paw",
                "nose",
            ],
        )
        self.assertEqual(quadruped.class_of("animal"), vocabulary_lib.ANY_CLASS)
        with self.assertRaises(KeyError):
            quadruped.keypoint_of("neck", "coco")


if __name__ == "__main__":
    absltest.main()
