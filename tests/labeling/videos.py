"""Drawn videos, for tests."""

import cv2
import numpy as np

COUNT, HEIGHT, WIDTH = 12, 32, 48


def write_video(path, shift=0):
    """Each frame is of one gray level: 20 * number + shift."""
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (WIDTH, HEIGHT)
    )
    for i in range(COUNT):
        writer.write(np.full([HEIGHT, WIDTH, 3], 20 * i + shift, np.uint8))
    writer.release()
