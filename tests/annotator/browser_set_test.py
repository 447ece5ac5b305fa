"""Several photos on the page: gone through, saved, found again, asked about."""

import pathlib

from absl.testing import absltest
import cv2
import numpy as np

from tests.annotator import page_case

# How many pictures are decoded and not yet freed.
COUNT_PICTURES = """
  window.pictures = 0;
  const [make, free] = [URL.createObjectURL, URL.revokeObjectURL];
  const freed = new Set();
  URL.createObjectURL = blob => { window.pictures++; return make(blob); };
  URL.revokeObjectURL = url => {
    if (!freed.has(url)) window.pictures--;
    freed.add(url);
    free(url);
  };
"""


def photo(shade, width=60, height=40):
    """Returns a small PNG file; other shades are other photos."""
    pixels = np.full((height, width, 3), shade, np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


class BrowserSetTest(page_case.PageCase):
    def name(self):
        return self.page.locator("#photo-name").inner_text()

    def state(self):
        return self.page.locator("#photo-state").inner_text()

    def in_front(self, name, state="untouched"):
        self.page.wait_for_selector(f"#photo-name:text-is('{name}')")
        self.page.wait_for_selector(f"#photo-state:text-is('{state}')")
        self.page.wait_for_selector(f"#stage[aria-label='Photo {name}']")

    def open_three(self):
        self.choose_folder(
            {
                "p/b/1.png": photo(3),
                "p/a10.png": photo(2),
                "p/a2.png": photo(1),
                "p/notes.txt": b"x",
            }
        )
        self.in_front("p/a2.png")

    def begin(self, count=1):
        """Annotates keypoints of the open photo, without a box."""
        self.page.keyboard.press("b")
        self.page.wait_for_selector("[data-phase=points]")
        for k in range(count):
            self.page.mouse.click(*self.place(10 + 5 * k, 10))
        self.has_said(count)

    def test_photos_one_after_the_other(self):
        self.open_three()
        self.says("3 photos. Passed over: 1 other file.")
        self.begin(2)
        self.in_front("p/a2.png", "keypoints")
        self.page.keyboard.press(">")
        self.in_front("p/a10.png")
        self.has_said(0)
        self.page.locator("#photo-after").click()
        self.in_front("p/b/1.png")
        self.assertTrue(self.page.locator("#photo-after").is_disabled())
        for _ in range(2):
            self.page.keyboard.press("<")
            self.wait_for_frame()
        self.in_front("p/a2.png", "keypoints")
        self.has_said(2)
        self.assertIn(
            "1 begun", self.page.locator("#photos-count").inner_text()
        )

    def test_a_photo_is_done_with_everything_said(self):
        self.open_three()
        self.page.keyboard.press("b")
        self.page.wait_for_selector("[data-phase=points]")
        for x in 10, 20:
            self.page.mouse.click(*self.place(x, 10))
        for _ in range(18):
            self.page.keyboard.press("s")
        self.page.wait_for_selector("[data-phase=class]")
        self.in_front("p/a2.png", "keypoints")
        self.choose("dog")
        self.in_front("p/a2.png", "done")
        # The class goes on to the next photo, and is shown there.
        self.page.keyboard.press(">")
        self.in_front("p/a10.png")
        self.assertEqual(self.page.locator("#kind").input_value(), "dog")
        self.begin(1)
        self.page.wait_for_selector("#marks .kind:has-text('dog')")

    def test_the_list_with_the_keyboard(self):
        self.open_three()
        self.page.locator("#photos").focus()
        for key in "End", "ArrowUp", "Enter":
            self.page.keyboard.press(key)
        self.in_front("p/a10.png")
        chosen = self.page.locator("#photos [aria-selected=true]")
        self.assertIn("a10.png, untouched", chosen.get_attribute("aria-label"))

    def test_a_folder_is_found_again_after_a_reload(self):
        self.open_three()
        self.begin(2)
        self.page.keyboard.press(">")
        self.in_front("p/a10.png")
        self.begin(1)
        self.page.reload()
        self.says("3 photos were open.")
        self.says("Work on 2 is saved.")
        self.has_said(1)
        self.choose_folder(
            {"p/b/1.png": photo(3), "p/a10.png": photo(2), "p/c.png": photo(9)}
        )
        self.says("3 photos. Work on 1 found again, by name and size.")
        self.says("With work, but not among these: p/a2.png.")
        self.in_front("p/a10.png", "keypoints")
        self.choose_folder({"p/a2.png": photo(1)})
        self.in_front("p/a2.png", "keypoints")
        self.has_said(2)

    def test_another_file_of_the_same_name_is_asked_about(self):
        self.open_three()
        self.begin(2)
        self.page.keyboard.press(">")
        self.in_front("p/a10.png")
        wide = photo(1, width=90)
        self.choose_folder({"p/a2.png": wide})
        self.page.keyboard.press("<")
        question = self.page.locator("#question")
        question.wait_for()
        text = question.inner_text()
        self.assertIn("earlier work for p/a2.png", text)
        self.assertIn("60 × 40", text)
        self.assertIn("90 × 40", text)
        self.assertNotIn("Use that work", text)  # Its pixels are others.
        self.page.keyboard.press("Escape")
        self.in_front("p/a10.png")  # Nothing was opened, nothing lost.
        self.page.keyboard.press("<")
        question.locator("button[value=new]").click()
        self.in_front("p/a2.png")
        self.has_said(0)
        # The first file still has its work, and nobody is asked any more.
        self.choose_folder({"p/a2.png": photo(1)})
        self.in_front("p/a2.png", "keypoints")
        self.has_said(2)
        self.choose_folder({"p/a2.png": wide})
        self.in_front("p/a2.png")
        self.has_said(0)

    def test_work_of_other_contents_is_used_only_if_wanted(self):
        self.open_three()
        self.begin(2)
        self.choose_folder({"p/a2.png": photo(200)})
        question = self.page.locator("#question")
        question.locator("button[value=use]").click()
        self.in_front("p/a2.png", "keypoints")
        self.has_said(2)

    def test_two_tabs_show_how_far_each_photo_is(self):
        self.open_three()
        first = self.page
        self.page = self.context.new_page()
        self.page.goto(self.url)
        self.page.wait_for_selector("#stage:visible")
        self.open_three_again()
        self.page.keyboard.press(">")
        self.in_front("p/a10.png")
        self.begin(1)
        self.page = first
        self.page.wait_for_selector("#photos-count:has-text('1 begun')")
        self.page.keyboard.press(">")
        self.in_front("p/a10.png", "keypoints")
        self.has_said(1)

    def open_three_again(self):
        self.choose_folder(
            {
                "p/b/1.png": photo(3),
                "p/a10.png": photo(2),
                "p/a2.png": photo(1),
            }
        )
        self.in_front("p/a2.png")

    def test_what_cannot_be_opened_is_passed_by(self):
        self.choose_folder(
            {
                "p/1.heic": b"not for this browser",
                "p/2.png": photo(1),
                "p/3.tif": b"II*\0",
                "p/4.png": photo(2),
            }
        )
        self.in_front("p/2.png")
        self.page.locator("#photos div:has-text('3.tif')").last.click()
        self.says("p/3.tif cannot be opened")
        self.in_front("p/2.png")
        self.page.keyboard.press(">")
        self.in_front("p/4.png")
        self.assertEqual(
            self.page.locator("[aria-label*='cannot be opened']").count(), 2
        )

    def test_five_hundred_photos(self):
        self.page.add_init_script(COUNT_PICTURES)
        self.page.reload()
        self.page.wait_for_selector("#sample-list button")
        self.choose_folder(
            {
                f"p/{k}.png": photo(k % 256, 60 + k // 256, 40)
                for k in range(500)
            }
        )
        self.in_front("p/0.png")
        self.assertLess(self.page.locator("#photos [role=option]").count(), 20)
        for k in range(1, 6):
            self.page.keyboard.press(">")
            self.in_front(f"p/{k}.png")
        self.assertLess(self.page.evaluate("() => window.pictures"), 4)
        self.page.locator("#photos").focus()
        for key in "End", "Enter":
            self.page.keyboard.press(key)
        self.in_front("p/499.png")

    def test_a_dropped_folder(self):
        """Drops a true folder, as the browser's own protocol does."""
        folder = pathlib.Path(self.create_tempdir().full_path, "herd")
        (folder / "deep").mkdir(parents=True)
        for k in range(3):
            (folder / "deep" / f"{k}.png").write_bytes(photo(k))
        (folder / "top.png").write_bytes(photo(9))
        session = self.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
        for kind in "dragEnter", "dragOver", "drop":
            session.send(
                "Input.dispatchDragEvent",
                {"type": kind, "x": 300, "y": 300, "data": data},
            )
        self.in_front("herd/deep/0.png")
        self.says("4 photos.")


if __name__ == "__main__":
    absltest.main()
