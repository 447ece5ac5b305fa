"""The labeling interface of Label Studio for a category, as XML."""

import xml.etree.ElementTree as ET

from kp2part.formats.labeled import label_names
from kp2part.schema import category as category_lib

# What regions call the tags, and the field of a task with the photo's address.
IMAGE, POINT, VISIBILITY, BOX, PART = "image", "kp", "visibility", "box", "part"
HIDDEN, VISIBLE = "hidden", "visible"


def xml(category: category_lib.Category) -> str:
    """Returns the label config of a project that shows our tasks.

    Keypoints have their visibility as a choice of each; boxes have classes,
    brushes parts.
    """
    view = ET.Element("View")
    ET.SubElement(
        view,
        "Image",
        {"name": IMAGE, "value": f"${IMAGE}", "zoom": "true",
         "zoomControl": "true"},
    )  # fmt: skip
    points = _tag(view, "KeyPointLabels", POINT)
    for keypoint in category.keypoints:
        ET.SubElement(points, "Label", value=keypoint)
    choices = _tag(view, "Choices", VISIBILITY)
    choices.attrib |= {
        "perRegion": "true", "whenTagName": POINT, "choice": "single"
    }  # fmt: skip
    for value in VISIBLE, HIDDEN:
        ET.SubElement(choices, "Choice", value=value)
    boxes = _tag(view, "RectangleLabels", BOX)
    for name in label_names.classes(category):
        ET.SubElement(boxes, "Label", value=name)
    brushes = _tag(view, "BrushLabels", PART)
    pairs = zip(category.parts, category.palette, strict=True)
    for name, color in list(pairs)[1:]:
        ET.SubElement(brushes, "Label", value=name, background=color)
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


def _tag(view: ET.Element, kind: str, name: str) -> ET.Element:
    return ET.SubElement(view, kind, name=name, toName=IMAGE)
