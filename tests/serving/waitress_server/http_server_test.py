import http.client
import json
import os
import socket
import threading
import time
from unittest import mock

from absl.testing import absltest

from kp2part.serving import limits
from kp2part.serving.waitress_server import http_server


class HttpServerTest(absltest.TestCase):
    def serve(self, application=None, **values):
        server = http_server.HttpServer(
            application or self.response,
            "127.0.0.1",
            0,
            limits.Limits(**values),
        )
        server.start()
        self.addCleanup(server.stop)
        self.port = server.port
        return server

    def response(self, environ, start_response):
        """POST waits until `go` is set; GET does not."""
        body = environ["wsgi.input"].read()
        if environ["REQUEST_METHOD"] == "POST":
            self.computing.set()
            self.go.wait(20)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(len(body)).encode()]

    def setUp(self):
        super().setUp()
        self.go = threading.Event()
        self.computing = threading.Event()
        self.addCleanup(self.go.set)

    def ask(self, method="GET", body=None, headers=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=20
        )
        try:
            connection.request(method, "/", body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def send(self, data):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.addCleanup(client.close)
        client.sendall(data)
        return client

    def in_background(self, method):
        responses = []
        thread = threading.Thread(
            target=lambda: responses.append(self.ask(method, b"x"))
        )
        thread.start()
        return thread, responses

    def wait_until_cut(self, client, send=b"", seconds=10):
        """Returns the seconds until the server ends a connection."""
        began = time.monotonic()
        client.settimeout(0.1)
        while time.monotonic() - began < seconds:
            try:
                if send:
                    client.send(send)
                if not client.recv(1):
                    return time.monotonic() - began
            except TimeoutError:
                pass
            except OSError:
                return time.monotonic() - began
        self.fail(f"Not cut in {seconds} s.")

    def test_errors_of_body_and_header_limits_are_json(self):
        self.serve(max_body_bytes=100, max_header_bytes=200)
        self.assertEqual(self.ask(body=b"x" * 99), (200, b"99"))
        status, body = self.ask(body=b"x" * 100)
        self.assertEqual(status, 413)
        self.assertIn("Request Entity Too Large", json.loads(body)["error"])
        status, body = self.ask(headers={"X-Long": "y" * 300})
        self.assertEqual(status, 431)
        self.assertIn("error", json.loads(body))

    def test_malformed_requests_are_400_and_cut(self):
        self.serve()
        for head in (
            b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"GET / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n",
            b"\x16\x03\x01 garbage\r\n\r\n",
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        ):
            client = self.send(head)
            self.assertIn(b" 400 ", client.makefile("rb").readline())

    def test_silent_connections_are_cut(self):
        self.serve(idle_seconds=1)
        for sent in (
            b"",
            b"GET / HT",
            b"POST / HTTP/1.1\r\nContent-Length: 9\r\n",
        ):
            self.assertLess(self.wait_until_cut(self.send(sent)), 5)

    def test_request_that_dribbles_in_is_cut(self):
        self.serve(idle_seconds=5, request_seconds=1)
        head = b"POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n"
        for start in b"GET / HTTP/1.1\r\nX: ", head:
            client = self.send(start)
            self.assertLess(self.wait_until_cut(client, b"x"), 5)

    def test_client_that_does_not_read_is_cut(self):
        # More than sockets and waitress buffer, so the thread waits.
        ended = threading.Event()

        def application(environ, start_response):
            del environ
            start_response("200 OK", [])
            try:
                for _ in range(40):
                    yield b"z" * (1 << 20)
            finally:
                ended.set()

        self.serve(application, idle_seconds=1)
        self.send(b"GET / HTTP/1.1\r\n\r\n")
        self.assertTrue(ended.wait(10))

    def test_stops_however_its_threads_take_turns(self):
        server = self.serve()
        write = os.write

        def late(*arguments):
            time.sleep(0.1)  # A loop that is already awake may go first.
            return write(*arguments)

        with mock.patch.object(os, "write", late):
            server.stop()
        with self.assertRaises(OSError):
            self.ask()

    def test_full_queue_is_503_and_others_are_served(self):
        self.serve(num_threads=1, max_queue=1)
        first, responses = self.in_background("POST")
        self.assertTrue(self.computing.wait(20))
        second = self.send(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
        self.ask("GET")  # All earlier requests are in the queue by now.
        status, body = self.ask("POST", b"x")
        self.assertEqual(status, 503)
        self.assertIn(
            "1 requests are waiting already", json.loads(body)["error"]
        )
        # They never wait behind predictions.
        self.assertEqual(self.ask("GET"), (200, b"0"))
        self.go.set()
        first.join()
        self.assertEqual(responses, [(200, b"1")])
        self.assertIn(b" 200 ", second.makefile("rb").readline())

    def test_stop_lets_requests_finish_and_takes_no_more(self):
        server = self.serve()
        thread, responses = self.in_background("POST")
        self.assertTrue(self.computing.wait(20))
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.5)
        with self.assertRaises(OSError):
            self.ask()
        self.go.set()
        thread.join()
        self.assertEqual(responses, [(200, b"1")])
        stopping.join(5)
        self.assertFalse(stopping.is_alive())

    def test_stop_does_not_wait_for_idle_connections(self):
        server = self.serve()
        self.send(b"GET / HT")
        began = time.monotonic()
        server.stop(8)
        self.assertLess(time.monotonic() - began, 4)

    def test_port_that_is_taken(self):
        self.serve()
        with self.assertRaisesRegex(
            OSError, f"HTTP cannot listen at 127.0.0.1, port {self.port}"
        ):
            http_server.HttpServer(
                self.response, "127.0.0.1", self.port, limits.Limits()
            )


if __name__ == "__main__":
    absltest.main()
