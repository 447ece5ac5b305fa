"""What labeled photos and their classes are called in files of other tools."""

import pathlib

from kp2part.formats.labeled import labels
from kp2part.formats.names import identity
from kp2part.formats.names import vocabulary
from kp2part.schema import category as category_lib


def file_name(photo: labels.LabeledPhoto) -> str:
    """Returns the name of a photo, or of the picture that a frame would be.

    Frame 12 of "walks/rex.mp4" is "walks/rex/frame_000012.png", as written by
    `ffmpeg -i rex.mp4 -start_number 0 rex/frame_%06d.png`.
    """
    if photo.frame is None:
        return photo.name
    video = pathlib.PurePosixPath(photo.name).with_suffix("")
    return f"{video}/frame_{photo.frame:06d}.png"


def stem(photo: labels.LabeledPhoto) -> str:
    """Returns the name with folders, without the suffix."""
    return str(pathlib.PurePosixPath(file_name(photo)).with_suffix(""))


def shown(photo: labels.LabeledPhoto) -> str:
    """Returns what a message calls a photo or a frame."""
    frame = "" if photo.frame is None else f", frame {photo.frame}"
    return f"{photo.name!r:.80}{frame}"


def classes(category: category_lib.Category) -> tuple[str, ...]:
    """Returns the names of all classes, that for unknown ones last."""
    return tuple(dict.fromkeys((*category.classes, _any_class(category))))


def class_name(
    item: labels.LabeledObject, category: category_lib.Category
) -> str:
    """Returns the name of an object's class, one of `classes`.

    If nobody said which class it is of, it is a name that our readers take for
    any of them, or that of the only class.
    """
    if item.class_name == vocabulary.ANY_CLASS:
        return _any_class(category)
    return item.class_name


def known_class(
    item: labels.LabeledObject, category: category_lib.Category, where: str
) -> str:
    """Returns the class of an object, for formats that need one.

    Args:
        item: The object.
        category: Whose classes it may have.
        where: Photo and object, for the message.

    Raises:
        ValueError: Nobody said which of several classes it is of.
    """
    found = class_name(item, category)
    if found not in category.classes:
        raise ValueError(
            f"{where}: `class_name` must be one of {list(category.classes)} in "
            f"this format. Received: {item.class_name!r}, any of them"
        )
    return found


def _any_class(category: category_lib.Category) -> str:
    if len(category.classes) == 1:
        return category.classes[0]
    taken = {identity.fold(name) for name in category.classes}
    names = (category.name, *category.any_class)
    free = [name for name in names if identity.fold(name) not in taken]
    return free[0] if free else category.name
