import contextlib
import http.server
import pathlib
import threading

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.serving.label_studio_api import photos as photos_lib
from kp2part.serving.label_studio_api import studio_host
from tests.serving.label_studio_api import backend

JWT = "a.b.c"


class Studio(http.server.BaseHTTPRequestHandler):
    """Label Studio, as far as photos are concerned."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        if self.path == "/moved":
            return self.answer(302, b"", ("Location", "http://10.0.0.1/"))
        if self.headers.get("Authorization") not in self.server.tokens:
            return self.answer(401, b"")
        return self.answer(200, b"photo of " + self.path.encode())

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, None))
        self.answer(200, b'{"access": "short"}')

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def studio(*tokens):
    """Yields a server that takes some values of `Authorization`."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Studio) as server:
        server.tokens, server.asked = tokens, []
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


class FilesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir().full_path)
        self.files = self.directory / "files"
        (self.files / "upload" / "1").mkdir(parents=True)
        (self.files / "upload" / "1" / "a b.png").write_bytes(b"upload")
        (self.directory / "secret").write_bytes(b"secret")
        (self.files / "link").symlink_to(self.directory / "secret")
        self.photos = photos_lib.Photos(self.files, None, 100)

    @parameterized.parameters(
        "/data/upload/1/a%20b.png",
        "/data/local-files/?d=upload/1/a%20b.png",
    )
    def test_reads(self, address):
        self.assertEqual(self.photos.read(address), b"upload")

    @parameterized.parameters(
        "/data/local-files/?d=../secret",
        "/data/local-files/?d=%2e%2e/secret",
        "/data/local-files/?d=/etc/passwd",
        "/data/local-files/?d=link",
        "/data/../../secret",
        "/data/upload/%2e%2e/%2e%2e/../secret",
    )
    def test_no_path_leads_out(self, address):
        with self.assertRaisesRegex(ValueError, "must lie below"):
            self.photos.read(address)

    @parameterized.parameters(
        ("/data/local-files/?d=none.png", "no such file"),
        ("/data/upload/1/none.png", "no --label_studio_url"),
        ("/data/local-files/?d=a%00b", "no path"),
        ("s3://bucket/a.png", "no --label_studio_url"),
        ("file:///etc/passwd", "no --label_studio_url"),
        ("data:image/png,abc", "must be in base64"),
        ("data:image/png;base64,a*b=", "not base64"),
    )
    def test_refuses(self, address, reason):
        with self.assertRaisesRegex(ValueError, reason):
            self.photos.read(address)

    def test_size_is_limited(self):
        (self.files / "large").write_bytes(bytes(101))
        for address in (
            "/data/local-files/?d=large", backend.data_url(bytes(101))
        ):  # fmt: skip
            with self.assertRaisesRegex(ValueError, "at most 100 bytes"):
                self.photos.read(address)
        exact = backend.data_url(bytes(100))
        self.assertLen(self.photos.read(exact), 100)


class HostTest(parameterized.TestCase):
    def photos(self, server, token, max_bytes=100):
        host = studio_host.StudioHost(server.url, token)
        return photos_lib.Photos(None, host, max_bytes)

    def test_both_kinds_of_token(self):
        with studio("Token key", "Bearer short") as server:
            for token in "key", JWT:
                photos = self.photos(server, token)
                for address in "/data/upload/1/a.png", f"{server.url}/b.png":
                    found = photos.read(address)
                    self.assertStartsWith(found.decode(), "photo of /")
            asked = [path for path, _ in server.asked]
            # The access is asked for once.
            self.assertEqual(asked.count("/api/token/refresh"), 1)

    def test_an_access_that_has_ended_is_renewed(self):
        with studio("Bearer short") as server:
            host = studio_host.StudioHost(server.url, JWT)
            host._access = "old"
            self.assertEqual(host.get("/a", 100), b"photo of /a")

    def test_no_other_host_is_asked(self):
        with studio("Token key") as server, studio() as other:
            photos = self.photos(server, "key")
            port = server.server_port
            for address in (
                f"{other.url}/a.png", f"http://127.0.0.1:{port}@evil/a.png",
                f"//127.0.0.1:{other.server_port}/a", "http://localhost/a",
                f"https://127.0.0.1:{port}/a", "http://h:port/a",
                "file:///etc/passwd", "s3://bucket/a",
            ):  # fmt: skip
                with self.assertRaisesRegex(
                    ValueError, "must be of --label_st"
                ):
                    photos.read(address)
            self.assertEmpty(server.asked + other.asked)

    def test_refusals_do_not_tell_the_token(self):
        with studio() as server:
            photos = self.photos(server, "secret-key")
            for address, reason in (
                ("/a.png", "set LABEL_STUDIO_API_KEY"),
                ("/moved", "status 302"),
            ):
                with self.assertRaisesRegex(ValueError, reason) as caught:
                    photos.read(address)
                self.assertNotIn("secret-key", str(caught.exception))
        with self.assertRaisesRegex(ValueError, "does not send it: Conn"):
            photos.read("/a.png")

    def test_size_is_limited(self):
        with studio("Token key") as server:
            with self.assertRaisesRegex(ValueError, "at most 5 bytes"):
                self.photos(server, "key", 5).read("/a.png")

    def test_the_address_is_one(self):
        for url in "127.0.0.1:8080", "ftp://host", "http://":
            with self.assertRaisesRegex(ValueError, "`label_studio_url` must"):
                studio_host.StudioHost(url)


if __name__ == "__main__":
    absltest.main()
