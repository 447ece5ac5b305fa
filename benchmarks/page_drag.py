r"""Measures how long the annotation page takes to update the mask in a drag.

    python -m benchmarks.page_drag --output=drag.md

A real browser (Debian's chromium, driven by Playwright) opens the sample of a
horse on a local server, at its original size and enlarged to that of a camera,
and drags a paw step by step. Each wait is what a user experiences, from a step
to the frame with the new mask.
"""

import json
import pathlib
import shutil
import tempfile

from absl import flags
from absl import logging
import cv2
import numpy as np
from playwright import sync_api

from benchmarks import served as served_lib
from kp2part.system import atomic
from kp2part.system import cli
from kp2part.system import tables

_OUTPUT = flags.DEFINE_string("output", None, "Markdown file of the table.")
_MOVES = flags.DEFINE_integer("moves", 20, "Number of steps of a drag.", 1)
_SCALES = flags.DEFINE_list(
    "scales", ["1", "5.2"], "Factors by which to enlarge the photo."
)
_SAMPLES = served_lib.ROOT / "kp2part" / "annotator" / "samples"
_HORSE, _PAW = "galloping_horse.jpg", "right_front_paw"
# Records the milliseconds from each step until its mask is on the screen.
_WATCH = """() => {
  const { classList } = document.querySelector("#status");
  let began = null, asked = false;
  window.waits = [];
  addEventListener("pointermove", event => {
    if (event.buttons) [began, asked] = [event.timeStamp, false];
  }, true);
  const look = () => {
    asked ||= began !== null && classList.contains("asking");
    if (asked && !classList.contains("asking")) {
      const since = began;
      [began, asked] = [null, false];
      requestAnimationFrame(() => waits.push(performance.now() - since));
    }
    requestAnimationFrame(look);
  };
  look();
}"""
_PLACE = """([x, y]) => {
  const image = document.querySelector(".world img");
  const box = image.getBoundingClientRect();
  return [box.x + x / image.naturalWidth * box.width,
          box.y + y / image.naturalHeight * box.height];
}"""


def enlarge(directory: pathlib.Path, scale: float):
    """Writes the photo of the horse, enlarged `scale` times, and its keypoints.

    Returns:
        The two files, the size of the photo and the point (x, y) of the paw.
    """
    image = cv2.imread(str(_SAMPLES / _HORSE))
    image = cv2.resize(image, None, fx=scale, fy=scale)
    height, width = image.shape[:2]
    coco = json.loads((_SAMPLES / "samples.json").read_bytes())
    photo = next(i for i in coco["images"] if i["file_name"] == _HORSE)
    photo.update(width=width, height=height)
    coco["images"] = [photo]
    coco["annotations"] = [
        a for a in coco["annotations"] if a["image_id"] == photo["id"]
    ]
    (horse,) = coco["annotations"]
    horse["bbox"] = [scale * value for value in horse["bbox"]]
    points = np.reshape(horse["keypoints"], [-1, 3]) * [scale, scale, 1]
    horse["keypoints"] = points.ravel().tolist()
    paw = coco["categories"][0]["keypoints"].index(_PAW)
    files = directory / _HORSE, directory / "horse.json"
    cv2.imwrite(str(files[0]), image)
    files[1].write_text(json.dumps(coco))
    return files, (width, height), points[paw, :2]


def drag(page: sync_api.Page, start: np.ndarray, reach: float) -> list[float]:
    """Returns the milliseconds from each step of a drag to its mask."""
    page.evaluate(_WATCH)
    page.mouse.move(*page.evaluate(_PLACE, start.tolist()))
    page.mouse.down()
    for move in range(1, _MOVES.value + 1):
        to = start - [move / _MOVES.value * reach, 0]
        page.mouse.move(*page.evaluate(_PLACE, to.tolist()))
        page.wait_for_function("n => window.waits.length === n", arg=move)
    page.mouse.up()
    return page.evaluate("window.waits")


def measure(
    page: sync_api.Page, url: str, scale: float
) -> tuple[tuple[int, int], list[float]]:
    """Returns the size of the photo and the waits of a drag on it."""
    with tempfile.TemporaryDirectory() as name:
        files, size, paw = enlarge(pathlib.Path(name), scale)
        page.goto(url)
        page.locator("input[type=file]").set_input_files(files)
        page.wait_for_selector("[data-predictions='1']")
        page.wait_for_selector("#status:not(.asking)")
        return size, drag(page, paw, 100 * scale)


def main(argv):
    del argv
    logging.set_verbosity(logging.INFO)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise ValueError("`chromium` must be installed: apt install chromium")
    rows = []
    with (
        served_lib.serve("--grpc_port=0") as served,
        sync_api.sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        url = f"http://127.0.0.1:{served.port}/"
        for scale in map(float, _SCALES.value):
            page = browser.new_context().new_page()
            (width, height), waits = measure(page, url, scale)
            rows.append(
                (
                    f"{width} x {height}",
                    f"{np.median(waits):.0f}",
                    f"{max(waits):.0f}",
                )
            )
    heads = ("photo", "median ms", "maximum ms")
    text = tables.Table(heads, rows).to_markdown()
    atomic.write_text(_OUTPUT.value, text)
    logging.info("\n%s", text)


if __name__ == "__main__":
    cli.run(main, required=("output",))
