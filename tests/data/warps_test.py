"""Compares warps with OpenCV and SciPy; tfa_check.py with tensorflow-addons."""

from absl.testing import absltest
from absl.testing import parameterized
import cv2
import numpy as np
import scipy.interpolate
import scipy.ndimage
import tensorflow as tf

from kp2part.data import warps

HEIGHT, WIDTH = 37, 53


def smooth_image(seed=0):
    """Returns float32 [37, 53, 3] in which a small shift changes little."""
    noise = np.random.default_rng(seed).uniform(0, 255, (HEIGHT, WIDTH, 3))
    return cv2.GaussianBlur(noise, (0, 0), 3).astype(np.float32)


def random_labels(seed=0):
    labels = np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 1))
    return labels.astype(np.uint8)


def apply(function, *arguments):
    """Runs a function inside tf.data, which differs from running it eagerly."""
    dataset = tf.data.Dataset.from_tensors(arguments).map(function)
    return next(dataset.as_numpy_iterator())


def flow_to_points(flow):
    """Returns float64 [2, 37, 53]: the rows and columns a flow comes from."""
    rows, columns = np.indices((HEIGHT, WIDTH))
    return np.stack([rows - flow[..., 1], columns - flow[..., 0]])


class ProjectiveTest(parameterized.TestCase):
    @parameterized.parameters(0.0, 2e-3)  # Affine, and with perspective.
    def test_is_opencv(self, perspective):
        rng = np.random.default_rng(0)
        for _ in range(5):
            transform = np.array([1, 0, 0, 0, 1, 0, 0, 0], np.float32)
            transform[[0, 1, 3, 4]] += rng.uniform(-0.3, 0.3, 4)
            transform[[2, 5]] += rng.uniform(-8, 8, 2)
            transform[6:] += rng.uniform(-perspective, perspective, 2)
            for image, ours, theirs, fill in (
                (smooth_image(), "BILINEAR", cv2.INTER_LINEAR, 0.0),
                (random_labels(), "NEAREST", cv2.INTER_NEAREST, 255.0),
            ):
                expected = cv2.warpPerspective(
                    image,
                    np.append(transform, 1).reshape(3, 3).astype(np.float64),
                    (WIDTH, HEIGHT),
                    flags=theirs | cv2.WARP_INVERSE_MAP,
                    borderValue=[fill] * 3,
                ).reshape(image.shape)
                warped = apply(
                    lambda i, t, o=ours, f=fill: warps.projective(i, t, o, f),
                    image,
                    transform,
                )
                self.assertEqual(warped.dtype, image.dtype)
                # OpenCV rounds points to 1/32 pixels.
                differs = np.abs(warped.astype(float) - expected) > 3
                self.assertLess(differs.mean(), 0.01)
                self.assertGreater((expected == fill).mean(), 0.01)


class DenseTest(parameterized.TestCase):
    def test_by_hand(self):
        image = np.arange(6, dtype=np.float32).reshape(2, 3, 1)  # 0 1 2, 3 4 5
        flow = np.zeros((2, 3, 2), np.float32)
        flow[0, 2] = [1.5, -1]  # From (0.5, 1), between 3 and 4.
        flow[1, 0] = [-1, 0.75]  # From (1, 0.25): a quarter from 1 to 4.
        flow[1, 1] = [-9, 9]  # From beyond the top right corner.
        np.testing.assert_array_equal(
            apply(warps.dense, image, flow)[..., 0],
            [[0, 1, 3.5], [1.75, 2, 5]],
        )

    @parameterized.parameters(1.0, 20.0)
    def test_is_scipy(self, spread):
        rng = np.random.default_rng(1)
        flow = rng.normal(0, spread, (HEIGHT, WIDTH, 2)).astype(np.float32)
        points = flow_to_points(flow)
        image, labels = smooth_image(), random_labels()
        for channel in range(3):
            np.testing.assert_allclose(
                apply(warps.dense, image, flow)[..., channel],
                scipy.ndimage.map_coordinates(
                    image[..., channel], points, order=1, mode="nearest"
                ),
                atol=1e-3,
            )
        nearest = apply(lambda i, f: warps.dense(i, f, "NEAREST"), labels, flow)
        self.assertEqual(nearest.dtype, np.uint8)
        np.testing.assert_array_equal(
            nearest[..., 0],
            scipy.ndimage.map_coordinates(
                labels[..., 0], points, order=0, mode="nearest"
            ),
        )

    def test_size_may_be_unknown(self):
        signature = [tf.TensorSpec([None, None, n]) for n in (3, 2)]
        dense = tf.function(warps.dense, input_signature=signature)
        image = smooth_image()
        flow = np.zeros((HEIGHT, WIDTH, 2), np.float32)
        np.testing.assert_array_equal(dense(image, flow), image)

    def test_errors(self):
        image, flow = np.zeros((2, 3, 1)), np.zeros((2, 3, 2))
        with self.assertRaisesRegex(ValueError, "interpolation='CUBIC'"):
            warps.dense(image, flow, "CUBIC")


