import json
import pathlib
import re
import shutil
import subprocess

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.serving import static_files

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "kp2part" / "serving" / "page"


class PagesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        base = pathlib.Path(self.create_tempdir().full_path)
        (base / "secret.css").write_text("secret")
        self.directory = base / "page"
        (self.directory / "samples").mkdir(parents=True)
        (self.directory / "index.html").write_text("<p>page")
        (self.directory / "app.mjs").write_text("export {}")
        (self.directory / "samples" / "a.jpg").write_bytes(b"\xff\xd8")
        (self.directory / "notes.txt").write_text("not for the web")
        self.metadata = b'{"network": "x", "name": "theirs"}'

    def ask(self, path, method="GET", **environ):
        application = static_files.application(
            self.directory, "mine", lambda: self.metadata
        )
        told = {}

        def start_response(status, headers):
            told.update(status=status, headers=dict(headers))

        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, **environ}
        body = b"".join(application(environ, start_response))
        return told["status"], told["headers"], body

    @parameterized.parameters(
        ("/", "text/html; charset=utf-8", b"<p>page"),
        ("/index.html", "text/html; charset=utf-8", b"<p>page"),
        ("/app.mjs", "text/javascript; charset=utf-8", b"export {}"),
        ("/samples/a.jpg", "image/jpeg", b"\xff\xd8"),
    )
    def test_files(self, path, content_type, contents):
        status, headers, body = self.ask(path)
        self.assertEqual(status, "200 OK")
        self.assertEqual(headers["Content-Type"], content_type)
        self.assertEqual(headers["Content-Length"], str(len(contents)))
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'self';", headers["Content-Security-Policy"])
        self.assertEqual(body, contents)

    @parameterized.parameters(
        "/../secret.css", "//index.html", "/samples", "/samples/",
        "/samples/../../secret.css", "/notes.txt", "/app.mjs\0", "",
        "/etc/passwd", "/x" * 100_000,
    )  # fmt: skip
    def test_nothing_else(self, path):
        status, headers, body = self.ask(path)
        self.assertEqual(status, "404 Not Found")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertIn("no such file", json.loads(body)["error"])

    def test_head_has_no_body(self):
        status, headers, body = self.ask("/", "HEAD")
        self.assertEqual((status, body), ("200 OK", b""))
        self.assertEqual(headers["Content-Length"], "7")

    @parameterized.parameters("POST", "DELETE", "OPTIONS")
    def test_other_methods(self, method):
        status, headers, body = self.ask("/", method)
        self.assertEqual(status, "405 Method Not Allowed")
        self.assertEqual(headers["Allow"], "GET, HEAD")
        self.assertIn(f"Received: {method}", json.loads(body)["error"])

    def test_a_known_file_is_not_sent_again(self):
        _, headers, _ = self.ask("/app.mjs")
        self.assertEqual(headers["Cache-Control"], "no-cache")
        etag = headers["ETag"]
        status, _, body = self.ask("/app.mjs", HTTP_IF_NONE_MATCH=etag)
        self.assertEqual((status, body), ("304 Not Modified", b""))
        (self.directory / "app.mjs").write_text("changed")
        status, _, body = self.ask("/app.mjs", HTTP_IF_NONE_MATCH=etag)
        self.assertEqual((status, body), ("200 OK", b"changed"))

    def test_model(self):
        _, headers, body = self.ask("/model.json")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(json.loads(body), {"network": "x", "name": "mine"})

    @parameterized.parameters(
        (None, "503 Service Unavailable", "'mine' is not loaded"),
        (b"{", "500 Internal Server Error", "must be a JSON object"),
        (b"[1]", "500 Internal Server Error", "must be a JSON object"),
        (b"\xff", "500 Internal Server Error", "must be a JSON object"),
    )
    def test_no_model(self, metadata, expected, message):
        self.metadata = metadata
        status, _, body = self.ask("/model.json")
        self.assertEqual(status, expected)
        self.assertIn(message, json.loads(body)["error"])

    def test_no_page(self):
        (self.directory / "index.html").unlink()
        with self.assertRaisesRegex(ValueError, "must hold index.html"):
            self.ask("/")


class PageFilesTest(parameterized.TestCase):
    def test_all_that_is_asked_for_is_there(self):
        html = (PAGE / "index.html").read_text()
        asked = re.findall(r'(?:src|href)="([^"]+)"', html)
        for path in PAGE.glob("*.mjs"):
            asked += re.findall(r'from "\./([^"]+)"', path.read_text())
        self.assertGreater(len(asked), 30)
        for name in asked:
            self.assertTrue((PAGE / name).is_file(), name)

    def test_page_names_no_category(self):
        for path in [*PAGE.glob("*.mjs"), PAGE / "index.html"]:
            self.assertNotRegex(
                path.read_text(),
                r"(?i)animal|\bpaws?\b|withers|\bdogs?\b|\bcats?\b",
            )

    def test_page_asks_nobody_else(self):
        for path in [*PAGE.glob("*.mjs"), PAGE / "index.html"]:
            text = path.read_text()
            links = re.findall(r"https?://[^\s\"]+", text)
            known = ("http://www.w3.org/2000/svg", "https://www.w3.org/TR/")
            self.assertEmpty([x for x in links if not x.startswith(known)])

    @parameterized.parameters(":root {", "dark) {\n  :root {")
    def test_text_can_be_read(self, beginning):
        style = (PAGE / "style.css").read_text()
        block = style[style.index(beginning) :].split("}")[0]
        colors = dict(re.findall(r"--([\w-]+): (#\w+);", block))
        for text, back in (
            ("text", "back"), ("text", "card"), ("text", "soft"),
            ("quiet", "back"), ("quiet", "card"), ("quiet", "soft"),
            ("on-accent", "accent"), ("bad", "back"),
        ):  # fmt: skip
            ratio = contrast(colors[text], colors[back])
            self.assertGreaterEqual(ratio, 4.5, (text, back))
        # Borders of controls, and the ring of focus.
        for line in "edge", "accent":
            for back in "back", "card":
                ratio = contrast(colors[line], colors[back])
                self.assertGreaterEqual(ratio, 3, (line, back))

    def test_modules_in_node(self):
        node = shutil.which("node")
        if node is None:
            self.skipTest("node, which runs the page's modules, is missing")
        tests = sorted(
            str(p) for p in (ROOT / "tests/annotator").glob("*.test.mjs")
        )
        self.assertNotEmpty(tests)
        done = subprocess.run(
            [node, "--test", *tests],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self.assertEqual(done.returncode, 0, done.stdout)


def contrast(first: str, second: str) -> float:
    """Returns WCAG 2's contrast ratio of two colors."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    digits = color[1:]
    if len(digits) == 3:
        digits = "".join(2 * d for d in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


if __name__ == "__main__":
    absltest.main()
