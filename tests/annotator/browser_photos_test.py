"""Photos that the page could show otherwise than it sends or saves them."""

import base64
import json
import struct
import zlib

from absl.testing import absltest
import cv2
import numpy as np

from kp2part.schema import keys
from tests.annotator import page_case

# By orientation: from the upright picture to the pixels as they are stored.
STORE = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: np.rot90,
    7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
    8: lambda p: np.rot90(p, -1),
}
# The colors of what is shown, in squares of 10 pixels, and of what was sent.
COLORS = """async (source) => {
  const image = document.querySelector(".world img");
  const shown = new Image();
  shown.src = source ?? image.src;
  await shown.decode();
  const canvas = document.createElement("canvas");
  const { naturalWidth: width, naturalHeight: height } = shown;
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(shown, 0, 0);
  const rows = [];
  for (let y = 5; y < height; y += 10) {
    rows.push([]);
    for (let x = 5; x < width; x += 10) {
      rows.at(-1).push([...context.getImageData(x, y, 1, 1).data.slice(0, 3)]);
    }
  }
  return rows;
}"""


def picture():
    """Returns a picture whose squares all differ, uint8 [40, 60, 3] BGR."""
    squares = np.arange(24).reshape(4, 6)
    channels = np.stack([squares * 10, 240 - squares * 9, squares % 5 * 60], -1)
    return channels.astype(np.uint8).repeat(10, 0).repeat(10, 1)


def expected(pixels):
    """Returns the colors of the squares, int [rows, columns, 3] RGB."""
    return pixels[5::10, 5::10, 2::-1].astype(int)


def tiff(orientation):
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"MM\0*\0\0\0\x08\0\x01" + entry + bytes(4)


def jpeg(pixels, *segments):
    """Returns a JPEG file with segments: their contents, after "Exif"."""
    ok, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 100])
    data = data.tobytes()
    tags = b"".join(
        b"\xff\xff\xff\xe1" + struct.pack(">H", len(s) + 2) + s
        for s in segments
    )
    return data[:2] + tags + data[2:]


def png(pixels, *chunks):
    data = cv2.imencode(".png", pixels)[1].tobytes()
    added = b"".join(
        struct.pack(">I", len(c)) + n + c + struct.pack(">I", zlib.crc32(n + c))
        for n, c in chunks
    )
    return data[:33] + added + data[33:]


