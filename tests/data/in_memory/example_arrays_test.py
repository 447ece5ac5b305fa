import pathlib
from unittest import mock

from absl.testing import absltest
import numpy as np
import tensorflow as tf

from kp2part.data import example_set
from kp2part.data import example_stream
from kp2part.data.in_memory import example_arrays
from kp2part.schema import keys
from kp2part.system import memory
from tests import tiny


class ExampleArraysTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.base = pathlib.Path(self.create_tempdir().full_path)
        self.manifest = tiny.write_records(str(self.base), {"train": 7})
        self.examples = example_set.Examples(self.manifest, ("train",))

    def test_all_in_order(self):
        arrays = example_arrays.load(self.examples, 40)
        self.assertLen(arrays, 7)
        for i in range(7):
            example = tiny.example(i)
            np.testing.assert_array_equal(
                arrays.part_masks[i], example.part_mask
            )
            np.testing.assert_array_equal(
                arrays.keypoints[i], example.keypoints
            )
        images, masks, keypoints = arrays.take([4, 2])
        np.testing.assert_array_equal(masks[1], tiny.example(2).part_mask)
        self.assertEqual(images.shape, (2, 40, 40, 3))
        self.assertEqual(keypoints.dtype, np.float32)

    def test_selections_are_those_of_the_stream(self):
        other = tiny.write_records(str(self.base / "more"), {"train": 3})
        for changes in (
            {"classes": frozenset({"dog"})},
            {"image_ids": frozenset({"photo0", "photo2"})},
            {"fraction": 0.5},
            {"fraction": 0.5, "classes": frozenset({"dog"})},
            {"extra": (example_set.Examples(other, ("train",)),)},
        ):
            examples = example_set.Examples(
                self.manifest, ("train",), **changes
            )
            wanted = [
                (x[keys.IMAGE_ID].decode(), int(x[keys.OBJECT_INDEX]))
                for x in example_stream.read(examples).as_numpy_iterator()
            ]
            found = [(x.image_id, x.object_index) for x in examples.origins()]
            self.assertEqual(found, wanted)
            self.assertBetween(len(found), 1, 10)
            parsed = [
                tf.train.Example.FromString(x) for _, x in examples.records()
            ]
            names = [
                x.features.feature[keys.IMAGE_ID].bytes_list.value[0].decode()
                for x in parsed
            ]
            self.assertEqual(names, [image_id for image_id, _ in wanted])

    def test_a_damaged_record_is_named(self):
        damaged = mock.patch.object(
            example_arrays.decoding, "decode", side_effect=ValueError("bad")
        )
        with (
            damaged,
            self.assertRaisesRegex(
                ValueError, "train-00000-of-00001.tfrecord, record 1: bad"
            ),
        ):
            example_arrays.load(self.examples, 40)

    def test_what_does_not_fit(self):
        # n examples of S px take n (4 S^2 + 12 * 3) bytes.
        with mock.patch.object(memory, "available", return_value=2**25):
            with self.assertRaisesRegex(
                ValueError,
                "80% of the free memory, 0.03 GiB. Received: 103 examples of "
                "256 px take 0.03 GiB. .*--input=stream",
            ):
                example_arrays.check_memory(103, 3, 256)
            with self.assertLogs("absl", level="INFO") as logs:
                example_arrays.check_memory(50, 3, 256)
        self.assertIn("50 examples of 256 px take 0.01 GiB", logs.output[0])


if __name__ == "__main__":
    absltest.main()
