import pathlib
import shutil
import tempfile

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.conformance import __main__
from kp2part.conformance import cases
from kp2part.conformance import differences
from kp2part.conformance import model
from kp2part.serving import limits
from kp2part.serving import model_store
from kp2part.serving import request_metrics
from kp2part.serving import server as server_lib
from kp2part.serving.tf_serving_api import rest
from kp2part.serving.waitress_server import http_server
from tests import programs

# Without a page, these cases are the same.
WITH_PAGE = {"A20", "A21", "A37"}


class ConformanceTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.base)
        model.write(cls.base)
        name = model.NAME
        store = model_store.ModelStore(name, cls.base, poll_seconds=0.1)
        cls.addClassCleanup(store.close)
        store.wait(60)
        server = http_server.HttpServer(
            server_lib.application(
                rest.application(store), request_metrics.Metrics()
            ),
            "127.0.0.1",
            0,
            limits.Limits(),
        )
        server.start()
        cls.addClassCleanup(server.stop)
        cls.url = f"http://127.0.0.1:{server.port}"
        cls.cases = cases.load(__main__.VECTORS)
        cls.differences = __main__.replay(cls.url, cls.cases)

    def test_all_cases_are_there(self):
        self.assertLen(self.cases, 239)
        self.assertLen({case.id for case in self.cases}, 239)

    def test_what_a_client_can_depend_on_is_the_same(self):
        must = {case.id for case in self.cases if case.level == "must"}
        self.assertLen(must, 196)
        self.assertEmpty(
            {k: v for k, v in self.differences.items() if k in must}
        )

    def test_just_the_published_cases_differ(self):
        self.assertEqual(
            self.differences.keys(),
            differences.cases(differences.load()) - WITH_PAGE,
            self.differences,
        )

    def test_table(self):
        rows = __main__.table(self.cases, {"A44": "x", "B01": "y"}).rows
        self.assertEqual(rows[0], ("A routing", "48", "47", "0", "1"))
        self.assertEqual(rows[1], ("B JSON", "43", "42", "1", "0"))
        self.assertEqual(rows[-1], ("H HTTP", "11", "11", "0", "0"))

    def test_program(self):
        lines = __main__.VECTORS.read_text().splitlines()
        few = [line for line in lines if line[8:11] in ("A01", "A02", "B23")]
        # As if the server gave a wrong response to one of them.
        few[0] = few[0].replace("Missing model name", "Another text")
        vectors = self.create_tempfile(content="\n".join(few))
        status, *texts = programs.run(
            "kp2part.conformance",
            f"--url={self.url}",
            f"--vectors={vectors.full_path}",
        )
        output = "".join(texts)
        self.assertEqual(status, 1, output)
        self.assertIn("MUST A01: GET list without model name: error", output)
        self.assertIn("MAY B23 (known of kp2part.serve): ", output)
        self.assertRegex(output, r"\| A routing +\| +2 \| +1 \| +1 \| +0 \|")
        self.assertIn("1 MUST cases differ", output)

    @parameterized.parameters(
        "", "localhost:8501", "https://x:1", "http://x", "http://x:y"
    )
    def test_url(self, url):
        with self.assertRaisesRegex(ValueError, f"Received: url={url}"):
            __main__.check_url(url)

    def test_no_server(self):
        with self.assertRaises(OSError):
            __main__.replay("http://127.0.0.1:1", self.cases)


if __name__ == "__main__":
    absltest.main()
