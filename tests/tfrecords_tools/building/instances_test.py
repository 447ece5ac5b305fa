import dataclasses
import pathlib
import pickle

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats import part_masks
from kp2part.formats import readers
from tests import photo_files
from tests import tiny_photos
from tfrecords_tools.building import instances
from tfrecords_tools.building import sources

VOC = """<annotation>
<object><name>{}</name><bndbox><xmin>9</xmin><ymin>11</ymin><xmax>30</xmax>
<ymax>30</ymax></bndbox></object>{}</annotation>"""


class ConvertTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())

    def make_source(self, objects, poses, boxes=None, size=tiny_photos.SIZE):
        tiny_photos.save_mat(self.root / "p1.mat", objects)
        tiny_photos.save_photo(self.root / "p1.jpg", size)
        fields = tiny_photos.animal_pose({"p1": poses})
        tiny_photos.save_json(self.root / "pose.json", fields)
        found = readers.read(self.root / "pose.json", tiny_photos.CATEGORY)
        if boxes is not None:
            (self.root / "p1.xml").write_text(boxes)
        return sources.Source(
            "p1",
            masks=part_masks.MatFile(self.root / "p1.mat"),
            image=self.root / "p1.jpg",
            boxes=None if boxes is None else self.root / "p1.xml",
            keypoints=tuple(found.get("p1", ())),
        )

    def test_example(self):
        source = self.make_source([tiny_photos.animal()], [tiny_photos.pose()])
        (example,), outcomes = instances.convert(
            source, tiny_photos.tiny_settings()
        )
        self.assertEqual(outcomes, [("dog", "kept")])
        self.assertEqual((example.class_name, example.image_id), ("dog", "p1"))
        self.assertEqual(example.object_index, 0)
        self.assertEqual(example.box, (10, 10, 30, 30))
        self.assertEqual(example.source_size, tiny_photos.SIZE)
        self.assertEqual(example.image.shape, (32, 32, 3))
        # 8 of 20 columns are head, so 12.8 of 32: nearest makes it 13.
        np.testing.assert_array_equal(
            example.part_mask, np.tile(np.uint8([1] * 13 + [2] * 19), (32, 1))
        )
        np.testing.assert_allclose(
            example.keypoints,
            [
                # (11 - 10 + 0.5) * 32 / 20 - 0.5 = 1.9
                [1.9, 1.9, 2],
                [0, 0, 0],
                [2.5 * 1.6 - 0.5, 10.5 * 1.6 - 0.5, 2],
            ],
            rtol=1e-6,
        )

    def test_context_aspect_unassigned(self):
        collared = tiny_photos.animal()
        del collared["parts"]["torso"]
        source = self.make_source([collared], [tiny_photos.pose()])
        settings = tiny_photos.tiny_settings(
            context=0.5, aspect="pad", unassigned="ignore"
        )
        (example,), _ = instances.convert(source, settings)
        # 10 more on each side, but the photo is only 40 high.
        self.assertEqual(example.box, (0, 0, 40, 40))
        # Rows 10..29 of 40 are rows 8..23 of 32; the head 8 of 40 columns.
        self.assertEqual(set(example.part_mask[8:24, 15:23].flat), {255})
        self.assertEqual(set(example.part_mask[8:24, 9:14].flat), {1})
        self.assertEqual(set(example.part_mask[:8].flat), {0})

    def save_turned(self, source, orientation, size=tiny_photos.SIZE):
        """Writes the photo again; its size upright is `size`."""
        stored = photo_files.stored(photo_files.picture(*size), orientation)
        tag = photo_files.exif(orientation)
        for path in source.image, source.image.with_suffix(".png"):
            write = (
                photo_files.jpeg if path == source.image else photo_files.png
            )
            path.write_bytes(photo_files.tagged(write(stored), tag))

    @parameterized.parameters(range(2, 9))
    def test_photo_is_turned_upright_as_its_tag_says(self, orientation):
        source = self.make_source([tiny_photos.animal()], [tiny_photos.pose()])
        settings = tiny_photos.tiny_settings()
        for suffix in ".png", ".jpg":
            source = dataclasses.replace(
                source, image=source.image.with_suffix(suffix)
            )
            self.save_turned(source, orientation)
            (found,), _ = instances.convert(source, settings)
            self.assertEqual(found.source_size, tiny_photos.SIZE)
            self.save_turned(source, 1)
            (expected,), _ = instances.convert(source, settings)
            error = found.image.astype(int) - expected.image
            self.assertLess(np.abs(error).mean(), 5)
            np.testing.assert_array_equal(found.part_mask, expected.part_mask)

    def test_masks_of_the_stored_pixels_are_refused(self):
        source = self.make_source([tiny_photos.animal()], [tiny_photos.pose()])
        self.save_turned(source, 6, size=(60, 40))
        with self.assertRaisesRegex(
            instances.BadSource,
            r"p1.jpg: shown upright.*orientation 6.*\(60, 40\).*\(40, 60\): "
            "they were made on the pixels as stored",
        ) as caught:
            instances.convert(source, tiny_photos.tiny_settings())
        self.assertEqual(caught.exception.kind, "image")

    def test_turned_photo_whose_size_tells_nothing_is_told(self):
        source = self.make_source([tiny_photos.animal()], [tiny_photos.pose()])
        self.save_turned(source, 3)
        with self.assertLogs(level="WARNING") as logs:
            instances.convert(source, tiny_photos.tiny_settings())
        self.assertRegex(logs.output[0], "p1.jpg: is turned .*orientation 3")

    def test_photo_without_its_end_and_photo_that_is_cut(self):
        source = self.make_source([tiny_photos.animal()], [tiny_photos.pose()])
        settings = tiny_photos.tiny_settings()
        contents = source.image.read_bytes()
        (expected,), _ = instances.convert(source, settings)
        source.image.write_bytes(contents[:-2])
        (found,), _ = instances.convert(source, settings)
        np.testing.assert_array_equal(found.image, expected.image)
        source.image.write_bytes(contents[: len(contents) // 2])
        with self.assertRaisesRegex(
            instances.BadSource, "p1.jpg: not a whole .* JPEG file is cut after"
        ):
            instances.convert(source, settings)

    def test_size_is_looked_at_before_pixels(self):
        source = self.make_source([tiny_photos.animal()], [tiny_photos.pose()])
        png = photo_files.png(photo_files.picture())
        # 20000 x 20000 pixels, as its header says.
        source.image.write_bytes(png[:16] + b"\0\0\x4e\x20" * 2 + png[24:])
        with self.assertRaisesRegex(
            instances.BadSource, r"at most 40000000 pixels.*20000 x 20000"
        ):
            instances.convert(source, tiny_photos.tiny_settings())

    def test_matched_by_box_and_class_not_by_index(self):
        objects = [
            {"class": "chair", "mask": tiny_photos.rectangle(0, 35, 60, 40)},
            tiny_photos.animal("cat", left=35),
            tiny_photos.animal("dog", left=5),
        ]
        poses = [tiny_photos.pose(5, 1), tiny_photos.pose(35, 2)]
        examples, outcomes = instances.convert(
            self.make_source(objects, poses), tiny_photos.tiny_settings()
        )
        self.assertEqual(outcomes, [("cat", "kept"), ("dog", "kept")])
        self.assertEqual([e.object_index for e in examples], [1, 2])
        for example in examples:
            np.testing.assert_allclose(example.keypoints[0], [1.9, 1.9, 2])

    def test_overlap_with_another_class(self):
        chair = {"class": "chair", "mask": tiny_photos.rectangle(5, 5, 20, 30)}
        source = self.make_source(
            [chair, tiny_photos.animal()], [tiny_photos.pose()]
        )
        examples, outcomes = instances.convert(
            source, tiny_photos.tiny_settings()
        )
        self.assertEmpty(examples)
        self.assertEqual(outcomes, [("dog", "overlap")])

    def test_no_keypoints(self):
        source = self.make_source(
            [tiny_photos.animal()], [tiny_photos.pose(left=25)]
        )
        _, outcomes = instances.convert(source, tiny_photos.tiny_settings())
        # 5 x 20 of 400 + 400 - 100 pixels: an IoU of 1 / 7.
        self.assertEqual(outcomes, [("dog", "no_keypoints")])

    def test_boxes_of_voc(self):
        source = self.make_source(
            [tiny_photos.animal()],
            [tiny_photos.pose()],
            boxes=VOC.format("dog", ""),
        )
        (example,), _ = instances.convert(source, tiny_photos.tiny_settings())
        self.assertEqual(example.box, (8, 10, 30, 30))

    def test_voc_object_that_pascal_part_lacks(self):
        other = VOC.format("", "").split("<annotation>")[1]
        other = other.replace("<name></name>", "<name>sofa</name>")
        boxes = VOC.format("dog", other.replace("</annotation>", ""))
        source = self.make_source(
            [tiny_photos.animal()], [tiny_photos.pose()], boxes=boxes
        )
        _, outcomes = instances.convert(source, tiny_photos.tiny_settings())
        self.assertEqual(outcomes, [("dog", "overlap")])

    def test_no_box(self):
        source = self.make_source(
            [tiny_photos.animal()],
            [tiny_photos.pose()],
            boxes=VOC.format("cat", ""),
        )
        _, outcomes = instances.convert(source, tiny_photos.tiny_settings())
        self.assertEqual(outcomes, [("dog", "no_box")])

    def assert_bad(self, source, kind, message):
        with self.assertRaisesRegex(instances.BadSource, message) as caught:
            instances.convert(source, tiny_photos.tiny_settings())
        self.assertEqual(caught.exception.kind, kind)

    def test_error_survives_the_way_from_a_worker(self):
        error = instances.BadSource("image", "p1.jpg: no image")
        error = pickle.loads(pickle.dumps(error))
        self.assertEqual(
            (error.kind, str(error)), ("image", "p1.jpg: no image")
        )

    def test_size_of_another_photo(self):
        source = self.make_source(
            [tiny_photos.animal()], [tiny_photos.pose()], size=(60, 40)
        )
        message = r"p1.jpg: .*p1.mat, \(40, 60\).*\(60, 40\)"
        self.assert_bad(source, "image", message)

    def test_no_image(self):
        source = self.make_source([tiny_photos.animal()], [tiny_photos.pose()])
        source.image.write_bytes(b"<html>not found</html>")
        self.assert_bad(source, "image", "p1.jpg: not a JPEG or PNG image")
        source.image.unlink()
        self.assert_bad(source, "image", "No such file.*p1.jpg")

    def test_truncated_image(self):
        source = self.make_source([tiny_photos.animal()], [tiny_photos.pose()])
        source.image.write_bytes(source.image.read_bytes()[:400])
        self.assert_bad(source, "image", "p1.jpg: not a JPEG or PNG image")

    def test_unknown_part(self):
        item = tiny_photos.animal()
        item["parts"]["horn"] = item["mask"]
        source = self.make_source([item], [tiny_photos.pose()])
        message = r"p1.mat: object 0 \(dog\): `part_name`.*'horn'"
        self.assert_bad(source, "annotation", message)

    def test_bad_boxes(self):
        source = self.make_source(
            [tiny_photos.animal()], [tiny_photos.pose()], boxes="<annotation>"
        )
        self.assert_bad(source, "boxes", "p1.xml: not an XML file")


if __name__ == "__main__":
    absltest.main()
