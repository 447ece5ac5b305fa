from absl.testing import absltest
from absl.testing import parameterized

from kp2part.system import op_messages

ASSERTION = (
    "assertion failed: [`keypoints` must be finite numbers. Received:] "
    "[[nan 1 2]]\n\t [[{{node Assert}}]]"
)
REASON = "`keypoints` must be finite numbers. Received: [[nan 1 2]]"


class ReasonTest(parameterized.TestCase):
    @parameterized.parameters(
        (ASSERTION, REASON),
        (
            "Graph execution error:\n\nDetected at node A defined at (most "
            f"recent call last):\n<stack traces unavailable>\n{ASSERTION}",
            REASON,
        ),
        ("{{function_node __inference_f_1}} " + ASSERTION, REASON),
        (
            "assertion failed: [`a` must have shape [N, 3]. Received:] [1 2]",
            "`a` must have shape [N, 3]. Received: [1 2]",
        ),
        ("assertion failed: [`a` must be.]", "`a` must be."),
        (
            "Invalid PNG data, size 7 \t [[{{node x}}]] [Op:y]",
            "A photo is damaged: Invalid PNG data, size 7",
        ),
        ("Bad [x]\n\t [[{{node a/b}}]] [Op:__inference_7]", "Bad [x]"),
        ("Bad [x]\n\t [[{{node a}}]]\n\t [[GetNext]] [Op:f_7]", "Bad [x]"),
        ("plain", "plain"),
    )
    def test_reason(self, message, expected):
        self.assertEqual(op_messages.reason(message), expected)


class TextTest(absltest.TestCase):
    def test_bytes_that_are_no_text_are_replaced(self):
        try:
            b"Bad: \xff\xfe".decode()
        except UnicodeDecodeError as error:
            self.assertEqual(op_messages.text(error), "Bad: \ufffd\ufffd")


if __name__ == "__main__":
    absltest.main()
