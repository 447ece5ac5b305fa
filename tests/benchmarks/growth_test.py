import json
import pathlib
import subprocess
import sys

from absl.testing import absltest

from benchmarks.growth import curve

ROOT = pathlib.Path(__file__).parents[2]


def power(exponent):
    seconds = {x: 3 * x**exponent for x in (1, 2, 5, 10)}
    return curve.Curve(f"power {exponent}", "items", seconds)


class CurveTest(absltest.TestCase):
    def test_slope(self):
        for exponent in (0.5, 1.0, 2.0):
            self.assertAlmostEqual(power(exponent).slope, exponent)

    def test_what_is_worse_than_linear_is_an_error(self):
        curve.check([power(0.5), power(1.0)])
        with self.assertRaisesRegex(ValueError, r"linear.*{'power 1.5': 1.5}"):
            curve.check([power(0.5), power(1.5)])

    def test_json(self):
        found = curve.Curve.from_json("power 2", power(2).to_json())
        self.assertAlmostEqual(found.slope, 2)

    def test_what_the_docs_show_is_linear(self):
        text = (ROOT / "docs" / "results" / "growth.json").read_text()
        curves = [
            curve.Curve.from_json(title, fields)
            for title, fields in json.loads(text).items()
        ]
        self.assertLen(curves, 4)
        curve.check(curves)


class ProgramTest(absltest.TestCase):
    def test_little_work(self):
        output = pathlib.Path(self.create_tempdir().full_path)
        found = subprocess.run(
            [sys.executable, "-m", "benchmarks.growth", "--quick"]
            + ["--rounds=1", f"--output={output}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        self.assertEqual(found.returncode, 0, found.stderr)
        fields = json.loads((output / "growth.json").read_bytes())
        self.assertLen(fields, 4)
        for one in fields.values():
            self.assertLen(one["seconds"], 2)
            self.assertGreater(min(one["seconds"].values()), 0)
        picture = (output / "growth.png").read_bytes()
        self.assertTrue(picture.startswith(b"\x89PNG"))


if __name__ == "__main__":
    absltest.main()
