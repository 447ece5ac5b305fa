import json

from absl.testing import absltest
from absl.testing import parameterized
import numpy as np

from kp2part.formats.plain import one_object_json
from tests import tiny

ROWS = [[1, 2.5, 2], [0, 0, 0], [7, 8, 1]]


class KeypointsJsonTest(parameterized.TestCase):
    @parameterized.parameters(
        (ROWS,),
        (sum(ROWS, []),),
        ([[1, 2.5, 2], [None, float("nan"), 0], [7, 8, 1]],),
        ({"nose": [7, 8, 1], "left_ear": [1, 2.5, 2]},),
        ({"Nose": [7, 8, 1], "left ear": [1, 2.5, 2]},),
    )
    def test_list_and_object(self, fields):
        path = self.create_tempfile(content=json.dumps(fields)).full_path
        keypoints = one_object_json.load(path, tiny.CATEGORY)
        np.testing.assert_array_equal(keypoints, np.array(ROWS, np.float32))
        self.assertEqual(keypoints.dtype, np.float32)

    @parameterized.parameters(
        ("[[1, 2, 2]]", "Must have the 3 keypoints.*Received: 1"),
        ('{"tail": [1, 2, 2]}', "Unknown keypoints 'tail'. .*left_ear"),
        ('{"noze": [1, 2, 2]}', r"Unknown keypoints 'noze' \(nearest: nose\)"),
        ('{"nose": [1, 2, 2], "Nose": [3, 4, 2]}', "'nose' must be there once"),
        ('{"nose": [1, 2, 2], "nose": [3, 4, 2]}', "the name 'nose' twice"),
        ('{"nose": [1e39, 2, 1]}', "'nose'.*must be 3 finite numbers"),
        ('{"nose": [null, 2, 1]}', "'nose'.*must be 3 finite numbers.*None"),
        ('{"nose": [1, 2]}', r"'nose'.*must be 3 finite numbers.*\[1, 2\]"),
        ('{"nose": [1, "2", 2]}', "'nose'.*must be 3 finite numbers.*'2'"),
        ('{"nose": [NaN, 2, 2]}', "'nose'.*must be 3 finite numbers.*nan"),
        ('{"nose": [1, 2, 3]}', "'nose': `v` must be 0.*Received: v=3"),
        ('"nose"', "Must be a list.*Received: str"),
        ('{"nose": [1, true, 2]}', "'nose'.*must be 3 finite.*True"),
        ("{", "not a JSON file"),
    )
    def test_errors_name_the_file(self, text, message):
        path = self.create_tempfile("mine.json", text).full_path
        with self.assertRaisesRegex(ValueError, f"mine.json: .*{message}"):
            one_object_json.load(path, tiny.CATEGORY)


if __name__ == "__main__":
    absltest.main()
