"""The annotation page with a real browser, server and model, for tests."""

import atexit
import base64
import functools
import hashlib
import json
import pathlib
import shutil

from absl.testing import absltest
import numpy as np

import kp2part
from kp2part import presets
from kp2part.serving import limits
from kp2part.serving import local_run
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server

try:
    from playwright import sync_api
except ImportError:
    sync_api = None

SHIPPED = presets.directory("quadruped_lite")
PAGE = pathlib.Path(kp2part.__file__).with_name("annotator")
HORSE = PAGE / "samples" / "galloping_horse.jpg"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
PREDICT = "**/v1/models/*:predict"
SECONDS = 60  # To wait for anything: the machine may be busy.
# Drops files as a file manager would.
DROP = """files => {
  const transfer = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  document.body.dispatchEvent(new DragEvent(
    "drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""
# Chooses a folder: browsers let no script set the paths of files.
CHOOSE_FOLDER = """files => {
  const listed = files.map(([path, type, text]) => {
    const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    const name = path.split("/").at(-1);
    return Object.defineProperty(new File([bytes], name, { type }),
      "webkitRelativePath", { value: path });
  });
  const input = document.querySelector("#directory");
  Object.defineProperty(input, "files", { value: listed, configurable: true });
  input.dispatchEvent(new Event("change"));
}"""
MASK = "() => document.querySelector('#mask').toDataURL()"


def samples():
    """Returns the horse's annotation in samples.json, and the keypoints."""
    contents = json.loads((PAGE / "samples" / "samples.json").read_text())
    return contents["annotations"][0], contents["categories"][0]["keypoints"]


def decode(runs):
    """Returns the mask of COCO's run lengths, bool [H, W]."""
    values = np.arange(len(runs["counts"])) % 2 == 1
    flat = np.repeat(values, runs["counts"])
    return flat.reshape(runs["size"], order="F")


@functools.cache
def _serve() -> server.Server:
    """Returns a server with the page, until this process ends.

    One for all tests: it takes half a minute to start.
    """
    store = model_store.ModelStore("lite", SHIPPED)
    atexit.register(store.close)
    if not store.wait(10 * SECONDS):
        raise TimeoutError(f"{SHIPPED}: no version was loaded.")
    counts = request_metrics.Metrics()
    application = local_run.make_application(store, counts, 32 << 20, page=True)
    found = server.Server(
        application, store, counts, "127.0.0.1", 0, None, limits.Limits()
    )
    found.start()
    atexit.register(found.stop)
    return found


@absltest.skipIf(sync_api is None, "the Python package playwright is missing")
@absltest.skipIf(CHROMIUM is None, "the browser chromium is missing")
class PageCase(absltest.TestCase):
    """A page in a browser, and what a person does with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = f"http://127.0.0.1:{_serve().http_port}/"
        playwright = sync_api.sync_playwright().start()
        sync_api.expect.set_options(timeout=1000 * SECONDS)
        cls.addClassCleanup(playwright.stop)
        cls.browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(ARGUMENTS)
        )
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir().full_path)
        self.open_browser(viewport={"width": 1280, "height": 800})

    def open_browser(self, **how):
        self.context = self.browser.new_context(accept_downloads=True, **how)
        self.addCleanup(self.context.close)
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * SECONDS)
        self.complaints = []
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.goto(self.url)
        self.page.wait_for_selector("#sample-list button")

    def tearDown(self):
        self.assertEmpty(self.complaints)
        super().tearDown()

    # Actions of a person.

    def drop(self, *files):
        self.page.evaluate(
            DROP,
            [(n, t, base64.b64encode(b).decode()) for n, t, b in files],
        )

    def choose_folder(self, files):
        """Opens a folder. `files` are bytes by their path in it."""
        listed = [
            (path, "", base64.b64encode(data).decode())
            for path, data in files.items()
        ]
        self.page.evaluate(CHOOSE_FOLDER, listed)

    def open_horse(self):
        self.drop(("horse.jpg", "image/jpeg", HORSE.read_bytes()))
        self.page.wait_for_selector("[data-phase=box]")

    def place(self, x, y):
        """Returns where on the screen a place of the photo is."""
        return self.page.evaluate(
            """([x, y]) => {
              const image = document.querySelector(".world img");
              const box = image.getBoundingClientRect();
              return [box.x + x / image.naturalWidth * box.width,
                      box.y + y / image.naturalHeight * box.height];
            }""",
            [x, y],
        )

    def drag(self, start, end):
        self.page.mouse.move(*self.place(*start))
        self.page.mouse.down()
        middle = np.add(start, end) / 2
        for to in middle, end:
            self.page.mouse.move(*self.place(*map(float, to)))
        self.page.mouse.up()

    def annotate(self, count=20):
        """Draws the box and the first keypoints of the horse."""
        known, _ = samples()
        x, y, width, height = known["bbox"]
        self.drag((x, y), (x + width, y + height))
        self.page.wait_for_selector("[data-phase=points]")
        for k in range(count):
            x, y, v = known["keypoints"][3 * k : 3 * k + 3]
            if v:
                self.page.mouse.click(*self.place(x + 0.5, y + 0.5))
            else:
                self.page.keyboard.press("s")

    def choose(self, kind):
        """Chooses the class of the active object."""
        self.page.locator("#kind").select_option(kind)

    def wait_for_parts(self, count=1):
        self.page.wait_for_selector(f"[data-predictions='{count}']")
        self.page.wait_for_selector("#status:not(.asking)")
        # The picture follows in the next frame.
        self.wait_for_frame()

    def wait_for_frame(self):
        self.page.evaluate(
            "() => new Promise(r => requestAnimationFrame(() => "
            "requestAnimationFrame(r)))"
        )

    def download(self, name):
        self.page.locator("#download").click()
        with self.page.expect_download() as download:
            self.page.locator(f"#download-{name}").click()
        path = self.directory / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def says(self, text):
        quoted = json.dumps(text, ensure_ascii=False)
        self.page.wait_for_selector(f"#status:has-text({quoted})")

    def mask(self):
        contents = self.page.evaluate(MASK)
        return hashlib.sha256(contents.encode()).hexdigest()

    def has_said(self, count):
        self.page.wait_for_selector(f"#count:has-text('{count} of 20')")