class SplineTest(parameterized.TestCase):
    @parameterized.parameters(
        (1, "linear", 0.0),
        (2, "thin_plate_spline", 0.0),
        (2, "thin_plate_spline", 50.0),
        (3, "cubic", 0.0),
    )
    def test_is_scipy(self, order, kernel, regularization):
        rng = np.random.default_rng(order)
        points = rng.uniform(0, 256, (12, 2)).astype(np.float32)
        values = rng.normal(0, 10, (12, 3)).astype(np.float32)
        queries = rng.uniform(-20, 276, (4, 5, 2)).astype(np.float32)
        expected = scipy.interpolate.RBFInterpolator(
            points, values, kernel=kernel, degree=1, smoothing=regularization
        )
        found = apply(
            lambda p, v, q: warps.Spline(p, v, order, regularization)(q),
            points,
            values,
            queries,
        )
        self.assertEqual(found.shape, (4, 5, 3))
        np.testing.assert_allclose(
            found.reshape(20, 3), expected(queries.reshape(20, 2)), atol=1e-3
        )

    def test_passes_through_its_values_unless_smoothed(self):
        rng = np.random.default_rng(0)
        points = tf.constant(rng.uniform(0, 256, (9, 2)), tf.float32)
        values = tf.constant(rng.normal(0, 10, (9, 2)), tf.float32)
        exact = warps.Spline(points, values)(points)
        np.testing.assert_allclose(exact, values, atol=1e-4)
        smooth = warps.Spline(points, values, regularization=1e9)(points)
        self.assertGreater(np.abs(smooth - values).max(), 1)


class SparseTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(2)
        source = rng.uniform(5, [WIDTH - 6, HEIGHT - 6], (6, 2))
        self.source = source.astype(np.float32)
        shift = rng.normal(0, 3, (6, 2))
        self.destination = (source + shift).astype(np.float32)

    def test_is_scipy(self):
        image, shift = smooth_image(), self.destination - self.source
        warped, flow = apply(warps.sparse, image, self.source, self.destination)
        rows, columns = np.indices((HEIGHT, WIDTH))
        expected = scipy.interpolate.RBFInterpolator(
            self.destination, shift, kernel="thin_plate_spline", degree=1
        )(np.stack([columns.ravel(), rows.ravel()], -1).astype(float))
        np.testing.assert_allclose(flow.reshape(-1, 2), expected, atol=1e-3)
        points = flow_to_points(expected.reshape(HEIGHT, WIDTH, 2))
        for channel in range(3):
            np.testing.assert_allclose(
                warped[..., channel],
                scipy.ndimage.map_coordinates(
                    image[..., channel], points, order=1, mode="nearest"
                ),
                atol=0.05,
            )

    def test_moves_a_mark_to_its_destination(self):
        source, destination = np.round(self.source), np.round(self.destination)
        image = np.zeros((HEIGHT, WIDTH, 1), np.float32)
        (x, y), (new_x, new_y) = (
            source[0].astype(int),
            destination[0].astype(int),
        )
        image[y, x] = 1
        warped, _ = warps.sparse(image, source, destination)
        self.assertGreater(np.hypot(new_x - x, new_y - y), 2)
        self.assertAlmostEqual(float(warped[new_y, new_x, 0]), 1, places=3)

    def test_boundary_points_stay(self):
        middles = (0, 26), (18, 0), (36, 26), (18, 52)
        for num, fixed, free in (
            (0, (), ((0, 0), *middles)),
            (1, ((0, 0), (0, 52), (36, 0), (36, 52)), middles),
            (2, ((0, 0), (0, 52), (36, 0), (36, 52), *middles), ()),
        ):
            _, flow = apply(
                lambda i, s, d, n=num: warps.sparse(
                    i, s, d, num_boundary_points=n
                ),
                smooth_image(),
                self.source,
                self.destination,
            )
            for row, column in fixed:
                np.testing.assert_allclose(flow[row, column], 0, atol=1e-4)
            for row, column in free:
                self.assertGreater(np.abs(flow[row, column]).max(), 0.01)


class MovePointsTest(absltest.TestCase):
    def test_is_the_inverse_of_the_flow(self):
        rng = np.random.default_rng(3)
        points = tf.constant(rng.uniform(0, 255, (20, 2)), tf.float32)
        shift = tf.constant(rng.normal(0, 6, (9, 2)), tf.float32)
        spline = warps.Spline(
            tf.reshape(warps.grid(3, 3), [-1, 2]) * 127, shift
        )
        moved = warps.move_points(points, spline)
        np.testing.assert_allclose(moved - spline(moved), points, atol=1e-3)
        self.assertGreater(np.abs(moved - points).max(), 3)


class GridTest(absltest.TestCase):
    def test_by_hand(self):
        np.testing.assert_array_equal(
            warps.grid(2, 3),
            [[[0, 0], [1, 0], [2, 0]], [[0, 1], [1, 1], [2, 1]]],
        )


if __name__ == "__main__":
    absltest.main()
