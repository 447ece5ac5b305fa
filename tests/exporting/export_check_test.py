import pathlib
import tempfile

from absl.testing import absltest
import numpy as np

from kp2part.exporting import export_check
from kp2part.exporting import sample_requests
from kp2part.exporting import saved_model
from kp2part.exporting import serving_graph
from kp2part.models import architecture
from kp2part.models import networks
from kp2part.schema import task as task_lib
from tests import tiny

SMALL = architecture.Architecture("squeezenet", 4, (4, 4, 4, 4, 4))
TASK = task_lib.Task(tiny.CATEGORY, 32)


class ExportCheckTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = networks.build("kp2part", TASK, SMALL)
        temporary = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.path = saved_model.export(cls.model, temporary)
        cls.server = serving_graph.PartServer(
            cls.model, saved_model.metadata(cls.model)
        )

    def test_a_good_export_differs_by_rounding_alone(self):
        difference = export_check.check(self.path, self.server)
        self.assertBetween(difference, 0, 1e-5)

    def test_other_weights(self):
        other = networks.build("kp2part", TASK, SMALL)
        with self.assertRaisesRegex(ValueError, "must predict as the network"):
            export_check.check(
                self.path,
                serving_graph.PartServer(other, self.server.metadata),
            )

    def test_missing_variables(self):
        def lose(path, server):
            for file in (path / "variables").iterdir():
                file.unlink()
            export_check.check(path, server)

        base = pathlib.Path(self.create_tempdir().full_path)
        with self.assertRaisesRegex(ValueError, "process of its own:[^$]*vari"):
            saved_model.export(self.model, str(base), check=lose)
        self.assertEmpty(list(base.iterdir()))

    def test_outputs_that_are_not_finite(self):
        predictions = {"tensors/parts": np.full([1, 2], np.nan, np.float32)}
        with absltest.mock.patch.object(
            export_check, "_outputs", return_value=predictions
        ):
            with self.assertRaisesRegex(ValueError, "`tensors/parts` must be"):
                export_check.check(self.path, self.server)

    def test_the_process_knows_no_kp2part(self):
        source = export_check._PROBE.read_text()
        broken = pathlib.Path(self.create_tempdir().full_path) / "probe.py"
        broken.write_text(
            source.replace("import numpy", "import kp2part.schema, numpy")
        )
        with absltest.mock.patch.object(export_check, "_PROBE", broken):
            with self.assertRaisesRegex(ValueError, "No module named|halted"):
                export_check.check(self.path, self.server)


class SampleRequestsTest(absltest.TestCase):
    def test_one_keypoint_makes_no_box(self):
        names = sample_requests.requests(_OnePoint()).keys()
        self.assertEqual(names, {"masks_of_boxes"})

    def test_keypoints_lie_in_the_photo(self):
        x, y, v = sample_requests.keypoints(20).T
        self.assertBetween(x.min(), 0, x.max())
        self.assertLess(x.max(), sample_requests.WIDTH)
        self.assertBetween(y.min(), 0, y.max())
        self.assertLess(y.max(), sample_requests.HEIGHT)
        self.assertEqual(set(v), {1, 2})


class _OnePoint:
    """A stub server whose objects have one keypoint."""

    metadata = {}

    class task:
        num_keypoints, num_parts = 1, 2

    def signatures(self):
        return {"serving_default": (None, ()), "masks_of_boxes": (None, ())}


if __name__ == "__main__":
    absltest.main()
