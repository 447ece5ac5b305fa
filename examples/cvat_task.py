"""Pulls photos and skeletons of a CVAT task, and pushes part masks back.

Needs cvat-sdk 2.80, not kp2part: install it into an environment of its own.
CVAT_ACCESS_TOKEN is a token of yours, from your profile in CVAT.

    python examples/cvat_task.py pull 7 --url=http://localhost:8080 task7
    python -m kp2part.transfer --images=task7/images \\
        --keypoints=task7/annotations.xml --output_formats=cvat --output=labels
    python examples/cvat_task.py push 7 --url=http://localhost:8080 \\
        labels/cvat.xml

`push` adds masks, each in the group of its skeleton, and touches nothing that
people have made. A skeleton in no group is put into a new one. What an earlier
`push` made, masks of the source "auto", it replaces with --replace only. A part
that somebody has corrected or drawn in the same group stays as it is; but not
what CVAT's "Remove underlying pixels" has cut from its neighbors: they stay
"auto".
"""

import argparse
import collections
import os
import pathlib
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile

import cvat_sdk
from cvat_sdk import exceptions
from cvat_sdk import models
from cvat_sdk.core import client as client_lib
from cvat_sdk.core import exceptions as cvat_exceptions
from cvat_sdk.core.proxies import annotations as annotations_lib
from cvat_sdk.core.proxies import types as types_lib
import urllib3

FORMAT = "CVAT for images 1.1"
TOKEN = "CVAT_ACCESS_TOKEN"
PUSHED = "auto"  # CVAT makes it "semi-auto" where a person corrects it.
CLOSE = 0.05  # Pixels: what a file and the server may round differently.
BATCH = 500  # Shapes in a request.


