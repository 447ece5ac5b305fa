"""Frames of videos, in order and exact.

Frames are read one after the other: seeking is not exact in all files. OpenCV
turns them as the video's metadata says.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import pathlib

import cv2
import numpy as np

from kp2part.formats.photos import image_size
from kp2part.labeling import jobs as jobs_lib


@dataclasses.dataclass(frozen=True)
class Source:
    """A job, and its pixels if it is a frame.

    Attributes:
        job: The photo or frame.
        pixels: uint8 [H, W, 3], RGB, of a frame; None of a photo, or if there
            is no such frame.
    """

    job: jobs_lib.Job
    pixels: np.ndarray | None = None

    def contents(self) -> bytes:
        """Returns the file of a photo.

        Raises:
            ValueError: Its keypoints or its file cannot be used.
            OSError: It cannot be read.
        """
        if self.job.error is not None:
            raise ValueError(self.job.error)
        contents = self.job.path.read_bytes()
        # Before it is decoded: a small file can decode to gigabytes.
        image_size.check(contents, str(self.job.path))
        return contents


def read(jobs: Iterable[jobs_lib.Job]) -> Iterator[Source]:
    """Yields the jobs, in order, with the pixels of frames.

    Args:
        jobs: Sorted by video and frame.
    """
    video: _Video | None = None
    try:
        for job in jobs:
            if job.frame is None or job.error is not None:
                yield Source(job)
                continue
            if video is None or not video.is_before(job):
                if video is not None:
                    video.close()
                video = _Video(job.path)
            yield video.read(job)
    finally:
        if video is not None:
            video.close()


class _Video:
    """A video that is read from its beginning on."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._capture = cv2.VideoCapture(str(path))
        self._number = -1  # Of the frame that was read last.
        self._pixels: np.ndarray | None = None

    def is_before(self, job: jobs_lib.Job) -> bool:
        return self.path == job.path and self._number <= (job.frame or 0)

    def close(self):
        self._capture.release()

    def read(self, job: jobs_lib.Job) -> Source:
        frame = job.frame or 0
        while self._number < frame - 1 and self._capture.grab():
            self._number += 1
        if self._number == frame - 1:
            self._pixels = self._capture.read()[1]
            self._number += self._pixels is not None
        if self._number < frame or self._pixels is None:
            return Source(dataclasses.replace(job, error=self._reason()))
        return Source(job, cv2.cvtColor(self._pixels, cv2.COLOR_BGR2RGB))

    def _reason(self) -> str:
        if self._number < 0:
            return f"{self.path}: no video that OpenCV reads."
        return f"{self.path}: has only {self._number + 1} frames."
