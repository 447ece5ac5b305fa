from absl.testing import absltest
import jinja2

from kp2part.reporting import rendering


class RenderingTest(absltest.TestCase):
    def test_a_missing_value_is_an_error(self):
        with self.assertRaisesRegex(jinja2.UndefinedError, "is undefined"):
            rendering.render("page.html.j2", title="x")


if __name__ == "__main__":
    absltest.main()
