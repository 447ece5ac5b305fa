"""The formats in which labels are written."""

from collections.abc import Iterator
from collections.abc import Sequence
import dataclasses
import pathlib
import shutil

from kp2part.formats.coco import writer as coco_writer
from kp2part.formats.cvat import writer as cvat_writer
from kp2part.formats.label_studio import writer as label_studio_writer
from kp2part.formats.pascal import pascal_part_writer
from kp2part.formats.plain import png_writer
from kp2part.labeling import jobs as jobs_lib
from kp2part.labeling import run
from kp2part.schema import task as task_lib

_VIDEO_FORMATS = ("array", "video")
NAMES = (
    *("coco", "png", "cvat", "label_studio", "pascal_part", "tfrecords"),
    *("sleap", *_VIDEO_FORMATS),
)


@dataclasses.dataclass(frozen=True)
class Outputs:
    """What to write, and where.

    Attributes:
        formats: Of `NAMES`.
        images: Directory of the photos and videos.
        directory: Where the files go.
        task: Of the model.
        image_url_prefix: Of Label Studio's tasks, before the photos' names;
            by default its address of a file in the folder of `images`.
    """

    formats: Sequence[str]
    images: pathlib.Path
    directory: pathlib.Path
    task: task_lib.Task
    image_url_prefix: str | None = None

    def __post_init__(self):
        check_names(self.formats)

    def check(self, jobs: Sequence[jobs_lib.Job]):
        """Checks that the photos can be written, before they are labeled.

        Raises:
            ValueError: They cannot.
        """
        frames = [job.key for job in jobs if job.frame is not None]
        if frames and "tfrecords" in self.formats:
            raise ValueError(
                "`output_formats=tfrecords` takes photos, no frames of videos: "
                "extract them as pictures. Received: "
                f"{len(frames)} frames, the first is {frames[0]!r:.80}"
            )
        wanted = [name for name in self.formats if name in _VIDEO_FORMATS]
        if wanted and not frames:
            raise ValueError(
                f"`output_formats` {wanted} are of videos. Received: "
                f"{len(jobs)} photos and no frame of a video"
            )

    def write(self, photos: run.Labeled) -> Iterator[pathlib.Path]:
        """Writes the photos in each format and yields the paths.

        Args:
            photos: Read anew for each file, one after the other.
        """
        for name in self.formats:
            if name in _VIDEO_FORMATS:
                yield from self._write_videos(name, photos)
            else:
                yield self._write(name, photos)

    def _write(self, name: str, photos: run.Labeled) -> pathlib.Path:
        category, to = self.task.category, self.directory
        if name == "coco":
            path = to / "coco.json"
            coco_writer.write(photos, category, path)
        elif name == "png":
            path = to / "masks"
            png_writer.write(photos, category, to)
        elif name == "cvat":
            path = to / "cvat.xml"
            cvat_writer.write(photos, category, path)
        elif name == "label_studio":
            path = to / "label_studio.json"
            label_studio_writer.write(
                photos, category, path, url_prefix=self._url_prefix()
            )
        elif name == "pascal_part":
            path = to / "Annotations_Part"
            pascal_part_writer.write(photos, category, path)
        elif name == "tfrecords":
            path = to / "tfrecords"
            self._write_records(photos, path)
        else:
            path = to / "labels.slp"
            self._write_sleap(photos, path)
        return path

    def _url_prefix(self) -> str:
        if self.image_url_prefix is not None:
            return self.image_url_prefix
        return label_studio_writer.local_files(self.images)

    def _write_records(self, photos: run.Labeled, path: pathlib.Path):
        from kp2part.data import labeled_records  # With TensorFlow.
        from kp2part.data import manifest

        if (path / manifest.FILE_NAME).is_file():
            shutil.rmtree(path)  # Of the run before.
        labeled_records.write(
            photos,
            self.task.category,
            path,
            images=self.images,
            task=self.task,
        )

    def _write_sleap(self, photos: run.Labeled, path: pathlib.Path):
        from kp2part.formats.sleap import (
            writer as sleap_writer,  # Needs an extra.
        )

        sleap_writer.write(photos, self.task.category, path)

    def _write_videos(
        self, name: str, photos: run.Labeled
    ) -> Iterator[pathlib.Path]:
        from kp2part.formats.plain import mask_array
        from kp2part.visualization import overlay_video

        for video in photos.videos():
            of_video, category = photos.of(video), self.task.category
            path = self.directory / "videos" / video
            if name == "array":
                path = path.with_suffix(".nc")
                mask_array.write(of_video, category, path)
            else:
                path = path.with_suffix(".mp4")
                overlay_video.write(
                    of_video, category, path, video=self.images / video
                )
            yield path


def check_names(formats: Sequence[str]):
    """Raises a ValueError if a format is unknown."""
    if unknown := sorted(set(formats) - set(NAMES)):
        raise ValueError(
            f"`output_formats` must be of {list(NAMES)}. Received: {unknown}"
        )
