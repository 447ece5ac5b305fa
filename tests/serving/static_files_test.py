import json
import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.serving import static_files


class StaticFilesTest(parameterized.TestCase):
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
            self.directory,
            ("mine", "other one"),
            {"mine": self.metadata, "other one": b"{}"}.get,
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
        self.assertEqual(
            json.loads(body),
            {"network": "x", "name": "mine", "models": ["mine", "other one"]},
        )

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

    def test_one_of_several_models_is_asked_for(self):
        for query, name in ("", "mine"), ("model=other+one", "other one"):
            _, _, body = self.ask("/model.json", QUERY_STRING=query)
            fields = json.loads(body)
            self.assertEqual(fields["name"], name)
            self.assertEqual(fields["models"], ["mine", "other one"])
        status, _, body = self.ask("/model.json", QUERY_STRING="model=no")
        self.assertEqual(status, "404 Not Found")
        self.assertIn(b"must be one of mine, other one. Received: 'no'", body)

    def test_no_page(self):
        (self.directory / "index.html").unlink()
        with self.assertRaisesRegex(ValueError, "must hold index.html"):
            self.ask("/")


if __name__ == "__main__":
    absltest.main()
