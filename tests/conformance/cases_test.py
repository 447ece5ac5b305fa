import gzip
import json
import socket
import threading

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.conformance import cases as cases_lib

LINE = {
    "id": "B07",
    "title": "t",
    "level": "must",
    "method": "POST",
    "path": "/v1/models/../a%70b?x=1",
    "headers": {"X-One": "1"},
    "expect": {"status": 200},
}


class CasesTest(parameterized.TestCase):
    def load(self, *lines):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        return cases_lib.load(self.create_tempfile(content=text))

    def test_bodies(self):
        parts = [["[", 3], ["é", 1], ["]", 3]]
        cases = self.load(
            LINE,
            {**LINE, "body_b64": "AQI="},
            {**LINE, "body_parts": parts},
            {**LINE, "body_parts": parts, "gzip": True},
        )
        none, given, repeated, zipped = (case.body for case in cases)
        self.assertIsNone(none)
        self.assertEqual(given, b"\x01\x02")
        self.assertEqual(repeated, "[[[é]]]".encode())
        self.assertEqual(gzip.decompress(zipped), repeated)

    @parameterized.parameters(
        ({**LINE, "level": "should"}, "`level` must be one of .*'should'"),
        ({k: v for k, v in LINE.items() if k != "path"}, "`path`"),
        ({**LINE, "body_b64": "@"}, "`body_b64`: .*base64.*'@'"),
        ({**LINE, "body_parts": [["a", "b"]]}, r"`body_parts\[0\]\[1\]`.*'b'"),
        ([1], "must be `object`, not `array`"),
    )
    def test_line_that_is_no_case(self, line, message):
        with self.assertRaisesRegex(ValueError, f"line 2: .*{message}"):
            self.load(LINE, line)

    def test_no_file(self):
        with self.assertRaisesRegex(ValueError, "/nowhere: cannot be read"):
            cases_lib.load("/nowhere")
        with self.assertRaisesRegex(ValueError, ": has no case"):
            self.load()

    def response_with(self, data):
        """A server that takes one request, stores it and sends `data`."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def response():
            client, _ = listener.accept()
            with client:
                self.request = client.recv(10_000)
                client.sendall(data)

        thread = threading.Thread(target=response)
        thread.start()
        self.addCleanup(thread.join)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def test_the_target_is_sent_as_it_is(self):
        url = self.response_with(
            b"HTTP/1.1 404 x\r\nContent-Type: a/b\r\n"
            b"Content-Length: 2\r\n\r\nhi"
        )
        (case,) = self.load({**LINE, "body_b64": "AQI="})
        self.assertEqual(case.ask(url), cases_lib.Response(404, "a/b", b"hi"))
        self.assertStartsWith(
            self.request, b"POST /v1/models/../a%70b?x=1 HTTP/1.1\r\n"
        )
        self.assertIn(b"X-One: 1\r\n", self.request)

    def test_no_http(self):
        url = self.response_with(b"hello\r\n")
        (case,) = self.load(LINE)
        with self.assertRaisesRegex(OSError, "not HTTP"):
            case.ask(url)


if __name__ == "__main__":
    absltest.main()
