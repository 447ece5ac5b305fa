import json
import socket

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.serving import host_check


def ask(given, host="127.0.0.1", allowed_hosts=()):
    """Returns the status, and the error if it is one."""
    sent = []

    def application(environ, start_response):
        start_response("200 OK", [])
        return [b"{}"]

    guarded = host_check.guarded(application, host, allowed_hosts)
    environ = {} if given is None else {"HTTP_HOST": given}
    (body,) = guarded(environ, lambda status, headers: sent.append(status))
    return sent[0], json.loads(body).get("error")


class HostCheckTest(parameterized.TestCase):
    @parameterized.parameters(
        "127.0.0.1",
        "127.0.0.1:8501",
        "127.0.0.2:80",
        "localhost:8501",
        "LOCALHOST",
        "localhost.",
        "[::1]:8501",
        None,  # No browser.
    )
    def test_names_of_this_machine(self, given):
        for host in "127.0.0.1", "localhost", "::1", "0.0.0.0", "::":
            self.assertEqual(ask(given, host), ("200 OK", None))

    @parameterized.parameters(
        "evil.example",
        "evil.example:8501",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example, localhost",
        "localhost@evil.example",
        "localhost evil.example",
        "10.0.0.1",
        "2130706433",
        "[::ffff:127.0.0.1",
        "",
    )
    def test_other_names(self, given):
        status, error = ask(given)
        self.assertEqual(status, "403 Forbidden")
        self.assertEqual(
            error,
            "`Host` must be a name that the server listens under, or one of "
            f"--allowed_hosts. Received: {given}",
        )

    def test_all_addresses_of_the_machine_and_its_name(self):
        for given in "10.0.0.1:80", "[fe80::1]", socket.gethostname():
            self.assertEqual(ask(given, "0.0.0.0")[0], "200 OK")
        self.assertEqual(ask("evil.example", "0.0.0.0")[0], "403 Forbidden")

    def test_one_address(self):
        self.assertEqual(ask("10.0.0.1:80", "10.0.0.1")[0], "200 OK")
        for given in "10.0.0.2", "localhost", "evil.example":
            self.assertEqual(ask(given, "10.0.0.1")[0], "403 Forbidden")

    def test_allowed_hosts(self):
        allowed = ("Parts.example.org",)
        for given in "parts.example.org", "PARTS.example.org:443":
            self.assertEqual(ask(given, allowed_hosts=allowed)[0], "200 OK")
        for given in "x.parts.example.org", "evil.example":
            status, _ = ask(given, allowed_hosts=allowed)
            self.assertEqual(status, "403 Forbidden")
        self.assertEqual(ask("any", allowed_hosts=("*",))[0], "200 OK")


if __name__ == "__main__":
    absltest.main()
