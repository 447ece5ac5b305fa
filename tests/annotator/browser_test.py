"""A person on the annotation page, with a real browser, server and model."""

import base64
import io
import json
import re
import time
from urllib import parse

from absl.testing import absltest
import cv2
import numpy as np

from kp2part import client
from kp2part.formats import readers
from tests.annotator import page_case


class PageBrowserTest(page_case.PageCase):
    def test_from_a_photo_to_files(self):
        self.open_horse()
        prompt = self.page.locator("#ask").inner_text()
        self.assertEqual(
            " ".join(prompt.split()),
            "Draw a box around the quadruped Drag, or click two corners",
        )
        self.annotate(2)
        self.page.wait_for_selector("#ask:has-text('nose')")
        for _ in range(2):
            self.page.keyboard.press("z")
        self.page.wait_for_selector("#ask:has-text('left eye')")
        self.page.keyboard.press("z")
        self.page.wait_for_selector("[data-phase=box]")
        self.annotate()
        self.choose("horse")
        self.page.wait_for_selector("[data-phase=done]")
        self.wait_for_parts()
        coco = self.download("coco")
        mask = self.download("mask")
        overlay = self.download("overlay")
        self.assertEqual(
            [p.name for p in (coco, mask, overlay)],
            ["horse_coco.json", "horse_mask.png", "horse_parts.png"],
        )
        self.check_coco(coco, self.check_mask(coco, mask))
        picture = cv2.imread(str(overlay))
        photo = cv2.imread(str(page_case.HORSE))
        self.assertEqual(picture.shape, photo.shape)
        difference = np.abs(picture.astype(int) - photo).mean()
        self.assertBetween(difference, 3, 60)

    def check_mask(self, coco, path):
        """Compares the mask with the prediction for the file's keypoints."""
        ask = client.connect(str(page_case.SHIPPED))
        (found,) = readers.read(coco, ask.task.category)["horse"]
        known, _ = page_case.samples()
        expected = np.array(known["keypoints"]).reshape(-1, 3)
        np.testing.assert_allclose(found.keypoints, expected, atol=1.0)
        x, y, width, height = known["bbox"]
        np.testing.assert_allclose(
            found.box, (x, y, x + width, y + height), atol=1.0
        )
        (prediction,) = ask(
            [page_case.HORSE.read_bytes()],
            found.keypoints[np.newaxis],
            [found.box],
        )
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        self.assertEqual(mask.ndim, 2)
        np.testing.assert_array_equal(mask, prediction.mask)
        return mask

    def check_coco(self, path, mask):
        contents = json.loads(path.read_text())
        names = {c["id"]: c["name"] for c in contents["categories"]}
        parts = ["background", "head", "torso", "legs", "tail"]
        seen = []
        for annotation in contents["annotations"]:
            _, _, part = names[annotation["category_id"]].partition(":")
            inside = mask == parts.index(part) if part else mask > 0
            found = page_case.decode(annotation["segmentation"])
            np.testing.assert_array_equal(found, inside, part)
            self.assertEqual(annotation["area"], inside.sum())
            seen.append(part)
        self.assertEqual(seen, ["", *parts[1:]])

    def test_the_name_beside_the_pointer_is_never_cut(self):
        self.open_horse()
        self.page.keyboard.press("b")
        self.page.wait_for_selector("[data-phase=points]")
        stage = self.page.locator("#stage").bounding_box()
        for x, y in (0.5, 0.5), (0.99, 0.5), (0.5, 0.99), (0.99, 0.99):
            self.page.mouse.move(
                stage["x"] + x * stage["width"],
                stage["y"] + y * stage["height"],
            )
            chip = self.page.locator("#chip").bounding_box()
            for start, size in ("x", "width"), ("y", "height"):
                self.assertGreaterEqual(chip[start], stage[start])
                self.assertLessEqual(
                    chip[start] + chip[size], stage[start] + stage[size]
                )

    def test_drag_undo_and_swap(self):
        self.page.locator("#sample-list button").last.click()
        self.wait_for_parts()
        known, names = page_case.samples()
        paw = names.index("right_front_paw")
        x, y, _ = known["keypoints"][3 * paw : 3 * paw + 3]
        before = self.mask()
        began = time.monotonic()
        self.drag((x + 0.5, y + 0.5), (x - 150, y + 20))
        self.wait_for_parts()
        seconds = time.monotonic() - began
        moved = self.mask()
        self.assertNotEqual(moved, before)
        self.assertLess(seconds, 20)  # 0.2 on a machine at rest.
        self.page.locator("#undo").click()
        self.wait_for_parts()
        self.assertEqual(self.mask(), before)
        self.page.locator("#redo").click()
        self.wait_for_parts()
        self.assertEqual(self.mask(), moved)
        kinds = [
            self.page.locator(f"#marks .point.{s}") for s in ("left", "right")
        ]
        numbers = [kind.count() for kind in kinds]
        self.assertNotEqual(*numbers)
        self.page.locator("#swap").click()
        self.wait_for_parts()
        for kind, number in zip(kinds, numbers[::-1], strict=True):
            page_case.sync_api.expect(kind).to_have_count(number)

    def test_masks_follow_a_drag_before_it_ends(self):
        self.page.locator("#sample-list button").last.click()
        self.wait_for_parts()
        known, names = page_case.samples()
        tail = names.index("tailbase")
        x, y, _ = known["keypoints"][3 * tail : 3 * tail + 3]
        before = self.mask()
        self.page.mouse.move(*self.place(x + 0.5, y + 0.5))
        self.page.mouse.down()
        for step in range(10):
            self.page.mouse.move(*self.place(x + 12 * step, y + 3 * step))
        self.wait_for_parts()
        self.assertNotEqual(self.mask(), before)
        self.page.keyboard.press("Escape")
        self.page.mouse.up()
        self.wait_for_parts()
        self.assertEqual(self.mask(), before)

    def test_reload_keeps_work(self):
        self.open_horse()
        self.annotate(9)
        self.wait_for_parts()
        mask = self.mask()
        self.has_said(9)
        self.page.reload()
        self.wait_for_parts()
        self.has_said(9)
        self.assertEqual(self.mask(), mask)
        self.says("with your earlier work")
        left_eye = self.page.locator("#keypoints button").first
        page_case.sync_api.expect(left_eye).to_have_attribute(
            "aria-label", "left eye, skipped"
        )
        # Closed, it comes back with the photo.
        self.page.locator("#close").click()
        self.page.wait_for_selector("#sample-list button")
        page_case.sync_api.expect(self.page.locator("#stage")).to_be_hidden()
        self.drop(("renamed.jpg", "image/jpeg", page_case.HORSE.read_bytes()))
        self.wait_for_parts()
        self.has_said(9)

    def test_coco_comes_back(self):
        self.page.locator("#sample-list button").nth(1).click()
        self.wait_for_parts(2)
        mask = self.mask()
        coco = self.download("coco")
        self.page.locator("#objects .icon").first.click()
        self.page.locator("#objects .icon").first.click()
        self.page.wait_for_selector("[data-predictions='0']")
        file = ("back.json", "application/json", coco.read_bytes())
        self.drop(file)
        self.wait_for_parts(2)
        self.assertEqual(self.mask(), mask)
        self.page.keyboard.press("z")
        self.page.wait_for_selector("[data-predictions='0']")
        self.drop(("bad.json", "application/json", b"[1"))
        self.says("bad.json: it is not a JSON file.")
        self.drop(("other.json", "application/json", b'{"images": []}'))
        self.says("other.json: It is not a COCO file")

    def test_several_objects_in_one_mask(self):
        self.page.locator("#sample-list button").nth(1).click()
        self.wait_for_parts(2)
        both = cv2.imread(str(self.download("mask")), cv2.IMREAD_UNCHANGED)
        self.page.locator("#objects .icon").nth(1).click()
        self.wait_for_parts(1)
        one = cv2.imread(str(self.download("mask")), cv2.IMREAD_UNCHANGED)
        self.assertGreater((both > 0).sum(), (one > 0).sum() + 1000)
        self.assertGreater((one > 0).sum(), 1000)

    def test_the_server_refuses(self):
        self.page.route(
            page_case.PREDICT,
            lambda route: route.fulfill(
                status=400, json={"error": "`box` must overlap <b>the photo"}
            ),
        )
        self.page.locator("#sample-list button").last.click()
        self.says("`box` must overlap <b>the photo")
        self.page.unroute(page_case.PREDICT)
        self.page.locator("#retry").click()
        self.wait_for_parts()
        page_case.sync_api.expect(self.page.locator("#retry")).to_be_hidden()

    def test_the_server_is_gone(self):
        self.open_horse()
        self.context.set_offline(True)
        self.annotate(9)
        self.says("The server does not respond. Your work is saved.")
        self.has_said(9)
        self.choose("horse")
        # Keypoints can be downloaded all the same.
        contents = json.loads(self.download("coco").read_text())
        self.assertLen(contents["annotations"], 1)
        self.assertNotIn("segmentation", contents["annotations"][0])
        self.context.set_offline(False)
        self.page.locator("#retry").click()
        self.wait_for_parts()

    def test_no_model(self):
        self.page.route(
            "**/model.json",
            lambda route: route.fulfill(
                status=503, json={"error": "Model 'lite' is not loaded"}
            ),
        )
        self.page.reload()
        self.says("The model cannot be used: Model 'lite' is not loaded")
        self.page.unroute("**/model.json")
        self.page.locator("#retry").click()
        self.page.wait_for_selector("#sample-list button")

    def test_files_that_are_no_photos(self):
        self.drop(("notes.jpg", "image/jpeg", b"not a photo"))
        self.says("notes.jpg cannot be opened: it is not a photo")
        self.drop(("a.json", "application/json", b"{}"))
        self.says("Open the photo first, then a.json.")
        page_case.sync_api.expect(self.page.locator("#welcome")).to_be_visible()

    def test_a_photo_that_is_stored_on_its_side(self):
        pixels = cv2.imread(str(page_case.HORSE))
        stored = np.ascontiguousarray(np.rot90(pixels))  # Needs a quarter turn.
        jpeg = cv2.imencode(".jpg", stored)[1].tobytes()
        tag = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
        exif = b"Exif\0\0" + tag
        size = (len(exif) + 2).to_bytes(2, "big")
        turned = jpeg[:2] + b"\xff\xe1" + size + exif + jpeg[2:]
        self.drop(("phone.jpg", "image/jpeg", turned))
        self.page.wait_for_selector("[data-phase=box]")
        self.annotate()
        self.wait_for_parts()
        mask = cv2.imread(str(self.download("mask")), cv2.IMREAD_UNCHANGED)
        self.assertEqual(mask.shape, pixels.shape[:2])
        self.assertGreater((mask == 2).sum(), 10_000)  # A torso.
        self.choose("horse")
        coco = json.loads(self.download("coco").read_text())
        photo = self.download("photo")
        self.assertEqual(coco["images"][0]["file_name"], "phone.jpg")
        self.assertEqual(photo.name, "phone_upright.png")
        upright = cv2.imread(str(photo), cv2.IMREAD_IGNORE_ORIENTATION | 1)
        self.assertLess(np.abs(upright.astype(int) - pixels).mean(), 8)

    def test_a_large_webp_is_sent_small(self):
        sizes = []
        self.page.on(
            "request",
            lambda r: sizes.append(asked(r)) if "predict" in r.url else None,
        )
        pixels = cv2.resize(cv2.imread(str(page_case.HORSE)), None, fx=2, fy=2)
        webp = cv2.imencode(".webp", pixels)[1].tobytes()
        self.drop(("big.webp", "image/webp", webp))
        self.page.wait_for_selector("[data-phase=box]")
        self.page.keyboard.press("b")
        self.page.wait_for_selector("[data-phase=points]")
        for x in 600, 800, 1000:
            self.page.mouse.click(*self.place(x, 500))
        self.wait_for_parts()
        self.assertEqual({max(size) for size, _ in sizes}, {1024})
        self.assertEqual({name for _, name in sizes}, {"serving_default"})
        mask = cv2.imread(str(self.download("mask")), cv2.IMREAD_UNCHANGED)
        self.assertEqual(mask.shape, pixels.shape[:2])
        self.choose("dog")
        coco = json.loads(self.download("coco").read_text())
        self.assertEqual(coco["images"][0]["file_name"], "big.webp")

    def test_with_the_keyboard_alone(self):
        self.open_horse()
        press = self.page.keyboard.press
        self.page.locator("#stage").focus()
        for key in ("Shift+ArrowLeft", "Shift+ArrowUp", "Shift+ArrowUp"):
            press(key)
        press("Enter")
        for key in ("Shift+ArrowDown",) * 4 + ("Shift+ArrowRight",) * 3:
            press(key)
        press("Enter")
        self.page.wait_for_selector("[data-phase=points]")
        press("s")
        press("Enter")
        press("ArrowUp")  # Moves the cross, as the next keypoint is open.
        press("Shift+Enter")
        self.page.wait_for_selector("#marks .point.middle.hidden")
        self.has_said(3)
        self.wait_for_parts()
        press(",")
        mark = self.page.locator("#marks .point.middle")
        before = mark.get_attribute("transform")
        press("ArrowRight")
        page_case.sync_api.expect(mark).not_to_have_attribute(
            "transform", before
        )
        press("?")
        page_case.sync_api.expect(self.page.locator("#help")).to_be_visible()
        press("Escape")
        page_case.sync_api.expect(self.page.locator("#help")).to_be_hidden()
        press("0")
        self.wait_for_frame()
        world = page_case.sync_api.expect(self.page.locator(".world"))
        scale = self.page.locator(".world").get_attribute("style")
        press("+")
        world.not_to_have_attribute("style", scale)
        press("0")
        world.to_have_attribute("style", scale)

    def test_touch_on_a_small_dark_screen(self):
        self.context.close()
        self.open_browser(
            viewport={"width": 390, "height": 844}, has_touch=True,
            is_mobile=True, color_scheme="dark",
        )  # fmt: skip
        back = self.page.evaluate(
            "() => getComputedStyle(document.body).backgroundColor"
        )
        self.assertLess(max(map(int, re.findall(r"\d+", back)[:3])), 60)
        self.open_horse()
        width = self.page.evaluate("() => document.body.scrollWidth")
        self.assertEqual(width, 390)
        touch = self.context.new_cdp_session(self.page)

        def send(kind, *places):
            points = [{"x": x, "y": y} for x, y in places]
            touch.send(
                "Input.dispatchTouchEvent",
                {"type": f"touch{kind}", "touchPoints": points},
            )

        far = self.place(660, 30)[0] - self.place(165, 30)[0]
        send("Start", self.place(165, 30))
        send("Move", self.place(400, 200))
        send("Move", self.place(660, 369))
        send("End")
        self.page.wait_for_selector("[data-phase=points]")
        # Zooms in on an object that is small on the screen.
        near = self.place(660, 30)[0] - self.place(165, 30)[0]
        self.assertGreater(near, 1.3 * far)
        for x, y in (670, 60), (690, 90), (690, 150):
            self.page.touchscreen.tap(*self.place(x, y))
        self.has_said(3)
        self.wait_for_parts()
        # While a finger is down, a loupe shows what it covers.
        x, y = self.place(690, 150)
        send("Start", (x, y))
        send("Move", (x - 30, y + 10))
        self.page.wait_for_selector("#loupe", state="visible")
        send("End")
        self.page.wait_for_selector("#loupe", state="hidden")
        self.wait_for_parts()
        before = self.place(100, 100), self.place(300, 100)
        send("Start", (100, 300), (200, 300))
        send("Move", (100, 300), (300, 300))
        send("End")
        after = self.place(100, 100), self.place(300, 100)
        span = [b[0] - a[0] for a, b in (before, after)]
        self.assertAlmostEqual(span[1] / span[0], 2, delta=0.1)
        self.has_said(3)

    def test_choice_of_model(self):
        def describe(route):
            # The served model and a twin: only the names differ.
            address, _, query = route.request.url.partition("?")
            name = parse.parse_qs(query).get("model", ["lite"])[0]
            fields = route.fetch(url=address).json()
            fields |= {"name": name, "models": ["lite", "twin"]}
            route.fulfill(json=fields)

        asked_for = []
        self.page.route("**/model.json*", describe)
        self.page.route(
            page_case.PREDICT,
            lambda route: (
                asked_for.append(route.request.url),
                route.continue_(url=route.request.url.replace("twin", "lite")),
            ),
        )
        self.page.reload()
        self.page.locator("#models").select_option("twin")
        self.page.wait_for_url("**/?model=twin")
        self.page.locator("#sample-list button").last.click()
        self.wait_for_parts()
        self.assertIn("/v1/models/twin:predict", asked_for[-1])

    def test_any_category(self):
        chair = {
            "name": "office_chair", "classes": ["stool"],
            "keypoints": ["seat", "left_arm", "right_arm", "back"],
            "parts": {"background": [], "rest": ["x"]},
            "palette": ["#000000", "#e69f00"],
        }  # fmt: skip
        self.page.route(
            "**/model.json",
            lambda route: route.fulfill(
                json={"name": "lite", "task": {"category": chair}}
            ),
        )
        self.page.reload()
        self.page.wait_for_selector("#model:has-text('office chair')")
        self.drop(("horse.jpg", "image/jpeg", page_case.HORSE.read_bytes()))
        self.page.wait_for_selector("[data-phase=box]")
        self.assertIn("office chair", self.page.locator("#ask").inner_text())
        page_case.sync_api.expect(self.page.locator("#samples")).to_be_hidden()
        self.assertLen(self.page.locator("#keypoints button").all(), 4)
        self.assertLen(self.page.locator("#figure .point").all(), 4)


def asked(request):
    """Returns the size of the image in a request, and the signature."""
    body = json.loads(request.post_data)
    text = body["instances"][0]["image_bytes"]["b64"]
    contents = io.BytesIO(base64.b64decode(text)).getbuffer()
    image = cv2.imdecode(np.frombuffer(contents, np.uint8), 1)
    return image.shape[:2], body["signature_name"]


if __name__ == "__main__":
    absltest.main()
