"""Images at points between pixels, in batches, with `keras.ops`."""

from keras import ops


def bilinear(images, points, fill: float = 0.0):
    """Returns images at points, interpolated between four pixels.

    Args:
        images: uint8 or float32 [B, H, W, C].
        points: float32 [B, h, w, 2], (x, y), in pixels.
        fill: Value of pixels outside an image.

    Returns:
        float32 [B, h, w, C].
    """
    low = ops.floor(points)
    x, y = ops.split(points - low, 2, axis=-1)  # [B, h, w, 1], in 0..1.
    upper, lower = (
        _pick(images, low + ops.array([0.0, row]), fill) * (1 - x)
        + _pick(images, low + ops.array([1.0, row]), fill) * x
        for row in (0.0, 1.0)
    )
    return upper * (1 - y) + lower * y


def nearest(labels, points, fill: int):
    """Returns label maps at points.

    Args:
        labels: uint8 [B, H, W].
        points: float32 [B, h, w, 2], (x, y), in pixels.
        fill: Label outside.

    Returns:
        uint8 [B, h, w].
    """
    return ops.cast(_pick(labels[..., None], ops.round(points), fill), "uint8")[
        ..., 0
    ]


def grid(size: int):
    """Returns the coordinates (x, y) of each pixel: float32 [size, size, 2]."""
    x, y = ops.meshgrid(ops.arange(size), ops.arange(size))
    return ops.cast(ops.stack([x, y], -1), "float32")


def _pick(images, points, fill):
    _, height, width, channels = images.shape
    x, y = points[..., 0], points[..., 1]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    x = ops.cast(ops.clip(x, 0, width - 1), "int32")
    y = ops.cast(ops.clip(y, 0, height - 1), "int32")
    first = ops.arange(ops.shape(images)[0]) * (height * width)
    index = ops.cast(first, "int32")[:, None, None] + y * width + x
    pixels = ops.take(ops.reshape(images, [-1, channels]), index, axis=0)
    return ops.where(inside[..., None], ops.cast(pixels, "float32"), fill)
