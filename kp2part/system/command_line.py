"""What no flag of any program may be, whatever it means."""

from collections.abc import Iterator
from collections.abc import Sequence
import math

from absl import flags

_LARGEST = 2**31 - 1  # Of TensorFlow's int32.


def check(argv: Sequence[str], required: Sequence[str]):
    """Checks the values of all flags that are given.

    Args:
        argv: The command line.
        required: Flags that must have a value.

    Raises:
        flags.Error: A number is not finite or does not fit into 32 bits, a text
            is empty, or the command line itself gives a flag two values. In a
            flagfile it may have another: what comes later counts.
    """
    _check_repeats(argv)
    for name in flags.FLAGS:
        flag = flags.FLAGS[name]
        is_empty = flag.value == "" or name in required and flag.value == []
        if flag.present and is_empty and flag.default != "":
            raise flags.IllegalFlagValueError(f"--{name} must not be empty.")
        values = flag.value if isinstance(flag.value, list | tuple) else [
            flag.value
        ]  # fmt: skip
        for value in values:
            _check_number(name, value)


def _check_number(name: str, value):
    if isinstance(value, float) and not math.isfinite(value):
        rule = "must be finite"
    elif isinstance(value, int) and abs(value) > _LARGEST:
        rule = f"must be in [-{_LARGEST}, {_LARGEST}]"
    else:
        return
    raise flags.IllegalFlagValueError(
        f"--{name} {rule}. Received: {name}={value}"
    )


def _check_repeats(argv: Sequence[str]):
    texts: dict[str, str] = {}
    for name, text in _given(argv):
        flag = flags.FLAGS[name]
        if name == "flagfile" or isinstance(flag, flags.MultiFlag):
            continue
        if texts.setdefault(flag.name, text) != text:
            raise flags.Error(
                f"--{name} must be given once. Received: {texts[flag.name]}, "
                f"then {text}"
            )


def _given(argv: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yields names and texts of the flags of a command line, in order."""
    words = iter(argv[1:])
    for word in words:
        name, equals, text = word.lstrip("-").partition("=")
        if not word.startswith("-") or not name:
            return
        positive = name.removeprefix("no")
        if name not in flags.FLAGS and positive in flags.FLAGS:
            yield positive, "false"
        elif name in flags.FLAGS and flags.FLAGS[name].boolean:
            yield name, text or "true"
        elif name in flags.FLAGS:
            yield name, text if equals else next(words, "")
