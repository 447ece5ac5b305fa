"""Tasks as Label Studio exports them, for tests."""

from kp2part.formats.poses import pose_file
from kp2part.schema import category

CATEGORY = category.Category(
    name="pet",
    classes=("cat", "dog"),
    keypoints=("left_ear", "right_ear", "nose"),
    parts={"background": (), "head": ("head",)},
    any_class=("animal",),
)
NAME = "/data/upload/1/0123abcd-a.jpg"
PHOTO = pose_file.Photo(NAME, 40, 200)
SIDES = {"original_width": 200, "original_height": 40, "image_rotation": 0}


def region(key, kind, parent=None, **value):
    fields = {"id": key, "type": kind, "to_name": "image", **SIDES}
    if parent is not None:
        fields["parentID"] = parent
    return {**fields, "value": value}


def point(key, name, x, y, parent=None):
    return region(
        key, "keypointlabels", parent, x=x, y=y, width=1, keypointlabels=[name]
    )


def rectangle(key, label="dog"):
    sides = {"x": 5, "y": 10, "width": 50, "height": 25, "rotation": 0}
    return region(key, "rectanglelabels", **sides, rectanglelabels=[label])


def choice(key, *choices):
    return region(key, "choices", choices=list(choices))


def task(*regions, **fields):
    item = {"id": 1, "was_cancelled": False, "result": list(regions)}
    data = {"image": NAME, "source": "a.jpg"}
    return {"id": 9, "data": data, "annotations": [item], **fields}


DOG = [
    rectangle("r1"),
    point("p1", "nose", 10.25, 51.25, "r1"),
    choice("p1", "visible"),
    point("p2", "Left ear", 50, 75, "r1"),
    choice("p2", "hidden"),
    region("b1", "brushlabels", format="rle", rle=[0], brushlabels=["head"]),
    {"type": "relation", "from_id": "p1", "to_id": "p2"},
]
KEYPOINTS = [[99.5, 29.5, 1], [0, 0, 0], [20, 20, 2]]
