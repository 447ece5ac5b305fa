import threading

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np

from kp2part.formats.masks import brush_rle
from kp2part.serving.label_studio_api import predict
from tests import photo_files
from tests.formats import studio
from tests.serving.label_studio_api import backend as backend_lib

CONFIG = backend_lib.CONFIG


def brushes(result):
    return [x for x in result["result"] if x["type"] == "brushlabels"]


def filled(x, y, width, height):
    mask = np.ones([height, width], bool)
    return brush_rle.encode(mask, (x, y), 40, 200)


class RoutesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = backend_lib.Backend()

    def test_health_versions_setup_and_webhook(self):
        ask = self.backend.ask
        status, found = ask("GET", "/health")
        self.assertEqual((status, found["status"]), ("200 OK", "UP"))
        versions = {"versions": ["pet-3"]}
        self.assertEqual(ask("GET", "/versions"), ("200 OK", versions))
        setup = {"schema": CONFIG, "access_token": "secret", "hostname": "x"}
        with self.assertNoLogs():
            status, found = ask("POST", "/setup", setup)
        self.assertEqual(
            (status, found), ("200 OK", {"model_version": "pet-3"})
        )
        status, _ = ask("POST", "/webhook", {"action": "ANNOTATION_CREATED"})
        self.assertTrue(status.startswith("201"))

    def test_refusals_are_in_the_status_line(self):
        other = CONFIG.replace("head", "tail")
        status, _ = self.backend.ask("POST", "/setup", {"schema": other})
        self.assertRegex(status, "^400 Label config: a <BrushLabels> must have "
                         "the labels head. Received.*tail")  # fmt: skip
        status, _ = self.backend.ask("POST", "/predict", {"tasks": 3})
        self.assertEqual(status, "400 `tasks` must be a list of objects.")
        status, _ = self.backend.ask("GET", "/predict")
        self.assertEqual(status, "405 Method must be POST.")

    def test_the_model_has_no_time(self):
        self.backend.model.error = backend_lib.unavailable()
        status, _ = self.backend.ask(
            "POST", "/predict",
            {"tasks": [backend_lib.task(*studio.DOG)], "label_config": CONFIG},
        )  # fmt: skip
        self.assertEqual(status, "503 too many")


class BatchTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = backend_lib.Backend()

    def test_masks_beside_the_keypoints(self):
        (found,) = self.backend.predict(backend_lib.task(*studio.DOG))
        self.assertEqual(
            (found["score"], found["model_version"]), (0.75, "pet-3")
        )
        # All but the old brush and the relation.
        kept = backend_lib.named(studio.DOG[:5])
        self.assertEqual(found["result"][:5], kept)
        (brush,) = found["result"][5:]
        self.assertEqual(
            brush,
            {
                "id": "r1_part_head", "parentID": "r1", "from_name": "part",
                "to_name": "image", "type": "brushlabels",
                "original_width": 200, "original_height": 40,
                "image_rotation": 0, "score": 0.75,
                "value": {
                    "format": "rle", "brushlabels": ["head"],
                    # 5 and 50 % of 200, 10 and 25 % of 40.
                    "rle": filled(10, 4, 100, 10),
                },
            },
        )  # fmt: skip

    def test_what_the_model_is_asked(self):
        self.backend.predict(backend_lib.task(*studio.DOG))
        ((signature, inputs),) = self.backend.model.asked
        self.assertEqual(signature, "masks_of_boxes")
        np.testing.assert_allclose(inputs["keypoints"], [
            [[99.5, 29.5, 1], [0, 0, 0], [20, 20, 2]]
        ], atol=1e-4)  # fmt: skip
        self.assertEqual(inputs["image_bytes"][0], backend_lib.PHOTO)

    def test_several_animals(self):
        cat = [
            {**studio.rectangle("r2"), "value": {
                "x": 60, "y": 50, "width": 20, "height": 50, "rotation": 0,
                "rectanglelabels": ["dog"]}},
            studio.point("p3", "nose", 61, 51, "r2"),
            studio.point("p4", "left_ear", 70, 70, "r2"),
        ]  # fmt: skip
        (found,) = self.backend.predict(backend_lib.task(*studio.DOG, *cat))
        self.assertEqual(
            {x["parentID"]: x["value"]["rle"] for x in brushes(found)},
            {"r1": filled(10, 4, 100, 10), "r2": filled(120, 20, 40, 20)},
        )

    def test_a_photo_turned_by_its_tag(self):
        # Stored as 40 x 200, shown as 200 x 40.
        stored = photo_files.jpeg(cv2.rotate(
            backend_lib.PICTURE, cv2.ROTATE_90_COUNTERCLOCKWISE))  # fmt: skip
        tagged = photo_files.tagged(stored, photo_files.exif(6))
        image = backend_lib.data_url(tagged)
        (found,) = self.backend.predict(
            backend_lib.task(*studio.DOG, image=image)
        )
        (brush,) = brushes(found)
        self.assertEqual(brush["value"]["rle"], filled(10, 4, 100, 10))
        (found,) = self.backend.predict(
            backend_lib.task(*studio.DOG, image=backend_lib.data_url(stored))
        )
        self.assertRegex(
            found["error"], "task 9: .*must lie in the photo, 40 x 200 pixels"
        )

    def test_a_photo_of_another_size(self):
        other = photo_files.png(photo_files.picture(50, 210))
        image = backend_lib.data_url(other)
        (found,) = self.backend.predict(
            backend_lib.task(*studio.DOG, image=image)
        )
        self.assertEqual(found["result"], [])
        self.assertRegex(found["error"], "`width` and `height` must be those")

    def test_a_model_without_quality_gives_no_score(self):
        backend = backend_lib.Backend(backend_lib.Model(quality=None))
        (found,) = backend.predict(backend_lib.task(*studio.DOG))
        self.assertNotIn("score", found)
        self.assertNotIn("score", found["result"][-1])

    def test_a_draft_if_nothing_is_submitted(self):
        drafts = [
            {"updated_at": "2026-11-27T01:40:42.4Z", "result": []},
            {"updated_at": "2026-11-27T01:40:41.4Z",
             "result": backend_lib.named(studio.DOG)},
        ]  # fmt: skip
        older = [
            studio.rectangle("r0"),
            studio.point("p0", "nose", 9, 20, "r0"),
        ]
        drafts.append({"updated_at": "2026-11-26T01:40:41.4Z",
                       "result": backend_lib.named(older)})  # fmt: skip
        for ordered in drafts, drafts[::-1]:
            (found,) = self.backend.predict(
                backend_lib.task(annotations=[], drafts=ordered)
            )
            (brush,) = brushes(found)
            self.assertEqual(brush["parentID"], "r1")

    def test_one_bad_task_does_not_take_the_others(self):
        good = backend_lib.task(*studio.DOG)
        twice = backend_lib.task(
            *studio.DOG, studio.point("p9", "nose", 9, 9, "r1")
        )
        elsewhere = backend_lib.task(*studio.DOG, image="http://10.0.0.1/a.png")
        with self.assertLogs(level="WARNING") as logs:
            results = self.backend.predict(
                good, backend_lib.task(), twice, elsewhere
            )
        self.assertLen(brushes(results[0]), 1)
        self.assertEqual(results[1], [])
        for found, reason in zip(
            results[2:],
            ("'nose': is there twice", "and there is no --label_studio_url"),
            strict=True,
        ):
            self.assertEqual((found["result"], found["score"]), ([], 0.0))
            # The tool shows nothing but the version.
            self.assertStartsWith(found["model_version"], "pet-3: task 9: ")
            self.assertIn(reason, found["model_version"])
        self.assertLen(logs.output, 2)

    @parameterized.parameters(
        (studio.point("p1", "knee", 10, 60, "r1"), "unknown keypoint 'knee'"),
        (studio.point("p1", "nose", 950, 60, "r1"), "must lie in the photo"),
        (studio.rectangle("r1", "car"), "must be one of cat, dog, pet"),
    )
    def test_refused(self, region, reason):
        regions = [
            region if x["id"] == region["id"] else x
            for x in studio.DOG[:5]
            if x["type"] != "choices"
        ]
        (found,) = self.backend.predict(backend_lib.task(*regions))
        self.assertEqual(found["result"], [])
        self.assertIn(reason, found["error"])

    def test_out_of_time(self):
        tasks = [backend_lib.task(*studio.DOG)] * 3
        old, predict._SECONDS = predict._SECONDS, -1.0
        self.addCleanup(setattr, predict, "_SECONDS", old)
        with self.assertLogs(level="WARNING") as logs:
            first, *others = self.backend.predict(*tasks)
        self.assertLen(brushes(first), 1)
        # Of these the tool keeps nothing, and sends them again.
        self.assertEqual(others, [[], []])
        self.assertIn("no time for 2 of 3 tasks", logs.output[0])

    def test_a_batch_takes_turns(self):
        tasks = [backend_lib.task(*studio.DOG)] * 2
        done = threading.Event()

        def ask():
            self.backend.predict(*tasks)
            done.set()

        with self.backend.admission.turn_of_large():
            pass
        with self.backend.admission.turn(1):
            thread = threading.Thread(target=ask)
            thread.start()
            self.assertTrue(done.wait(20))
        thread.join()
        with self.backend.admission.place_of_large():
            status, _ = self.backend.ask("POST", "/predict", {
                "tasks": tasks, "label_config": CONFIG})  # fmt: skip
        self.assertRegex(status, "^503 Too many batches")


class RectangleTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = backend_lib.Backend()
        box = {"x": 5, "y": 10, "width": 50, "height": 75, "rotation": 0,
               "rectanglelabels": ["dog"]}  # fmt: skip
        (drawn,) = backend_lib.named(
            [{**studio.rectangle("new"), "value": box}]
        )
        self.context = {"result": [drawn]}

    def predict(self, *points, context=None):
        draft = {"updated_at": "2", "result": backend_lib.named(points)}
        task = backend_lib.task(annotations=[], drafts=[draft])
        (found,) = self.backend.predict(task, context=context or self.context)
        return found

    def test_masks_of_what_lies_in_it(self):
        found = self.predict(
            studio.point("p1", "nose", 10.25, 51.25),
            studio.point("p2", "left_ear", 50, 75),
            studio.choice("p2", "hidden"),
            studio.point("p3", "nose", 90, 50),
        )
        (brush,) = found["result"]
        self.assertEqual(brush["value"]["rle"], filled(10, 4, 100, 30))
        self.assertEqual(brush["id"], "new_part_head")
        ((_, inputs),) = self.backend.model.asked
        np.testing.assert_allclose(
            inputs["keypoints"][0], studio.KEYPOINTS, atol=1e-4
        )

    def test_nothing_is_drawn(self):
        found = self.predict(*studio.DOG, context={"result": []})
        self.assertEqual(
            found, {"result": [], "score": 0.0, "model_version": "pet-3"}
        )

    def test_refused(self):
        nose = studio.point("p1", "nose", 20, 50)
        for points, reason in (
            ([], "no keypoint lies in the rectangle yet"),
            ([nose, studio.point("p2", "nose", 30, 50)], "is there twice"),
            ([studio.rectangle("a"), studio.rectangle("b"),
              studio.point("p1", "nose", 20, 50, "a"),
              studio.point("p2", "left_ear", 30, 50, "b")],
             "keypoints of 2 objects lie in the rectangle"),
        ):  # fmt: skip
            found = self.predict(*points)
            self.assertEqual(found["result"], [])
            self.assertIn(reason, found["error"])
        clicked = {"result": backend_lib.named([nose])}
        found = self.predict(nose, context=clicked)
        self.assertIn("a smart keypoint comes alone", found["error"])

    def test_keypoints_of_another_rectangle_stay_there(self):
        self.predict(
            studio.rectangle("a"),
            studio.point("p1", "left_ear", 20, 50, "a"),
            studio.point("p2", "nose", 10.25, 51.25),
        )
        ((_, inputs),) = self.backend.model.asked
        np.testing.assert_array_equal(inputs["keypoints"][0, 0], [0, 0, 0])


if __name__ == "__main__":
    absltest.main()
