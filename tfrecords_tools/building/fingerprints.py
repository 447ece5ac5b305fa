"""Checksums of the inputs of a build: were they changed since the last run?"""

from collections.abc import Mapping
from collections.abc import Sequence
import hashlib

from tfrecords_tools.building import sources


def of(splits: Mapping[str, Sequence[sources.Source]]) -> str:
    """Returns a checksum of ids, file sizes and keypoints of photos."""
    digest = hashlib.sha256()
    for split, photos in splits.items():
        for source in photos:
            sizes = [
                path.stat().st_size if path.is_file() else None
                for path in (*source.masks.files, source.image, source.boxes)
                if path is not None
            ]
            digest.update(f"{split} {source.image_id} {sizes}".encode())
            if source.masks.fingerprint:  # Pascal-Part's files have none.
                digest.update(source.masks.fingerprint)
                digest.update(f" {source.num_others}".encode())
            digest.update(f" {source.keypoints_error is None}".encode())
            for annotation in source.keypoints:
                digest.update(annotation.class_name.encode())
                digest.update(f"{annotation.box}".encode())
                digest.update(annotation.keypoints.tobytes())
                digest.update(annotation.instance.encode())
    return digest.hexdigest()
