import json

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.schema import category

FIELDS = {
    "name": "bird",
    "classes": ["bird"],
    "keypoints": ["left_eye", "right_eye", "beak"],
    "parts": {"background": [], "head": ["head", "beak"], "wing": ["lwing"]},
}


class CategoryTest(parameterized.TestCase):
    @parameterized.parameters(
        "cat", "cow", "dog", "horse", "sheep", "quadruped"
    )
    def test_shipped_categories(self, name):
        loaded = category.load(name)
        self.assertEqual(loaded.name, name)
        self.assertLen(loaded.keypoints, 20)
        self.assertEqual(
            list(loaded.parts), ["background", "head", "torso", "legs", "tail"]
        )
        self.assertLen(set(loaded.colors), 5)

    @parameterized.parameters(
        (
            "person",
            17,
            "background head torso upper_arms lower_arms upper_legs lower_legs",
        ),
        ("bird", 15, "background head torso wings legs tail"),
    )
    def test_persons_and_birds(self, name, num_keypoints, parts):
        loaded = category.load(name)
        self.assertEqual((loaded.name, loaded.classes), (name, (name,)))
        self.assertLen(loaded.keypoints, num_keypoints)
        self.assertEqual(list(loaded.parts), parts.split())
        self.assertLen(set(loaded.colors), len(loaded.parts))
        drawn = {k for edge in loaded.skeleton for k in edge}
        self.assertEqual(drawn, set(loaded.keypoints))
        moved = {piece.part for piece in loaded.pieces}
        self.assertEqual(moved, set(loaded.parts) - {"background"})

    def test_parts_of_a_person(self):
        person = category.load("person")
        for annotated, part in (
            ("neck", "head"),
            ("lhand", "lower_arms"),
            ("rfoot", "lower_legs"),
        ):
            self.assertEqual(
                list(person.parts)[person.part_of(annotated)], part
            )

    def test_neck_is_torso_and_horn_is_head(self):
        cow = category.load("cow")
        self.assertEqual(cow.part_of("neck"), 2)
        self.assertEqual(cow.part_of("lhorn"), 1)

    def test_berkeley_names_map_into_ours(self):
        horse = category.load("horse")
        aliases = horse.keypoint_aliases["berkeley"]
        self.assertEqual(aliases["R_B_Paw"], "right_back_paw")
        self.assertEqual(aliases["L_EarBase"], "left_ear")

    def test_category_file_of_a_user(self):
        path = self.create_tempfile("bird.json", json.dumps(FIELDS)).full_path
        bird = category.load(path)
        self.assertEqual(bird.part_of("beak"), 1)
        self.assertEqual(bird.palette[0], "#000000")
        self.assertEqual(category.from_json(bird.to_json(), "x"), bird)

    @parameterized.named_parameters(
        ("unpaired", {"keypoints": ["left_eye"]}, "Missing: .'right_eye'"),
        ("no_background", {"parts": {"head": []}}, "must start with 'backgr"),
        (
            "twice",
            {"keypoints": ["a", "a"]},
            "`keypoints` must be unique. Duplicates: .'a'",
        ),
        (
            "part_in_two",
            {"parts": {"background": ["x"], "head": ["x"]}},
            "Duplicates: .'x'",
        ),
        ("skeleton", {"skeleton": [["beak", "toe"]]}, "Received: .'toe'"),
        (
            "alias",
            {"keypoint_aliases": {"coco": {"Toe": "toe"}}},
            "`keypoint_aliases` must use names.*'toe'",
        ),
        ("palette", {"palette": ["#000000"]}, "must be 3 colors"),
        ("unknown_field", {"bones": []}, "unknown fields .'bones'"),
        ("wrong_type", {"parts": 3}, "`parts` must be `object`.*Received: 3"),
        # Part names may contain spaces; the error names the part.
        (
            "text_for_list",
            {"parts": {"background": [], "my head": "head"}},
            "`parts.my head` must be `array`, not `str`. Received: 'head'",
        ),
        ("edge", {"skeleton": [["beak"]]}, r"`skeleton\[0\]`.*2, not 1"),
        (
            "piece",
            {"pieces": [{"part": "wing", "anchor": ["beak"]}]},
            r"`pieces\[0\]`: unknown fields .'anchor'",
        ),
        ("pieces", {"pieces": 3}, "`pieces` must be `array`.*Received: 3"),
    )
    def test_error_names_file_and_rule(self, change, message):
        text = json.dumps({**FIELDS, **change})
        path = self.create_tempfile("mine.json", text).full_path
        with self.assertRaisesRegex(ValueError, f"mine.json: .*{message}"):
            category.load(path)

    def test_pieces_of_earlier_versions(self):
        fields = category.load("quadruped").to_json()
        earlier = [
            {"bones" if k == "axes" else k: v for k, v in piece.items()}
            for piece in fields["pieces"]
        ]
        self.assertIn("bones", earlier[0])
        self.assertEqual(
            category.from_json({**fields, "pieces": earlier}, "here"),
            category.load("quadruped"),
        )

    def test_missing_field(self):
        with self.assertRaisesRegex(
            ValueError, "here: must have a field `parts`"
        ):
            category.from_json(
                {"name": "a", "classes": [], "keypoints": []}, "here"
            )

    def test_unknown_name_lists_the_known(self):
        with self.assertRaisesRegex(ValueError, "'quadruped'.*category='lion'"):
            category.load("lion")

    def test_not_json(self):
        path = self.create_tempfile("mine.json", "{").full_path
        with self.assertRaisesRegex(ValueError, "mine.json: not a JSON file"):
            category.load(path)

    def test_unknown_annotated_part(self):
        with self.assertRaisesRegex(ValueError, "'horse' has no part .*'wing'"):
            category.load("horse").part_of("wing")


if __name__ == "__main__":
    absltest.main()