def pull(task, folder, with_photos):
    """Writes annotations.xml and, if they are wanted, images/.

    Raises:
        ValueError: The folder has photos already.
    """
    if with_photos and (folder / "images").exists():
        raise ValueError(f"{folder}: has images. Give --without_photos.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = pathlib.Path(scratch)
        task.export_dataset(
            FORMAT,
            path / "task.zip",
            include_images=with_photos,
            location=types_lib.Location.LOCAL,
        )
        with zipfile.ZipFile(path / "task.zip") as archive:
            archive.extractall(path)  # Never outside of the path.
        if with_photos:
            (path / "images").rename(folder / "images")
        (path / "annotations.xml").replace(folder / "annotations.xml")
    print("Wrote", folder / "annotations.xml")


def push(task, path, replace):
    """Adds the masks of a file that `kp2part.transfer` has written.

    Raises:
        ValueError: The file and the task do not fit, or an earlier push is to
            be replaced; nothing is changed then.
    """
    objects = read_objects(path)
    labels = task.get_labels()
    ids = label_ids(task, labels, {n for item in objects for n in item.masks})
    frames = frames_of(task, path, objects)
    there = task.get_annotations().shapes
    masks = [
        shape
        for shape in there
        if kind(shape) == "mask" and shape.label_id in ids.values()
    ]
    earlier = [
        shape
        for shape in masks
        if shape.source == PUSHED and shape.frame in frames.values()
    ]
    if earlier and not replace:
        raise ValueError(
            f"Task {task.id} has {len(earlier)} masks with the source "
            f'"{PUSHED}" of these labels in these photos. --replace replaces '
            "them."
        )
    points = {x.id: x.name for label in labels for x in label.sublabels}
    skeletons = [
        skeleton_of(item, frames[item.photo], there, points, path)
        for item in objects
    ]
    grouped = put_into_groups(skeletons, there)
    kept = {place(shape) for shape in masks if shape not in earlier}
    wanted = [
        mask_of(ids[name], skeleton, runs)
        for item, skeleton in zip(objects, skeletons, strict=True)
        for name, runs in item.masks.items()
    ]
    new = [shape for shape in wanted if place(shape) not in kept]
    # Additions come first: a push that fails leaves no hole.
    change(task, "update", grouped)
    change(task, "create", new)
    change(task, "delete", [request_of(shape) for shape in earlier])
    print(
        f"Task {task.id}: added {len(new)} masks, removed {len(earlier)} of an "
        f"earlier push, left out {len(wanted) - len(new)} that people have "
        f"made, grouped {len(grouped)} skeletons."
    )


Object = collections.namedtuple("Object", "photo keypoints masks")


def read_objects(path):
    """Returns the objects of a file that have masks."""
    try:
        root = ET.parse(path).getroot()
    except (ET.ParseError, OSError) as error:
        raise ValueError(f"{path}: {error}") from error
    found = []
    for image in root.iterfind("image"):
        for skeleton in image.iterfind("skeleton"):
            group = skeleton.get("group_id")
            masks = image.findall(f"mask[@group_id='{group}']")
            if masks:
                points = {
                    point.get("label"): numbers(point.get("points"))
                    for point in skeleton.iterfind("points")
                    if point.get("outside") != "1"
                }
                runs = {mask.get("label"): runs_of(mask) for mask in masks}
                found.append(Object(image.get("name"), points, runs))
    if not found:
        raise ValueError(f"{path}: has no masks in groups with skeletons.")
    return found


def numbers(text):
    """Returns the numbers of a list."""
    return [float(number) for number in text.split(",")]


def runs_of(mask):
    """Returns a mask as the server has it: run lengths, then its edges."""
    left, top, width, height = (
        int(mask.get(name)) for name in ("left", "top", "width", "height")
    )
    edges = left, top, left + width - 1, top + height - 1
    return [*numbers(mask.get("rle")), *map(float, edges)]


def label_ids(task, labels, names):
    """Returns the id of each label, which must be there and take masks."""
    ids = {x.name: x.id for x in labels if str(x.type) in ("mask", "any")}
    if missing := sorted(names - ids.keys()):
        raise ValueError(
            f"Task {task.id} lacks labels of the type mask. Add in CVAT: "
            f"{', '.join(missing)}"
        )
    return {name: ids[name] for name in names}


def frames_of(task, path, objects):
    """Returns the number of the frame of each photo."""
    known = [frame.name for frame in task.get_frames_info()]
    frames = {}
    for name in dict.fromkeys(item.photo for item in objects):
        if known.count(name) != 1:
            raise ValueError(
                f"{path}: image {name!r} must be in task {task.id} once. It is "
                f"there {known.count(name)} times."
            )
        frames[name] = known.index(name)
    return frames


def skeleton_of(item, frame, shapes, names, path):
    """Returns the skeleton in the task that an object's masks are made from."""
    found = [
        shape
        for shape in shapes
        if kind(shape) == "skeleton"
        and shape.frame == frame
        and is_same(item.keypoints, shape.elements, names)
    ]
    if len(found) != 1:
        raise ValueError(
            f"{path}: image {item.photo!r}: one skeleton in the task must have "
            f"the keypoints that the masks were made from. {len(found)} have "
            "them. Pull and transfer again."
        )
    return found[0]


def is_same(keypoints, elements, names):
    """Returns whether the keypoints are those of a skeleton."""
    theirs = {
        names.get(x.label_id): x.points for x in elements if not x.outside
    }
    return keypoints.keys() == theirs.keys() and all(
        abs(a - b) <= CLOSE
        for name, point in keypoints.items()
        for a, b in zip(point, theirs[name], strict=True)
    )


def put_into_groups(skeletons, shapes):
    """Gives a group to skeletons that are in none; returns their requests."""
    last = max(shape.group or 0 for shape in shapes)
    grouped = []
    for skeleton in skeletons:
        if not skeleton.group:
            last += 1
            skeleton.group = last
            grouped.append(request_of(skeleton))
    return grouped


def mask_of(label_id, skeleton, runs):
    """Returns a mask in the group of a skeleton."""
    return models.LabeledShapeRequest(
        type="mask",
        frame=skeleton.frame,
        label_id=label_id,
        group=skeleton.group,
        source=PUSHED,
        points=runs,
    )


def kind(shape):
    """Returns the type of a shape, such as "mask"."""
    return str(shape.type)


def place(shape):
    """Returns where a part belongs: frame, group, label."""
    return shape.frame, shape.group, shape.label_id


def request_of(shape):
    """Returns a shape of the server as what it takes."""
    return models.LabeledShapeRequest(**shape.to_dict())


def change(task, action, shapes):
    """Creates, updates or deletes shapes, and nothing else in the task."""
    for first in range(0, len(shapes), BATCH):
        task.update_annotations(
            models.PatchedLabeledDataRequest(
                shapes=shapes[first : first + BATCH], tags=[], tracks=[]
            ),
            action=annotations_lib.AnnotationUpdateAction(action),
        )


def parse_arguments():
    """Returns the command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, path in ("pull", "folder"), ("push", "file"):
        command = commands.add_parser(name)
        command.add_argument("task", type=int, help="Number of the task.")
        command.add_argument("path", type=pathlib.Path, metavar=path)
        command.add_argument("--url", required=True, help="Address of CVAT.")
        command.add_argument("--organization", help="Short name, if in one.")
    commands.choices["pull"].add_argument(
        "--without_photos", action="store_true", help="Only annotations.xml."
    )
    commands.choices["push"].add_argument(
        "--replace", action="store_true", help="Replace an earlier push."
    )
    return parser.parse_args()


def run(arguments):
    """Runs the command."""
    if not (token := os.environ.get(TOKEN)):
        raise ValueError(f"Set {TOKEN}: a token of your profile in CVAT.")
    config = cvat_sdk.Config(status_check_period=1)
    with cvat_sdk.Client(arguments.url, config=config) as client:
        client.login(client_lib.AccessTokenCredentials(token))
        client.organization_slug = arguments.organization
        task = client.tasks.retrieve(arguments.task)
        if task.mode == "interpolation":
            raise ValueError(
                f"Task {task.id} is of a video: pull and push take photos."
            )
        if arguments.command == "pull":
            pull(task, arguments.path, not arguments.without_photos)
        else:
            push(task, arguments.path, arguments.replace)


def main():
    """Runs the command; an error is one line, and never has the token."""
    try:
        run(parse_arguments())
    except exceptions.ApiException as error:
        body = " ".join(str(error.body or "").split())
        sys.exit(f"CVAT responded {error.status} {error.reason}: {body:.200}")
    except (
        ValueError,
        OSError,
        zipfile.BadZipFile,
        exceptions.OpenApiException,
        cvat_exceptions.CvatSdkException,
        urllib3.exceptions.HTTPError,
    ) as error:
        sys.exit(f"{' '.join(str(error).split()):.500}")


if __name__ == "__main__":
    main()
