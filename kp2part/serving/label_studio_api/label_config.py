"""What the tags of a project are called, from its label config."""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any
from xml.etree import ElementTree

import defusedxml
from defusedxml import ElementTree as safe

from kp2part.formats.names import identity

_BRUSH, _IMAGE = "BrushLabels", "Image"


@dataclasses.dataclass(frozen=True)
class LabelConfig:
    """The tags of a project.

    Attributes:
        image: Name of the photo's tag.
        field: The field of a task's data with the photo's address.
        brush: Name of the tag whose labels are the parts.
        labels: Labels or choices of each tag, by its name.
    """

    image: str
    field: str
    brush: str
    labels: Mapping[str, frozenset[str]]

    def knows(self, region: Mapping[str, Any]) -> bool:
        """Returns whether a region is of these tags and labels.

        Label Studio refuses all predictions together for one that is not.
        """
        known = self.labels.get(str(region.get("from_name")), frozenset())
        given = region["value"].get(region["type"])
        return (
            region.get("to_name") == self.image
            and isinstance(given, list)
            and all(isinstance(x, str) and x in known for x in given)
        )


def read(text: object, parts: Sequence[str]) -> LabelConfig:
    """Returns the names in a label config.

    Args:
        text: The config, XML.
        parts: What the brush has to have as labels.

    Raises:
        ValueError: It is no XML, or has no photo or no brush for the parts.
    """
    tags = list(_parse(text).iter())
    labels = {
        tag.get("name", ""): frozenset(x.get("value", "") for x in tag)
        for tag in tags
    }
    for brush in (tag for tag in tags if tag.tag == _BRUSH):
        if labels[brush.get("name", "")].issuperset(parts):
            image = _image(tags, brush)
            field = image.get("value", "").removeprefix("$")
            name = image.get("name", "")
            return LabelConfig(name, field, brush.get("name", ""), labels)
    found = [sorted(labels[x.get("name", "")]) for x in tags if x.tag == _BRUSH]
    raise ValueError(
        f"Label config: a <{_BRUSH}> must have the labels {', '.join(parts)}. "
        f"Received: {identity.shown(found)}"
    )


def _parse(text: object) -> ElementTree.Element:
    if not isinstance(text, str):
        raise ValueError(
            f"Label config: must be a text. Received: {identity.shown(text)}"
        )
    try:
        return safe.fromstring(text, forbid_dtd=True)
    except (ElementTree.ParseError, defusedxml.DefusedXmlException) as error:
        raise ValueError(f"Label config: not XML: {error!r:.80}") from error


def _image(tags: Sequence[ElementTree.Element], brush: ElementTree.Element):
    for tag in tags:
        if tag.tag == _IMAGE and tag.get("name") == brush.get("toName"):
            return tag
    raise ValueError(
        f"Label config: `toName` of <{_BRUSH}> must be the name of an "
        f"<{_IMAGE}>. Received: {identity.shown(brush.get('toName'))}"
    )
