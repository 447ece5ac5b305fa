"""What TensorFlow's errors say, without what only TensorFlow understands."""

import re

_NOISE = ("Graph execution error", "Detected at node", "<stack")
# What decoders say of files that begin well.
_DECODER = re.compile(r"jpeg::Uncompress failed|Invalid (JPEG|PNG) ")
_DAMAGED = "A photo is damaged: "


def reason(message: str) -> str:
    """Returns the meaningful line of an error message of TensorFlow.

    Around it are names of nodes, notes about stack traces, and brackets.
    """
    lines = re.sub(r"\s*(\[\[\{\{|\t \[\[).*", "", message).splitlines()
    told = " ".join(x for x in lines if x.strip() and not x.startswith(_NOISE))
    told = re.sub(r"^(\{\{.*?\}\} ?)?(assertion failed: )?", "", told)
    told = re.sub(r"^\[(.*?[.:])\](?= |$)", r"\1", told)
    return f"{_DAMAGED}{told}" if _DECODER.match(told) else told


def is_damaged(reason: str) -> bool:
    """Returns whether `reason` says that a decoder found an image damaged."""
    return reason.startswith(_DAMAGED)


def text(error: UnicodeDecodeError) -> str:
    """Returns a message that is not UTF-8, as far as it is text.

    TensorFlow quotes bytes of an input in some of its errors. Python then
    raises this error instead of TensorFlow's, and holds the bytes.
    """
    return error.object.decode(errors="replace")
