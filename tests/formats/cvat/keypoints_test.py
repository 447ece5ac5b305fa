import pathlib

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import readers
from kp2part.formats.names import vocabulary
from kp2part.formats.poses import pose_file
from tests.formats import cvat_xml


class CvatTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "annotations.xml"

    def read(self, text, **kwargs):
        self.path.write_text(text)
        return readers.read_file(
            self.path, vocabulary.Vocabulary(cvat_xml.CATEGORY), **kwargs
        )

    def test_images(self):
        found = self.read(cvat_xml.IMAGES)
        photo = pose_file.Photo("b/a.jpg", 40, 60)
        self.assertEqual(
            found.photos, (photo, pose_file.Photo("empty.jpg", 40, 60))
        )
        (dog,) = found.annotations[photo]
        self.assertEqual(
            (dog.class_name, dog.box, dog.instance),
            ("dog", (1, 2, 20.5, 30), "4"),
        )
        np.testing.assert_array_equal(dog.keypoints, cvat_xml.KEYPOINTS)
        self.assertEqual(
            dog.source, f"{self.path}: image 'b/a.jpg': skeleton 0 (dog)"
        )
        self.assertEqual(found.passed_over, {"of points without a skeleton": 1})

    def test_video(self):
        found = self.read(cvat_xml.VIDEO)
        first, last = (pose_file.Photo("yard", 40, 60, i) for i in (0, 5))
        self.assertEqual(found.photos, (first, last))
        for photo, box in (first, (1, 2, 20.5, 30)), (last, None):
            (dog,) = found.annotations[photo]
            self.assertEqual((dog.box, dog.instance), (box, "7"))
            np.testing.assert_array_equal(dog.keypoints, cvat_xml.KEYPOINTS)
        self.assertEndsWith(dog.source, "track '7' (dog): frame 5")

    @parameterized.parameters("<source>{}</source>", "<task>{}</task>")
    def test_frames_of_a_video_as_images(self, place):
        meta = place.format("<source>yard.mp4</source>")
        if "task" not in place:
            meta = "<source>yard.mp4</source>"
        text = cvat_xml.IMAGES.replace("<meta/>", f"<meta>{meta}</meta>")
        found = self.read(text.replace("b/a.jpg", "frame_000012"))
        self.assertEqual(
            list(found.annotations), [pose_file.Photo("yard.mp4", 40, 60, 12)]
        )
        # Photos may be called so, too.
        found = self.read(cvat_xml.IMAGES.replace("b/a.jpg", "frame_000012"))
        self.assertEqual(
            list(found.annotations), [pose_file.Photo("frame_000012", 40, 60)]
        )

    def test_a_project_has_several_tasks(self):
        tasks = "".join(
            f"<task><id>{i}</id><name>{name}</name></task>"
            for i, name in ((3, "yard"), (4, "barn"))
        )
        text = cvat_xml.VIDEO.replace("<task>", "<none>").replace(
            "</task>", "</none>"
        )
        text = text.replace(
            "<meta>", f"<meta><project><tasks>{tasks}</tasks></project>"
        )
        found = self.read(text.replace("<track", '<track task_id="4"'))
        self.assertEqual({p.name for p in found.annotations}, {"barn"})

    @parameterized.parameters(
        ("animal", "dog", "dog"), ("dog", "animal", "dog"),
        ("animal", "animal", "*"),
    )  # fmt: skip
    def test_class_by_skeleton_and_box(self, skeleton, box, expected):
        text = cvat_xml.IMAGES.replace(
            '<box label="dog"', f'<box label="{box}"'
        )
        text = text.replace(
            '<skeleton label="dog"', f'<skeleton label="{skeleton}"'
        )
        ((item,),) = self.read(text).annotations.values()
        self.assertEqual(item.class_name, expected)

    @parameterized.parameters(
        ('<skeleton label="dog"', '<skeleton label="leaf"', "of class 'leaf'"),
        ('outside="0"', 'outside="1"', "without keypoints"),
    )
    def test_passed_over(self, old, new, reason):
        found = self.read(cvat_xml.IMAGES.replace(old, new))
        self.assertEmpty(found.annotations)
        self.assertEqual(found.passed_over[reason], 1)

    def test_group_0_is_none(self):
        text = cvat_xml.IMAGES.replace('group_id="4"', 'group_id="0"')
        ((dog,),) = self.read(text).annotations.values()
        self.assertEqual((dog.box, dog.instance), (None, ""))

    @parameterized.parameters(
        ("5.50,6.75", "5.50", "'nose': `points` must be one point.*'5.50'"),
        ("5.50,6.75", "5.5,6;1,2", "'nose': `points` must be one point"),
        ("5.50,6.75", "5.5,nan", "'nose': `points` must be.*'nan'"),
        ("5.50,6.75", "5.5,6e8", "'nose': `points` must be.*'6e8'"),
        ('outside="0" occ', 'occ', "'nose': `outside` must be 0 or 1.*None"),
        ('occluded="1"', 'occluded="2"', "'Left ear': `occluded` .*'2'"),
        ("right_ear", "nose", "'nose': is listed twice"),
        ("right_ear", "left_ear", "both mean 'left_ear'"),
        ("right_ear", "rite_ear", "unknown keypoint 'rite_ear' .nearest"),
        ('label="right_ear"', "", "skeleton 0 .dog.: `points/label`"),
        ("<attribute", "<box/><attribute", "must consist of points.*'box'"),
        ('xbr="20.5"', 'xbr="0.5"', r"must have xbr >= xtl.*\[1.0, 2.0, 0.5"),
        ("<box ", '<box rotation="9" ', "`rotation` of a box must be 0.*'9'"),
        (
            "<box ",
            f"{cvat_xml.BOX}<box ",
            "one box and one skeleton.*3 and 1 in .*'4'",
        ),
        ('<box label="dog"', '<box label="cat"', "another class: 'cat'"),
        ('width="60"', 'width="wide"', "'b/a.jpg': `width`.*'wide'"),
        ("b/a.jpg", "empty.jpg", "two images are called 'empty.jpg'"),
        ('name="b/a.jpg"', "", "`image/name` must not be empty"),
        ("1.1<", "1.0<", "`version` 1.1. Received: .*'1.0'"),
        ("annotations>", "notes>", "must be CVAT's .* Received: 'notes'"),
    )  # fmt: skip
    def test_bad_images(self, old, new, message):
        with self.assertRaisesRegex(
            ValueError, f"annotations.xml: .*{message}"
        ):
            self.read(cvat_xml.IMAGES.replace(old, new))

    @parameterized.parameters(
        ('frame="5"', 'frame="0"', "'7' .dog.: `skeleton/frame` .*'0'"),
        ('frame="5"', 'frame="-5"', "'7' .dog.: `skeleton/frame` .*'-5'"),
        ("<name>yard</name>", "", "`task/name` must not be empty"),
        ('<track id="7" label="dog"', '<track id="7"', "track '7': `label`"),
    )
    def test_bad_video(self, old, new, message):
        with self.assertRaisesRegex(
            ValueError, f"annotations.xml: .*{message}"
        ):
            self.read(cvat_xml.VIDEO.replace(old, new))

    def test_one_broken_skeleton_does_not_affect_others(self):
        text = cvat_xml.IMAGES.replace(cvat_xml.BOX, "").replace(
            "<image",
            "<image name='c.jpg'>{}</image><image".format(
                cvat_xml.SKELETON.format(frame="")
            ),
            1,
        )
        errors = []
        found = self.read(
            text.replace("5.50", "x", 1), on_error=lambda *e: errors.append(e)
        )
        self.assertEqual([p.name for p in found.annotations], ["b/a.jpg"])
        ((photo, error),) = errors
        self.assertEqual(photo, pose_file.Photo("c.jpg"))
        self.assertIn("'c.jpg': skeleton 0", str(error))

    def test_a_file_of_one_object(self):
        with self.assertRaisesRegex(ValueError, "give the directory"):
            self.read("<annotation/>")


if __name__ == "__main__":
    absltest.main()
