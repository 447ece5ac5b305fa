import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.formats import mapping_draft
from kp2part.formats.names import vocabulary
from kp2part.schema import category

CATEGORY = category.Category(
    name="pet",
    classes=("cat", "dog"),
    keypoints=("left_ear", "right_ear", "nose", "tail"),
    parts={"background": ()},
    keypoint_aliases={"coco": {"snout": "nose"}},
)
COCO = {
    "images": [{"id": 1, "file_name": "a.jpg"}],
    "annotations": [{"image_id": 1, "category_id": 1, "keypoints": "broken"}],
    "categories": [
        {
            "id": 1,
            "name": "dog",
            "keypoints": ["snout", "Left-Ear", "tail", "ear_right", "xyz"],
        },
        {"id": 2, "name": "person", "keypoints": ["hand"]},
    ],
}


class MappingDraftTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "pose.json"

    def draft(self, fields):
        self.path.write_text(json.dumps(fields))
        return mapping_draft.draft(self.path, CATEGORY)

    def test_names(self):
        found = self.draft(COCO)
        self.assertEqual(
            found.names,
            {
                "snout": "nose",
                "Left-Ear": "left_ear",
                "tail": "tail",
                "ear_right": "?right_ear",
                "xyz": "?",
            },
        )
        self.assertEqual(found.unknown, ["ear_right", "xyz"])
        self.assertEqual(found.missing, ["right_ear"])

    def test_notes(self):
        first, second = mapping_draft.notes(self.draft(COCO))
        self.assertStartsWith(
            first, "2 of 5 keypoints in the file match nothing: 'ear_right' "
            "(?right_ear), 'xyz'. In the map, "
        )  # fmt: skip
        self.assertEqual(
            second, "keypoints of the category that the file lacks: right_ear"
        )

    def test_a_draft_is_refused_until_it_is_complete(self):
        path = self.path.parent / "names.json"
        mapping_draft.write(path, self.draft(COCO))
        names = vocabulary.read_map(path)
        with self.assertRaisesRegex(
            ValueError, r"'ear_right' must .*\?right_e"
        ):
            vocabulary.Vocabulary(CATEGORY, names)
        names["ear_right"] = "right_ear"
        del names["xyz"]
        path.write_text(json.dumps(names))
        words = vocabulary.Vocabulary(
            CATEGORY, vocabulary.read_map(path), ["xyz"]
        )
        asked = COCO["categories"][0]["keypoints"]
        self.assertEqual(
            words.keypoints_of(asked, "coco", "here"),
            {**names, "xyz": None},
        )

    def test_all_known(self):
        fields = json.loads(json.dumps(COCO))
        fields["categories"][0]["keypoints"] = list(CATEGORY.keypoints)
        found = self.draft(fields)
        self.assertEqual(found.names, {n: n for n in CATEGORY.keypoints})
        self.assertEmpty(list(mapping_draft.notes(found)))

    def test_other_formats(self):
        path = self.path.parent / "yardDLC.csv"
        path.write_text(
            "scorer,h8,h8,h8,h8\nbodyparts,snout,snout,Nose,Nose\n"
            "coords,x,y,x,y\n0,1,2,3,4\n"
        )
        found = mapping_draft.draft(path, CATEGORY)
        # The alias is COCO's.
        self.assertEqual(found.names, {"snout": "?", "Nose": "nose"})

    def test_no_class_of_the_category(self):
        fields = {**COCO, "annotations": [], "categories": []}
        with self.assertRaisesRegex(ValueError, "pose.json: has no keypoints"):
            self.draft(fields)


if __name__ == "__main__":
    absltest.main()
