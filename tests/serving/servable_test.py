from concurrent import futures
import pathlib
import shutil
import tempfile

from absl.testing import absltest
import grpc
import numpy as np
import psutil
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from kp2part.serving import admission
from kp2part.serving import servable as servable_lib
from kp2part.serving.tf_serving_api import errors
from tests import photo_files
from tests import serving_models

v1 = tf.compat.v1


class ServableTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, base)
        cls.path = serving_models.write(base / "5")
        cls.servable = servable_lib.Servable("m", 5, cls.path)

    def refused(self, code, text, *args):
        with self.assertRaises(errors.ServingError) as caught:
            self.servable.run(*args)
        self.assertEqual(caught.exception.code, code)
        self.assertIn(text, caught.exception.message)

    def test_signatures_are_those_of_the_file(self):
        self.assertCountEqual(
            self.servable.meta_graph.signature_def,
            ["serving_default", "f32", "echo", "slow", "quoting",
             "__saved_model_init_op"],
        )  # fmt: skip
        # Without the graph: it is big, and already in memory.
        self.assertEmpty(self.servable.meta_graph.graph_def.node)

    def test_shapes_are_up_to_the_graph(self):
        for x in (
            np.float32(4),
            np.float32([[1, 2], [3, 4]]),
            np.zeros((0,), np.float32),
        ):
            x = np.asarray(x)
            response = self.servable.run("f32", {"x": x})["y"]
            self.assertEqual(response.shape, x.shape)
            np.testing.assert_array_equal(response, 2 * x)

    def test_strings_are_object_arrays_of_bytes(self):
        for x in (
            np.array([b"a\x00"], object),
            np.array(b"b", object),
            np.array([], object),
        ):
            response = self.servable.run("echo", {"x": x})["y"]
            self.assertEqual(
                (response.dtype, response.shape), (object, x.shape)
            )
            np.testing.assert_array_equal(response, x)

    def test_signature_that_is_not_for_clients(self):
        for name in "__saved_model_init_op", "nope":
            self.refused(
                grpc.StatusCode.FAILED_PRECONDITION,
                f'Serving signature key "{name}" not found.', name, {},
            )  # fmt: skip

    def test_dtype_is_that_of_the_input_in_order_of_names(self):
        self.refused(
            grpc.StatusCode.INVALID_ARGUMENT,
            "Expects arg[1] to be float but int32 is provided",
            "serving_default",
            {
                "keypoints": np.zeros((1, 6, 3), np.int32),
                "image_bytes": np.array([b""], object),
            },
        )

    def test_threads_share_it(self):
        def double(i):
            return self.servable.run("f32", {"x": np.float32([i])})["y"][0]

        with futures.ThreadPoolExecutor(8) as pool:
            self.assertEqual(
                list(pool.map(double, range(100))), list(range(0, 200, 2))
            )

    def test_refusals_are_for_people(self):
        keypoints = np.zeros((3, 6, 3), np.float32)
        png = photo_files.png(photo_files.picture())
        broken = png[:60] + b"\0\0\0\0" + png[64:] + b"!"
        with self.assertRaises(errors.ServingError) as caught:
            self.servable.run(
                "serving_default",
                {
                    "image_bytes": np.array([png, broken, png], object),
                    "keypoints": keypoints,
                },
            )
        self.assertEqual(
            caught.exception.message,
            f"Row 1: A photo is damaged: Invalid PNG data, size {len(broken)}",
        )

    def test_a_photo_as_plain_text_is_told_from_a_broken_one(self):
        keypoints = np.zeros([1, serving_models.NUM_KEYPOINTS, 3], np.float32)
        for text, is_hinted in (b"/9j/4AAQ", True), (b"\xff\xd8broken", False):
            images = np.array([text], object)
            with self.assertRaises(errors.ServingError) as caught:
                self.servable.run(
                    "serving_default",
                    {"image_bytes": images, "keypoints": keypoints},
                )
            said = 'A file must be sent as {"b64": "..."}' in str(
                caught.exception
            )
            self.assertEqual(said, is_hinted)

    def test_errors_that_quote_bytes_are_errors_of_the_request(self):
        self.refused(
            grpc.StatusCode.INVALID_ARGUMENT,
            "\ufffd\ufffd",
            "quoting",
            {"x": np.array([b"\xff\xfe WEBP"], object)},
        )

    def test_many_pixels_are_large(self):
        none = admission.Admission(max_large=1, large_pixels=6300)
        servable = servable_lib.Servable("m", 5, self.path, none)
        inputs = {
            "image_bytes": np.array(
                [photo_files.png(photo_files.picture(70, 90))], object
            ),
            "keypoints": np.zeros((1, 6, 3), np.float32),
        }
        servable.run("serving_default", inputs)
        with none.turn(9):
            with self.assertRaisesRegex(errors.ServingError, "Too many"):
                servable.run("serving_default", inputs)

    def test_refusals_leave_nothing_in_memory(self):
        inputs = {
            "image_bytes": np.array([b"no image"], object),
            "keypoints": np.zeros((1, 6, 3), np.float32),
        }

        def grown(num_calls):
            before = psutil.Process().memory_info().rss
            for _ in range(num_calls):
                with self.assertRaises(errors.ServingError):
                    self.servable.run("serving_default", inputs)
            return psutil.Process().memory_info().rss - before

        grown(500)
        self.assertLess(grown(4000), 2**20)

    def test_large_batches_are_those_of_many_rows(self):
        none = admission.Admission(large_rows=3, max_large=1)
        servable = servable_lib.Servable("m", 5, self.path, none)
        with none.turn(3):
            servable.run("f32", {"x": np.zeros(2, np.float32)})
            with self.assertRaisesRegex(errors.ServingError, "Too many"):
                servable.run("f32", {"x": np.zeros(3, np.float32)})

    def test_model_of_tensorflow_1_with_a_table_and_a_key_to_return(self):
        path = pathlib.Path(self.create_tempdir().full_path) / "1"
        words = self.create_tempfile("words.txt", "cat\ndog\n")
        with tf.Graph().as_default() as graph, v1.Session() as session:
            word = v1.placeholder(tf.string, [None])
            key = v1.placeholder(tf.int64, [None])
            table = tf.lookup.StaticHashTable(
                tf.lookup.TextFileInitializer(
                    words.full_path,
                    *(tf.string, tf.lookup.TextFileIndex.WHOLE_LINE),
                    *(tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER),
                ),
                default_value=-1,
            )
            offset = v1.get_variable("offset", initializer=np.int64(10))
            signature = v1.saved_model.predict_signature_def(
                {"word": word, "key": key},
                {"id": table.lookup(word) + offset, "key": key},
            )
            session.run(v1.global_variables_initializer())
            builder = v1.saved_model.Builder(str(path))
            builder.add_meta_graph_and_variables(
                session,
                ["serve"],
                {"serving_default": signature},
                assets_collection=graph.get_collection("asset_filepaths"),
                main_op=v1.tables_initializer(),
            )
            builder.save()
        words.write_text("another file")
        response = servable_lib.Servable("m", 1, path).run(
            "serving_default",
            {"word": np.array([b"dog", b"?"], object), "key": np.int64([7, 8])},
        )
        np.testing.assert_array_equal(response["id"], [11, 9])
        np.testing.assert_array_equal(response["key"], [7, 8])

    def test_file_without_a_graph_for_serving(self):
        path = pathlib.Path(self.create_tempdir().full_path)
        saved_model = saved_model_pb2.SavedModel()
        saved_model.meta_graphs.add().meta_info_def.tags.append("train")
        (path / "saved_model.pb").write_bytes(saved_model.SerializeToString())
        with self.assertRaisesRegex(
            errors.ServingError, 'saved_model.pb: has no graph .*"serve"'
        ):
            servable_lib.Servable("m", 1, path)


if __name__ == "__main__":
    absltest.main()
