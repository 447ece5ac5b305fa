"""The shape of drawn parts, corrected with a brush; keys of keypoints."""

import json

from absl.testing import absltest
import cv2
import numpy as np

from tests.annotator import page_case

HEAD, LEGS = 1, 3


class BrowserBrushTest(page_case.PageCase):
    def open_sample(self):
        self.page.locator("#sample-list button").last.click()
        self.wait_for_parts()

    def brush(self):
        self.page.keyboard.press("p")
        self.page.wait_for_selector("[data-brush=on]")

    def exported(self):
        path = self.download("mask")
        return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)

    def line(self, *places):
        """Paints a line with the mouse."""
        self.page.mouse.move(*self.place(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.place(*place))
        self.page.mouse.up()

    def test_add_remove_undo_and_export(self):
        self.open_sample()
        before = self.exported()
        shown = self.mask()
        self.brush()
        self.page.mouse.click(*self.place(60, 460))
        self.says("Choose the part to paint first.")
        self.page.locator("#brush-part").select_option("head")
        self.line((40, 460), (100, 460), (160, 460))
        self.wait_for_frame()
        self.assertNotEqual(self.mask(), shown)
        after = self.exported()
        self.assertEqual({*np.unique(after[before != after])}, {HEAD})
        self.assertEqual(after[460, 100], HEAD)
        self.assertEqual(before[460, 100], 0)
        # Only the chosen part is taken away.
        self.page.keyboard.press("e")
        self.line((60, 460), (90, 460))
        self.assertEqual(self.exported()[460, 75], 0)
        self.page.keyboard.press("3")
        self.line((150, 460), (160, 460))
        self.assertEqual(self.exported()[460, 155], HEAD)
        for _ in range(3):
            self.page.keyboard.press("z")
        np.testing.assert_array_equal(self.exported(), before)
        self.page.keyboard.press("y")
        np.testing.assert_array_equal(self.exported(), after)
        self.page.locator("#brush-done").click()
        self.page.wait_for_selector("[data-brush=off]")
        # It is there after a reload, and in the annotations.
        self.page.reload()
        self.wait_for_parts()
        np.testing.assert_array_equal(self.exported(), after)
        coco = self.download("coco")
        contents = json.loads(coco.read_text())
        whole, head = contents["annotations"][:2]
        self.assertTrue(whole["corrected"])
        np.testing.assert_array_equal(
            page_case.decode(head["segmentation"]), after == HEAD
        )
        self.brush()
        self.page.locator("#brush-drop").click()
        np.testing.assert_array_equal(self.exported(), before)
        self.drop(("a.json", "", coco.read_bytes()))
        self.says("Read 1 from a.json")
        np.testing.assert_array_equal(self.exported(), after)

    def correct(self):
        self.open_sample()
        self.brush()
        self.page.keyboard.press("1")
        self.page.mouse.click(*self.place(60, 460))
        self.page.keyboard.press("p")
        self.page.wait_for_selector("[data-brush=off]")
        return self.mask()

    def move_a_keypoint(self):
        known, names = page_case.samples()
        k = names.index("tailbase")
        x, y, _ = known["keypoints"][3 * k : 3 * k + 3]
        self.drag((x + 0.5, y + 0.5), (x - 30, y + 20))
        question = self.page.locator("#question")
        question.wait_for()
        return question

    def test_a_correction_is_not_lost_unasked(self):
        corrected = self.correct()
        self.move_a_keypoint()
        self.page.keyboard.press("Escape")  # The change is undone.
        self.wait_for_parts()
        self.assertEqual(self.mask(), corrected)
        question = self.move_a_keypoint()
        question.locator("button[value=keep]").click()
        self.wait_for_parts()
        self.assertEqual(self.mask(), corrected)
        self.page.keyboard.press("z")
        self.page.keyboard.press("z")
        self.wait_for_frame()
        question = self.move_a_keypoint()
        question.locator("button[value=drop]").click()
        self.wait_for_parts()
        self.assertNotEqual(self.mask(), corrected)

    def test_with_the_keyboard_alone(self):
        self.open_sample()
        before = self.exported()
        self.page.locator("#stage").focus()
        press = self.page.keyboard.press
        self.brush()
        for key in "[", "[", "[", "2", "Shift+ArrowDown", "Shift+ArrowDown":
            press(key)
        press("Enter")
        for _ in range(2):
            press("Shift+ArrowRight")
        press("Shift+Enter")  # A line from there to here.
        after = self.exported()
        changed = before != after
        self.assertEqual({*np.unique(after[changed])}, {2})
        width = np.ptp(np.nonzero(changed)[1])
        self.assertGreater(width, 2 * np.ptp(np.nonzero(changed)[0]))

    def test_no_brush_before_there_are_parts(self):
        self.open_horse()
        self.page.keyboard.press("p")
        self.says("Place two keypoints first")
        self.page.wait_for_selector("[data-brush=off]")

    def test_each_keypoint_has_a_key_that_is_shown(self):
        self.open_horse()
        self.annotate(0)
        buttons = self.page.locator("#keypoints button")
        keys = [b.locator("kbd").inner_text() for b in buttons.all()]
        self.assertLen({*keys}, 20)
        self.assertNotIn("", keys)
        for index in 3, 9, 19:
            self.page.keyboard.press(keys[index].lower())
            self.page.wait_for_selector(
                f"#keypoints li:nth-child({index + 1}) [aria-current=true]"
            )

    def test_a_box_by_two_clicks(self):
        self.open_horse()
        self.page.mouse.click(*self.place(165, 30))
        self.page.mouse.move(*self.place(300, 150))
        self.page.wait_for_selector("#marks .box")  # It follows the pointer.
        self.page.mouse.click(*self.place(400, 200))
        self.page.wait_for_selector("[data-phase=points]")
        # Another one begins with the whole photo in view.
        large = self.place(700, 0)[0] - self.place(0, 0)[0]
        self.page.keyboard.press("n")
        self.wait_for_frame()
        self.assertLess(self.place(700, 0)[0] - self.place(0, 0)[0], large)
        self.page.keyboard.press("PageUp")
        self.wait_for_frame()
        self.assertAlmostEqual(
            self.place(700, 0)[0] - self.place(0, 0)[0], large, delta=1
        )


if __name__ == "__main__":
    absltest.main()
