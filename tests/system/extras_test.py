import pathlib
import re
import tomllib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.system import extras

PYPROJECT = pathlib.Path(__file__).parents[2] / "pyproject.toml"
# Where the name on PyPI, "-" as "_", is not that of the module.
MODULE_OF = {"grpcio": "grpc", "pillow": "PIL"}
MODULE_OF |= {"python_rapidjson": "rapidjson"}
MODULE_OF |= {"tensorflow_serving_api": "tensorflow_serving"}


class ExtrasTest(parameterized.TestCase):
    def test_the_table_is_that_of_pyproject(self):
        project = tomllib.loads(PYPROJECT.read_text())["project"]
        declared = project["optional-dependencies"]
        del declared["dev"]
        names = {
            extra: [
                re.match(r"[\w-]+", line)[0].replace("-", "_") for line in lines
            ]
            for extra, lines in declared.items()
        }
        self.assertEqual(
            {e: sorted(MODULE_OF.get(n, n) for n in names[e]) for e in names},
            {e: sorted(modules) for e, modules in extras.MODULES.items()},
        )

    @parameterized.parameters(
        ("waitress", "'waitress' .* pip install \"kp2part\\[serve\\]\"$"),
        ("scipy.io", "'scipy' is not installed: .*\\[annotations\\]"),
        ("grpc", '\\[serve\\]" or pip install "kp2part\\[client\\]'),
    )
    def test_a_missing_module_is_explained(self, module, message):
        error = ModuleNotFoundError("No module", name=module)
        self.assertRegex(extras.explain(error), message)

    @parameterized.parameters("kp2part.nothing", "numpy", None)
    def test_others_are_bugs(self, module):
        self.assertIsNone(extras.explain(ModuleNotFoundError(name=module)))


if __name__ == "__main__":
    absltest.main()
