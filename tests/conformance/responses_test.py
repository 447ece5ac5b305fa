from absl.testing import absltest
from absl.testing import parameterized

from kp2part.conformance import cases
from kp2part.conformance import responses

JSON = "application/json"


def compare(expect, body, status=200, content_type=JSON):
    expect = {"status": 200, "content_type": JSON, **expect}
    return responses.difference(
        expect, cases.Response(status, content_type, body)
    )


class DifferenceTest(parameterized.TestCase):
    def test_status_and_type(self):
        body = {"body_text": ""}
        self.assertIsNone(compare(body, b""))
        self.assertEqual(compare(body, b"", 404), "status 404, not 200")
        self.assertEqual(
            compare(body, b"", content_type="text/html"),
            f"content_type text/html, not {JSON}",
        )

    @parameterized.parameters(
        ('{"a": [1, 2.50], "b": NaN}', b'{"b":NaN,"a":[1,2.5]}'),
        (r'{"y": "\xff\xd8\u001A"}', b'{"y": "\xff\xd8\\u001a"}'),
        ("<HTML>\n", b"<HTML>\n"),
        # Truncated in a number, in a name, after a list.
        ('{"a": [[1, 2], [3, 4...', b'{"a": [[1, 2], [3, 45], [6]], "b": 1}'),
        (
            '{"a": {"x": "p,]", "si...',
            b'{"a": {"size": 1, "x": "p,]"}, "b": 2}',
        ),
        ('{"a": [[1], [2]], ...', b'{"a": [[1], [2]]}'),
    )
    def test_same_body(self, expected, body):
        self.assertIsNone(compare({"body_text": expected}, body))

    @parameterized.parameters(
        ('{"a": [1, 2.5]}', b'{"a": [1, 2.5000001]}'),
        ('{"a": NaN}', b'{"a": Infinity}'),
        ('{"a": 1}', b'{"a": 1, "b": 2}'),
        ('{"a": 1}', b'{"a": 1'),
        (r'{"y": "\xff"}', b'{"y": "\xfe"}'),
        ("<HTML>\n", b"<html>\n"),
        ("", b"{}"),
        ('{"a": [[1, 2], [3, 4...', b'{"a": [[1, 2], [4, 45]]}'),
        ('{"a": [[1, 2], [3, 4...', b'{"a": [[1, 2]]}'),
        ('{"a": {"x": 1, "si...', b'{"a": {"size": 1}}'),
        ('{"a": {"x": 1, "si...', b'{"a": [1]}'),
    )
    def test_other_body(self, expected, body):
        self.assertStartsWith(compare({"body_text": expected}, body), "body ")

    @parameterized.parameters(
        ("No such model", b'{"error": "No such model"}'),
        ("No such", b'{"error": "No such model"}'),
        (
            "Bad\n\t [[{{function_node __inference_1}}",
            b'{"error": "Bad\\n\\t [[{{function_node __inference_2}}"}',
        ),
        (
            'JSON Value: {\n "a": 1} Type: Object is not of type: int',
            b'{"error": "JSON Value: {} Type: Object is not of type: int"}',
        ),
    )
    def test_same_error(self, expected, body):
        self.assertIsNone(compare({"error": expected}, body))

    @parameterized.parameters(
        ("No such model", b'{"error": "No such"}'),
        ("No such model", b'{"error": "No such model", "code": 5}'),
        ("No such model", b"No such model"),
        (
            "JSON Value: 1 Type: Number is not of type: int",
            b'{"error": "JSON Value: 1 Type: String is not of type: int"}',
        ),
        (
            "JSON object: {} keys must be equal to: a",
            b'{"error": "JSON object: {} keys must be equal to: b"}',
        ),
    )
    def test_other_error(self, expected, body):
        self.assertIsNotNone(compare({"error": expected}, body))


if __name__ == "__main__":
    absltest.main()