class BrowserPhotosTest(page_case.PageCase):
    def open_photo(self, name, data):
        """Drops a file; returns the colors shown, and the pixels sent."""
        self.drop((name, "", data))
        self.says(f"{name}, ")
        with self.page.expect_request("**/*:predict") as asked:
            self.page.keyboard.press("b")
            self.page.wait_for_selector("[data-phase=points]")
            for x, y in (15, 15), (45, 25):
                self.page.mouse.click(*self.place(x, y))
        body = json.loads(asked.value.post_data)
        sent = base64.b64decode(body["instances"][0]["image_bytes"]["b64"])
        return np.array(self.page.evaluate(COLORS)), sent

    def check(self, name, data, pixels):
        """Holds what is shown and sent to the upright picture."""
        shown, sent = self.open_photo(name, data)
        self.assertNotIn(b"Exif", sent)
        self.assertNotIn(b"eXIf", sent)
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        read = cv2.imdecode(np.frombuffer(sent, np.uint8), flags)
        self.assertEqual(read.shape, pixels.shape)
        for found in shown, expected(read):
            np.testing.assert_allclose(found, expected(pixels), atol=12)
        return sent

    def check_mask(self, pixels):
        self.wait_for_parts()
        mask = cv2.imread(str(self.download("mask")), cv2.IMREAD_UNCHANGED)
        self.assertEqual(mask.shape, pixels.shape[:2])

    def check_image_entry(self, name, size):
        self.choose("cow")
        (image,) = json.loads(self.download("coco").read_text())["images"]
        self.assertEqual(image["file_name"], name)
        self.assertEqual((image["height"], image["width"]), size)

    def test_all_orientations_of_both_formats(self):
        for orientation, store in STORE.items():
            stored = np.ascontiguousarray(store(picture()))
            tag = tiff(orientation)
            for name, data in (
                ("jpg", jpeg(stored, b"http://x\0<x/>", b"Exif\0\0" + tag)),
                ("png", png(stored, (b"eXIf", tag))),
            ):
                name = f"{orientation}.{name}"
                with self.subTest(name=name, orientation=orientation):
                    self.check(name, data, picture())
        self.check_mask(picture())
        self.check_image_entry("8.png", (40, 60))
        overlay = cv2.imread(str(self.download("overlay")))
        self.assertEqual(overlay.shape, (40, 60, 3))
        self.assertEqual(self.download("photo").name, "8_upright.png")

    def test_a_block_of_exif_that_says_how_large_to_show_it(self):
        # 300 dots per inch and half of the pixels: browsers show it smaller.
        entries = [
            (0x0112, 3, 1, struct.pack(">HH", 1, 0)),
            (0x011A, 5, 1, struct.pack(">I", 86)),
            (0x011B, 5, 1, struct.pack(">I", 86)),
            (0x0128, 3, 1, struct.pack(">HH", 2, 0)),
            (0x8769, 4, 1, struct.pack(">I", 94)),
        ]
        block = b"MM\0*\0\0\0\x08" + struct.pack(">H", len(entries))
        for tag, kind, count, value in entries:
            block += struct.pack(">HHI", tag, kind, count) + value
        block = block.ljust(86, b"\0") + struct.pack(">II", 144, 1)
        block += struct.pack(">HHHIIHHIII", 2, 0xA002, 4, 1, 30, 0xA003, 4, 1,
                             20, 0)  # fmt: skip
        self.check("a.jpg", jpeg(picture(), b"Exif\0\0" + block), picture())
        self.check_mask(picture())

    def test_transparency_lies_on_white(self):
        pixels = np.dstack([picture(), np.full((40, 60), 255, np.uint8)])
        pixels[:, :30, 3] = 0
        white = picture()
        white[:, :30] = 255
        self.check("a.png", png(pixels), white)
        opaque = png(picture())
        self.assertEqual(self.check("b.png", opaque, picture()), opaque)

    def test_what_moves_is_shown_still(self):
        first = np.where(picture() > 120, 255, 0).astype(np.uint8)
        ok, data = cv2.imencodemulti(".gif", [first, 255 - first])
        if not ok:
            self.skipTest("this OpenCV writes no GIF")
        shown, _ = self.open_photo("a.gif", data.tobytes())
        np.testing.assert_allclose(shown, expected(first), atol=60)
        copy = self.download("photo")
        self.assertEqual(copy.name, "a.png")
        np.testing.assert_array_equal(expected(cv2.imread(str(copy))), shown)

    def test_a_file_has_its_own_name_in_the_annotations(self):
        for name, ending in (("a.webp", ".webp"), ("b.BMP", ".bmp")):
            data = cv2.imencode(ending, picture())[1].tobytes()
            self.check(name, data, picture())
            self.check_mask(picture())
            self.check_image_entry(name, (40, 60))
            copy = self.download("photo")
            self.assertEqual(copy.name, f"{name[0]}.png")
            np.testing.assert_allclose(
                expected(cv2.imread(str(copy))), expected(picture()), atol=12
            )

    def test_a_photo_without_its_end(self):
        data = jpeg(picture())
        self.check("a.jpg", data[:-2], picture())

    def test_coordinates_of_a_photo_that_is_sent_smaller(self):
        # A square of 1,000 pixels in a photo beyond what the model takes.
        pixels = np.zeros((5000, 8200), np.uint8)
        pixels[2000:3000, 4000:5000] = 200
        self.assertGreater(pixels.size, keys.MAX_PIXELS)
        ok, data = cv2.imencode(".png", pixels)
        self.drop(("large.png", "image/png", data.tobytes()))
        self.says("large.png, 8200 × 5000 pixels. It is shown and sent smaller")
        with self.page.expect_request("**/*:predict") as asked:
            self.page.keyboard.press("b")
            self.page.wait_for_selector("[data-phase=points]")
            for x, y in (4000.5, 2000.5), (5000.5, 3000.5):
                x, y = x * self.shrunk(), y * self.shrunk()
                self.page.mouse.click(*self.place(x, y))
        body = json.loads(asked.value.post_data)
        first = body["instances"][0]["keypoints"][0]
        np.testing.assert_allclose(
            first, [4000 * 1024 / 8200, 2000 * 1024 / 8200, 2], atol=1
        )
        self.wait_for_parts()
        mask = cv2.imread(str(self.download("mask")), cv2.IMREAD_UNCHANGED)
        self.assertEqual(mask.shape, pixels.shape)
        self.choose("cow")
        contents = json.loads(self.download("coco").read_text())
        (image,) = contents["images"]
        self.assertEqual((image["width"], image["height"]), (8200, 5000))
        points = np.reshape(contents["annotations"][0]["keypoints"], [-1, 3])
        np.testing.assert_allclose(points[1], [5000, 3000, 2], atol=12)
        self.assertEqual(
            contents["annotations"][0]["segmentation"]["size"], [5000, 8200]
        )
        copies = self.page.locator("#download-photo")
        self.assertTrue(copies.is_hidden())  # Its coordinates are others.

    def shrunk(self):
        """Returns the size of what is shown, as a fraction of the file's."""
        return self.page.evaluate(
            "() => document.querySelector('.world img').naturalWidth / 8200"
        )

    def test_a_mask_of_another_size_is_refused(self):
        small = cv2.imencode(".png", np.zeros((20, 30), np.uint8))[1].tobytes()
        mask = {"b64": base64.b64encode(small).decode()}
        prediction = {"mask_bytes": mask, "box": [0, 0, 30, 20]}
        self.page.route(
            page_case.PREDICT,
            lambda route: route.fulfill(json={"predictions": [prediction]}),
        )
        self.open_photo("a.png", png(picture()))
        self.says("mask must have the size of the photo that was sent: 60 × 40")

    def test_names_of_nodes_are_shown_to_nobody(self):
        error = "Bad data.\n\t [[{{node map/while/decode_image/DecodeImage}}]]"
        self.page.route(
            page_case.PREDICT,
            lambda route: route.fulfill(status=400, json={"error": error}),
        )
        self.open_photo("a.png", png(picture()))
        self.says("Bad data.")
        said = self.page.locator("#status").inner_text()
        self.assertNotIn("node", said)


if __name__ == "__main__":
    absltest.main()
