"""Holds kp2part/data/warps.py to tensorflow-addons: `make test-tfa` runs it.

It runs in an environment of its own, see requirements-tfa.txt, and pytest does
not collect it: tensorflow-addons cannot be imported beside Keras 3.
"""

import collections
import importlib.util
import pathlib

from absl import logging
from absl.testing import absltest
from absl.testing import parameterized
import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa

# As a file: the package wants libraries that this environment lacks.
_PATH = pathlib.Path(__file__).parents[1] / "kp2part" / "data" / "warps.py"
_SPEC = importlib.util.spec_from_file_location("warps", _PATH)
warps = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(warps)

HEIGHT, WIDTH = 37, 53
# (order, regularization). Order 1 smoothed is not here: tensorflow-addons adds
# with the wrong sign there, so the matrix can be as good as singular.
SPLINES = (1, 0.0), (2, 0.0), (2, 5.0), (3, 0.0), (3, 5.0)


def swap(points):
    """Returns (x, y) as the (y, x) of tensorflow-addons, or back."""
    return points[..., ::-1]


class TfaCheck(parameterized.TestCase):
    largest = collections.defaultdict(float)

    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(0)
        self.image = self.uniform(0, 255, (HEIGHT, WIDTH, 3))

    @classmethod
    def tearDownClass(cls):
        for what, difference in cls.largest.items():
            logging.info("%s: largest difference %.2g", what, difference)
        super().tearDownClass()

    def uniform(self, low, high, shape):
        return self.rng.uniform(low, high, shape).astype(np.float32)

    def check(self, what, ours, theirs, atol):
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        self.assertEqual(ours.dtype, theirs.dtype)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=atol)
        difference = np.abs(ours.astype(float) - theirs).max()
        self.largest[what] = max(self.largest[what], difference)

    @parameterized.product(
        interpolation=("BILINEAR", "NEAREST"),
        dtype=(np.float32, np.uint8),
        perspective=(0.0, 2e-3),
    )
    def test_projective(self, interpolation, dtype, perspective):
        image = self.image.astype(dtype)
        for _ in range(10):
            transform = np.float32([1, 0, 0, 0, 1, 0, 0, 0])
            transform[[0, 1, 3, 4]] += self.uniform(-0.3, 0.3, 4)
            transform[[2, 5]] += self.uniform(-9, 9, 2)
            transform[6:] += self.uniform(-perspective, perspective, 2)
            self.check(
                "projective",
                warps.projective(image, transform, interpolation, 7.0),
                tfa.image.transform(
                    image, transform, interpolation, fill_value=7.0
                ),
                atol=0,
            )

    @parameterized.parameters(1.0, 20.0)
    def test_dense(self, spread):
        flow = self.uniform(-spread, spread, (HEIGHT, WIDTH, 2))
        theirs = tfa.image.dense_image_warp(
            self.image[np.newaxis], swap(flow)[np.newaxis]
        )
        ours = warps.dense(self.image, flow)
        self.check("dense", ours, theirs[0], atol=2e-4)

    @parameterized.parameters(*SPLINES, (4, 0.0))
    def test_spline(self, order, regularization):
        points = self.uniform(0, 2, (9, 2))
        queries = self.uniform(0, 2, (50, 2))
        values = self.uniform(-1, 1, (9, 3))
        theirs = tfa.image.interpolate_spline(
            *(a[np.newaxis].astype(float) for a in (points, values, queries)),
            order,
            regularization,
        )
        ours = warps.Spline(points, values, order, regularization)(queries)
        theirs = tf.cast(theirs[0], tf.float32)
        self.check("Spline", ours, theirs, atol=1e-4)

    @parameterized.product(spline=SPLINES, num_boundary_points=(0, 1, 2, 3))
    def test_sparse(self, spline, num_boundary_points):
        source = self.uniform(5, 32, (7, 2))
        destination = source + self.uniform(-4, 4, (7, 2))
        settings = *spline, num_boundary_points
        theirs, their_flow = tfa.image.sparse_image_warp(
            self.image[np.newaxis].astype(float),
            swap(source)[np.newaxis].astype(float),
            swap(destination)[np.newaxis].astype(float),
            *settings,
        )
        warped, flow = warps.sparse(self.image, source, destination, *settings)
        their_flow = tf.cast(swap(their_flow[0]), tf.float32)
        self.check("flow of sparse", flow, their_flow, atol=1e-3)
        # One pixel differs by up to 255 from the next.
        theirs = tf.cast(theirs[0], tf.float32)
        self.check("sparse", warped, theirs, atol=0.05)


if __name__ == "__main__":
    absltest.main()
