from absl.testing import absltest
import jinja2

from kp2part.reporting import rendering


class RenderingTest(absltest.TestCase):
    def test_a_missing_value_is_an_error(self):
        with self.assertRaisesRegex(
            jinja2.UndefinedError, "'name' is undefined"
        ):
            rendering.render("card.md.j2")


if __name__ == "__main__":
    absltest.main()
