import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.exporting import flag_rules
from tests import programs

# A process in which a package is missing, whether it is installed or not.
WITHOUT = """
import runpy, sys
sys.modules[sys.argv.pop(1)] = None
runpy.run_module("kp2part.export", run_name="__main__", alter_sys=True)
"""


class ExportFlagsTest(parameterized.TestCase):
    @parameterized.parameters(
        ("saved_model", {"batch_size": 2}, "--batch_size=2: a SavedModel take"),
        ("onnx", {"version": 3}, "--version=3: --format=onnx writes"),
        ("saved_model", {"int8_tfrecords": "r"}, "litert. .*=saved_model"),
        ("openvino", {"int8_tfrecords": "r"}, "litert. .*=openvino"),
    )
    def test_flags_that_exclude_each_other(self, name, values, message):
        with self.assertRaisesRegex(ValueError, message):
            flag_rules.check(name, **values)

    def test_flags_that_do_not(self):
        flag_rules.check("litert", batch_size=2, int8_tfrecords="r")
        flag_rules.check("saved_model", version=3)

    @parameterized.parameters(
        ("tf2onnx", "onnx", "m.onnx"),
        ("openvino", "openvino", "m.xml"),
        ("ai_edge_litert", "litert", "m.tflite"),
    )
    def test_a_missing_package_is_one_line(self, module, name, output):
        done = subprocess.run(
            [
                *(sys.executable, "-c", WITHOUT, module, "--model=none.keras"),
                *(f"--format={name}", f"--output={output}"),
            ],
            cwd=programs.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 1)
        self.assertRegex(
            done.stderr,
            "(?m)^error: the package of module '\\w+' is not installed: "
            'pip install "kp2part\\[export\\]"',
        )
        self.assertNotIn("Traceback", done.stderr)

    @parameterized.parameters(("onnx", "m.xml"), ("litert", "models/animals"))
    def test_a_suffix_of_another_format(self, name, output):
        status, _, errors = programs.run(
            "kp2part.export", "--model=none.keras", f"--format={name}",
            f"--output={output}",
        )  # fmt: skip
        self.assertEqual(status, 1)
        self.assertIn(f"error: {output}: `output` must be the name", errors)


if __name__ == "__main__":
    absltest.main()
