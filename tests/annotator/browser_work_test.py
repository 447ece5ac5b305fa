"""Work on a photo: that nothing is lost, mixed up or saved unasked."""

import json

from absl.testing import absltest

from tests.annotator import page_case

CYRILLIC = """([key, code, ctrlKey]) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", {
    key, code, ctrlKey, bubbles: true, cancelable: true }))"""
OBJECTS = """() => [...document.querySelectorAll("#objects li")].map(
  item => item.innerText.split("\\n"))"""


class BrowserWorkTest(page_case.PageCase):
    def kind(self):
        return self.page.locator("#kind")

    def objects(self):
        self.wait_for_frame()
        return self.page.evaluate(OBJECTS)

    def expect_focus(self, name):
        self.page.wait_for_function(
            "id => document.activeElement.id === id", arg=name
        )

    def open_two_cats(self):
        self.page.locator("#sample-list button").nth(1).click()
        self.wait_for_parts(2)

    # The class.

    def test_a_class_is_never_guessed(self):
        self.open_horse()
        self.annotate()
        self.page.wait_for_selector("[data-phase=class]")
        self.page.wait_for_selector("#ask:has-text('Choose the kind')")
        self.page.locator("#download").click()
        self.page.locator("#download-coco").click()
        self.says("Nothing was saved. Choose the kind of quadruped 1 first.")
        self.expect_focus("kind")
        box = self.kind().bounding_box()
        self.assertLess(box["y"] + box["height"], 800)
        self.choose("dog")
        self.page.wait_for_selector("[data-phase=done]")
        self.expect_focus("stage")
        self.page.wait_for_selector("#marks .kind:has-text('dog')")
        # The next object and the next photo have it, too, and show it.
        self.page.keyboard.press("n")
        self.assertEqual(
            self.objects(),
            [["quadruped 1", "dog", "20 of 20", "×"],
             ["quadruped 2", "dog", "0 of 20", "×"]],
        )  # fmt: skip
        self.page.locator("#close").click()
        self.page.wait_for_selector("#sample-list button")
        self.drop(("b.jpg", "", page_case.HORSE.read_bytes() + b"\0"))
        self.page.wait_for_selector("[data-phase=box]")
        self.assertEqual(
            self.objects(), [["quadruped 1", "dog", "0 of 20", "×"]]
        )
        self.assertEqual(self.kind().input_value(), "dog")

    def test_keys_never_change_the_class(self):
        self.open_two_cats()
        self.choose("dog")
        self.kind().focus()
        self.page.keyboard.press("h")  # Hidden, not a horse.
        self.assertEqual(self.kind().input_value(), "dog")
        self.page.wait_for_selector("#hidden[aria-pressed=true]")
        self.expect_focus("stage")
        self.page.locator("#use-keys").evaluate(
            "box => { box.checked = false }"
        )
        self.kind().focus()
        self.page.keyboard.press("s")
        self.assertEqual(self.kind().input_value(), "dog")
        # Arrows do, one by one, and Enter goes on.
        self.kind().focus()
        for _ in range(2):
            self.page.keyboard.press("ArrowDown")
        self.expect_focus("kind")
        self.page.keyboard.press("Enter")
        self.expect_focus("stage")
        self.assertNotEqual(self.kind().input_value(), "dog")

    def test_a_removed_object_comes_back(self):
        self.open_two_cats()
        before = self.objects()
        self.page.locator("#objects .icon").first.click()
        self.expect_focus("stage")
        self.assertLen(self.objects(), 1)
        self.page.keyboard.press("s")  # Nothing is left to skip.
        self.assertEqual(self.objects()[0][1], "cat")
        self.page.keyboard.press("z")
        self.assertEqual(self.objects(), before)
        self.wait_for_parts(2)

    def test_an_object_without_clicks_is_not_saved(self):
        self.open_horse()
        self.page.locator("#download").click()
        self.page.locator("#download-coco").click()
        self.says("Nothing was saved. Draw a box or place a keypoint first.")
        self.annotate(4)
        self.choose("horse")
        self.wait_for_parts()
        self.page.keyboard.press("n")
        contents = json.loads(self.download("coco").read_text())
        self.says("Not in it, for lack of keypoints: quadruped 2.")
        whole = [a for a in contents["annotations"] if "obj_ann_id" not in a]
        self.assertLen(whole, 1)
        self.assertGreater(whole[0]["bbox"][2], 400)
        self.download("mask")
        self.says("horse_mask.png. Not in it, for lack of keypoints: quad")

    # Mouse and keys.

    def test_a_box_begun_with_keys_and_ended_with_the_mouse(self):
        self.open_horse()
        self.page.locator("#stage").focus()
        for key in "Enter", "Enter":  # The cross, then a corner there.
            self.page.keyboard.press(key)
        self.page.mouse.click(*self.place(600, 400))
        self.page.wait_for_selector("[data-phase=points]")
        # Begun with keys, but drawn with the mouse.
        for key in "0", "b", "Enter", "Enter":
            self.page.keyboard.press(key)
        self.drag((165, 30), (660, 369))
        self.page.wait_for_selector("[data-phase=points]")
        # Begun with keys, then another object.
        for key in "0", "b", "Enter", "n":
            self.page.keyboard.press(key)
        self.page.mouse.click(*self.place(300, 300))
        self.page.wait_for_selector("[data-phase=box]")
        self.drag((165, 30), (660, 369))
        self.page.wait_for_selector("[data-phase=points]")

    def test_keys_during_a_drag(self):
        self.open_horse()
        self.annotate(4)
        self.page.mouse.move(*self.place(165, 30))
        self.page.mouse.down()
        self.page.mouse.move(*self.place(200, 60))
        self.page.keyboard.press("b")
        self.page.mouse.move(*self.place(240, 90))
        self.page.mouse.up()
        self.page.wait_for_selector("[data-phase=box]")

    def test_keys_of_a_cyrillic_keyboard(self):
        self.open_horse()
        self.page.locator("#stage").focus()
        for key, code in (("и", "KeyB"), ("ы", "KeyS"), ("ы", "KeyS")):
            self.page.evaluate(CYRILLIC, [key, code, False])
        self.has_said(2)
        self.page.evaluate(CYRILLIC, ["я", "KeyZ", True])
        self.has_said(1)
        self.kind().focus()
        self.page.evaluate(CYRILLIC, ["ы", "KeyS", False])
        self.has_said(2)
        self.assertEqual(self.kind().input_value(), "")

    # Photos, one after another or twice.

    def test_try_again_belongs_to_its_photo(self):
        self.page.route(page_case.PREDICT, lambda route: route.abort())
        self.open_two_cats_without_parts()
        self.page.unroute(page_case.PREDICT)
        self.open_horse()
        page_case.sync_api.expect(self.page.locator("#retry")).to_be_hidden()
        self.says("horse.jpg, 782 × 516 pixels.")

    def open_two_cats_without_parts(self):
        self.page.locator("#sample-list button").nth(1).click()
        self.says("The server does not respond.")
        page_case.sync_api.expect(self.page.locator("#retry")).to_be_visible()

    def second_tab(self):
        """Opens another tab, which opens the same photo, and turns to it."""
        first = self.page
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * page_case.SECONDS)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.goto(self.url)
        self.page.wait_for_selector("#stage:visible")
        return first

    def test_two_tabs_with_one_photo_agree(self):
        self.open_horse()
        self.annotate(3)
        self.has_said(3)
        first = self.second_tab()
        self.has_said(3)
        self.says("This photo is open in another tab, too.")
        second, self.page = self.page, first
        for _ in range(5):
            self.page.keyboard.press("s")
        self.has_said(8)
        self.page = second
        self.says("Changed in another tab.")
        self.has_said(8)
        self.page.keyboard.press("s")
        self.has_said(9)
        self.page = first
        self.has_said(9)
        self.page.keyboard.press("z")
        self.has_said(8)
        self.page = second
        self.has_said(8)

    def test_a_tab_that_heard_nothing_overwrites_nothing(self):
        self.context.add_init_script(
            "BroadcastChannel = class { postMessage() {} close() {} }"
        )
        self.page.reload()
        self.page.wait_for_selector("#sample-list button")
        self.open_horse()
        self.annotate(2)
        self.has_said(2)
        first = self.second_tab()
        self.has_said(2)
        second, self.page = self.page, first
        for _ in range(5):
            self.page.keyboard.press("s")
        self.has_said(7)
        self.wait_until_saved(7)
        self.page = second
        self.page.keyboard.press("s")
        self.says("Another tab changed this photo at the same time")
        self.has_said(7)
        self.page.keyboard.press("z")  # Its own work is not lost either.
        self.has_said(3)
        self.wait_until_saved(3)

    def wait_until_saved(self, count):
        """Waits until so many keypoints are in the browser's store."""
        self.page.wait_for_function(
            """count => new Promise(resolve => {
              const opening = indexedDB.open("kp2part");
              opening.onsuccess = () => {
                const all = opening.result.transaction("annotations")
                  .objectStore("annotations").getAll();
                all.onsuccess = () => resolve(all.result.some(({ objects }) =>
                  objects[0].points.filter(p => p).length === count));
              };
            })""",
            arg=count,
        )


if __name__ == "__main__":
    absltest.main()
