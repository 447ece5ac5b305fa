"""Image warps: projective, dense, and by a few control points.

They replace `transform`, `dense_image_warp`, `interpolate_spline` and
`sparse_image_warp` of tensorflow-addons, which ended in May 2024; `make
test-tfa` compares them. They take one image, eagerly or inside `tf.data`.
Points, shifts and flows are (x, y), in pixels, with the origin at the center of
the top-left pixel; tensorflow-addons uses (y, x) except in `transform`. Flows
are backward flows: from the source of an output pixel to that pixel.
"""

import tensorflow as tf


def projective(image, transform, interpolation: str, fill: float):
    """Returns an image warped by a projective transform.

    Args:
        image: uint8 or float32 [H, W, C].
        transform: float32 [8], (a, b, c, d, e, f, g, h): the output's (x, y)
            shows the input at ((a x + b y + c) / w, (d x + e y + f) / w) with
            w = g x + h y + 1.
        interpolation: "BILINEAR" or "NEAREST".
        fill: Value of pixels from outside the image.

    Returns:
        [H, W, C] of the image's dtype.
    """
    warped = tf.raw_ops.ImageProjectiveTransformV3(
        images=image[tf.newaxis],
        transforms=transform[tf.newaxis],
        output_shape=tf.shape(image)[:2],
        fill_value=float(fill),
        interpolation=interpolation,
        fill_mode="CONSTANT",
    )[0]
    return tf.ensure_shape(warped, image.shape)


def dense(image, flow, interpolation: str = "BILINEAR"):
    """Returns an image warped by a dense flow.

    Args:
        image: float32 [H, W, C], or of any dtype for "NEAREST".
        flow: float32 [H, W, 2]. The output's (x, y) shows the input at
            (x, y) - flow[y, x], or at the nearest point of its edge.
        interpolation: "BILINEAR", or "NEAREST" for label maps.

    Returns:
        [H, W, C] of the image's dtype.
    """
    if interpolation not in ("BILINEAR", "NEAREST"):
        raise ValueError(
            '`interpolation` must be "BILINEAR" or "NEAREST". Received: '
            f"interpolation={interpolation!r}"
        )
    height, width = tf.unstack(tf.shape(image)[:2])
    last = tf.cast(tf.stack([width, height]) - 1, tf.float32)
    points = tf.clip_by_value(grid(height, width) - flow, 0.0, last)
    if interpolation == "NEAREST":
        warped = _pick(image, tf.round(points))
    else:
        warped = _bilinear(image, points)
    return tf.ensure_shape(warped, image.shape)


def sparse(
    image,
    source,
    destination,
    order: int = 2,
    regularization: float = 0.0,
    num_boundary_points: int = 0,
):
    """Returns an image warped by moving control points, and the flow.

    Args:
        image: float32 [H, W, C].
        source: float32 [N, 2], control points in the image.
        destination: float32 [N, 2], where they move to.
        order: See `Spline`.
        regularization: See `Spline`.
        num_boundary_points: Number of segments into which fixed points divide
            each edge: 1 fixes the corners, 2 the midpoints too, 0 nothing.

    Returns:
        float32 [H, W, C] and float32 [H, W, 2], see `dense`.
    """
    height, width = tf.unstack(tf.shape(image)[:2])
    shift = destination - source
    if num_boundary_points:
        fixed = _boundary(height, width, num_boundary_points)
        destination = tf.concat([destination, fixed], 0)
        shift = tf.concat([shift, tf.zeros_like(fixed)], 0)
    spline = Spline(destination, shift, order, regularization)
    flow = spline(grid(height, width))
    return dense(image, flow), flow


class Spline:
    """The polyharmonic spline that interpolates values at scattered points.

    f(p) = sum_i w_i phi(|p - p_i|) + affine(p), where phi(r) is r^order for odd
    orders and r^order log(r) for even ones. Order 2 is the thin-plate spline.
    See https://en.wikipedia.org/wiki/Polyharmonic_spline.

    Args:
        points: float32 [N, D], distinct and not collinear.
        values: float32 [N, V], values at the points.
        order: At least 1.
        regularization: 0 interpolates exactly; larger values give a smoother f.
            For orders 2 and 3.
    """

    def __init__(
        self, points, values, order: int = 2, regularization: float = 0.0
    ):
        # In float64: powers of hundreds of pixels leave float32 few digits.
        self._points = tf.cast(points, tf.float64)
        self._order = order
        basis = self._basis(self._points)
        num_points, num_terms = tf.unstack(tf.shape(basis))
        smooth = tf.eye(num_points, num_terms, dtype=tf.float64)
        rest = [[0, num_terms - num_points], [0, 0]]
        # The weights of phi are orthogonal to affine functions.
        affine = tf.transpose(tf.pad(basis[:, num_points:], rest))
        self._weights = tf.linalg.solve(
            tf.concat([basis + regularization * smooth, affine], 0),
            tf.pad(tf.cast(values, tf.float64), rest),
        )

    def __call__(self, points):
        """Returns the values, float32 [..., V], at points, float32 [..., D]."""
        basis = self._basis(tf.cast(points, tf.float64))
        return tf.cast(tf.tensordot(basis, self._weights, 1), tf.float32)

    def _basis(self, points):
        # [..., D] -> [..., N + D + 1]: phi of each distance, then affine terms.
        away = points[..., tf.newaxis, :] - self._points
        squared = tf.reduce_sum(away**2, axis=-1)
        phi = squared ** (self._order / 2)
        if self._order % 2 == 0:
            phi = tf.math.xlogy(phi, squared) / 2  # 0 at 0.
        return tf.concat([phi, points, tf.ones_like(points[..., :1])], axis=-1)


def grid(height: int, width: int):
    """Returns the coordinates of each pixel, float32 [height, width, 2]."""
    x, y = tf.meshgrid(tf.range(width), tf.range(height))
    return tf.cast(tf.stack([x, y], axis=-1), tf.float32)


def move_points(points, flow, num_steps: int = 16):
    """Returns where points of the input are in the output of a backward flow.

    Inverts p = q - flow(q) by fixed-point iteration, which converges if the
    flow's Lipschitz constant is below 1.

    Args:
        points: float32 [N, 2], in the input.
        flow: A function from points in the output to their flow, e.g. a
            `Spline`.
        num_steps: Number of iterations. Each multiplies the error by at most
            the Lipschitz constant.

    Returns:
        float32 [N, 2].
    """
    moved = points
    for _ in range(num_steps):
        moved = points + flow(moved)
    return moved


def _boundary(height, width, num_pieces):
    # Equally spaced points along the edges, including the corners.
    steps = tf.reshape(grid(num_pieces + 1, num_pieces + 1), [-1, 2])
    on_edge = tf.reduce_any((steps == 0) | (steps == num_pieces), axis=1)
    sides = tf.cast(tf.stack([width, height]) - 1, tf.float32)
    return tf.boolean_mask(steps, on_edge) * (sides / num_pieces)


def _bilinear(image, points):
    low, high = tf.floor(points), tf.math.ceil(points)
    left, top = tf.unstack(low, axis=-1)
    right, bottom = tf.unstack(high, axis=-1)
    x, y = tf.split(points - low, 2, axis=-1)  # [H, W, 1], in 0..1.
    upper, lower = (
        _pick(image, tf.stack([left, row], -1)) * (1 - x)
        + _pick(image, tf.stack([right, row], -1)) * x
        for row in (top, bottom)
    )
    return upper * (1 - y) + lower * y


def _pick(image, points):
    indices = tf.reverse(tf.cast(points, tf.int32), axis=[-1])
    return tf.gather_nd(image, indices)
