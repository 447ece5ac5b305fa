import json
import pathlib

from absl.testing import absltest

from kp2part.exporting import calibrations
from kp2part.models import architecture
from kp2part.models import mask_quality
from kp2part.models import mirrored
from kp2part.models import networks
from kp2part.schema import task as task_lib
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
CALIBRATION = mask_quality.Calibration((1.0, 0, 0, 0, 0, 0, 2.5), -0.5)


class CalibrationsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        task = task_lib.Task(tiny.CATEGORY, 32, 2.0)
        self.model = networks.build("kp2part", task, SMALL)
        self.root = pathlib.Path(self.create_tempdir().full_path)

    def write(self, **fields):
        """Writes what tells an export; returns its directory."""
        path = self.root / "1" / "assets.extra" / "kp2part.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        (self.root / "1" / "saved_model.pb").touch()
        path.write_text(json.dumps(fields))
        return str(self.root)

    def test_a_file(self):
        path = self.root / "calibration.json"
        path.write_text(json.dumps(CALIBRATION.to_json()))
        found = calibrations.load(str(path), self.model)
        self.assertEqual(found, CALIBRATION)

    def test_an_export(self):
        quality = CALIBRATION.to_json()
        path = self.write(network=self.model.name, quality=quality)
        found = calibrations.load(path, self.model)
        self.assertEqual(found, CALIBRATION)

    def test_an_export_of_other_predictions(self):
        quality = CALIBRATION.to_json()
        path = self.write(network="kp2part_mirrored", quality=quality)
        with self.assertRaisesRegex(
            ValueError, "kp2part.json: .*'kp2part_mirrored'.*flip_average.*'kp2"
        ):
            calibrations.load(path, self.model)
        mirrored_model = mirrored.average(self.model)
        self.assertEqual(calibrations.load(path, mirrored_model), CALIBRATION)

    def test_an_export_without(self):
        path = self.write(network=self.model.name)
        with self.assertRaisesRegex(ValueError, "kp2part.json: this model has"):
            calibrations.load(path, self.model)


if __name__ == "__main__":
    absltest.main()
