import math
import random

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import json_request

BODY = (
    rb'{"instances": [{"x": {"b64": "aGVs"}, "k": [[1, 2.5, -3e4], [NaN]]}, '
    rb'{"a": {}}, [[[]]], true, null], "u": "\ud83d\ude00 \"[\\"}'
)


class ParseTest(parameterized.TestCase):
    @parameterized.parameters(
        (b'{"a": [1, -2.5, "x", true]}', {"a": [1, -2.5, "x", True]}),
        (b"[Infinity, -Inf]", [math.inf, -math.inf]),
        # The first of equal names, the first of the values.
        (b'{"a": 1, "b": {"c": 2, "c": 3}, "a": 4}', {"a": 1, "b": {"c": 2}}),
        (b'{"a": 1} trailing', {"a": 1}),
        (b'{"a": 1}{"a": 2}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": "\xc3\xa9"}', {"a": "é"}),
        (b"[18446744073709551615]", [2**64 - 1]),
        (b"[-9223372036854775808]", [-(2**63)]),
    )  # fmt: skip
    def test_value(self, body, value):
        self.assertEqual(json_request.parse(body), value)

    def test_integers_that_no_tensor_holds_are_floats(self):
        (value,) = json_request.parse(b"[18446744073709551616]")
        self.assertIsInstance(value, float)

    @parameterized.parameters(
        (b"", "The document is empty"),
        (b" \n", "The document is empty. at offset: 2"),
        (b'{"a": [1, 2', "Missing a comma or ']' after an array element. at "
         "offset: 11"),
        (b"{a: 1}", "Missing a name for object member. at offset: 1"),
        (b"[1e400]", "Number too big to be stored in double. at offset: 1"),
        (b'{"a": "\xff"}', "Invalid encoding in string. at offset: 7"),
        (b"\xff\xfe{\x00", "Invalid value. at offset: 0"),
        (rb'["\ud800"]', "The surrogate pair in string is invalid. at offset: "
         "2"),
    )  # fmt: skip
    def test_error(self, body, message):
        with self.assertRaises(errors.ServingError) as caught:
            json_request.parse(body)
        self.assertEqual(
            caught.exception.message, f"JSON Parse error: {message}"
        )

    def test_deep_nesting(self):
        deep = b"[" * 400_000 + rb'"]\"]", {"b": 1}' + b"]" * 400_000
        body = b'{"a": ' + deep + rb', "\"[": "[{", "c": [5, [6]]}'
        parsed = json_request.parse(body)
        self.assertEqual(parsed['"['], "[{")
        self.assertEqual(parsed["c"], [5, [6]])
        level, depth = parsed["a"], 0
        while level:
            (level,) = level
            depth += 1
        # One of the 300 is the object's, and the last list is empty.
        self.assertEqual(depth, 298)

    def test_deep_nesting_of_which_there_is_too_much(self):
        with self.assertRaises(errors.ServingError) as caught:
            json_request.parse(b"[" * 5_000_000)
        self.assertIn("Nested deeper than 300.", caught.exception.message)

    def test_values_that_take_too_much_memory(self):
        for body in (
            b"[" + b"[]," * 3_000_000 + b"0]",
            b"[" + b'{"a":1},' * 600_000 + b"0]",
            b"[" + b"1," * 6_000_000 + b"0]",
        ):
            with self.assertRaises(errors.ServingError) as caught:
                json_request.parse(body)
            self.assertRegex(
                caught.exception.message,
                "take .* MiB of memory, of at most 160",
            )

    def test_mutated_text_is_an_error_or_a_value(self):
        random_ = random.Random(1)
        parsed = 0
        for _ in range(20_000):
            body = bytearray(BODY)
            for _ in range(random_.randint(1, 4)):
                at = random_.randrange(len(body))
                match random_.randrange(3):
                    case 0:
                        body[at] = random_.choice(b'{}[]",:\\0eNI\xff')
                    case 1:
                        del body[at : at + random_.randint(1, 8)]
                    case 2:
                        body[at:at] = body[random_.randrange(len(body)) :][:9]
            try:
                json_request.parse(bytes(body))
                parsed += 1
            except errors.ServingError:
                pass
        self.assertBetween(parsed, 1_000, 19_000)


class QuoteTest(parameterized.TestCase):
    def test_layout(self):
        self.assertEqual(
            json_request.quote({"a": {"b": [1, 2.0, "é"]}, "c": None}),
            '{\n    "a": {\n        "b": [1, 2.0, "é"]\n    },\n'
            '    "c": null\n}',
        )

    def test_first_bytes(self):
        # A quotation mark and 127 letters of two bytes.
        self.assertEqual(json_request.quote("é" * 200), '"' + "é" * 127)

    def test_not_a_number_is_quoted_as_nothing(self):
        self.assertEqual(json_request.quote(math.nan), "")

    def test_deep(self):
        value = 1
        for _ in range(5_000):
            value = [value]
        self.assertIsInstance(json_request.quote(value), str)

    @parameterized.parameters(
        (True, "True"),
        (False, "False"),
        (None, "Null"),
        (1, "Number"),
        (1.5, "Number"),
        ("1", "String"),
        ([], "Array"),
        ({}, "Object"),
    )
    def test_type_name(self, value, name):
        self.assertEqual(json_request.type_name(value), name)


if __name__ == "__main__":
    absltest.main()
