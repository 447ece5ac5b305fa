"""The flags of a program from dataclasses of `settings`, and flagfiles of them.

settings_flags.define(Optimization, __name__)  # When imported.
chosen = settings_flags.read(Optimization)  # In `main`.
"""

from collections.abc import Mapping
import dataclasses
import pathlib
import sys
import types
import typing

from absl import flags

from kp2part.system import settings


def define(kind, module: str, values: flags.FlagValues = flags.FLAGS):
    """Defines a flag for each setting of a dataclass.

    Args:
        kind: A dataclass of `settings`; may have groups.
        module: `__name__` of the module whose flags they are: `--help` of a
            program lists its own and those that it adopts.
        values: Where to define them.
    """
    if module == "__main__":
        module = sys.argv[0]  # As absl calls the program.
    for item in settings.fields(kind):
        flags.DEFINE_flag(_make(item, values), values, module)


def read(kind, values: flags.FlagValues = flags.FLAGS):
    """Returns the dataclass that the command line asks for.

    Raises:
        ValueError: A value breaks a rule; the message names it.
    """
    found = {}
    for item in settings.fields(kind):
        value = values[item.name].value
        found[item.name] = tuple(value) if isinstance(value, list) else value
    return settings.from_dict(kind, found)


def to_flagfile(instance) -> str:
    """Returns the settings as the text of a flagfile, sorted by name."""
    lines = [
        f"--{name}={settings.to_text(value)}"
        for name, value in sorted(settings.to_dict(instance).items())
        if value not in (None, ())
    ]
    return "\n".join(lines) + "\n"


def read_flagfile(
    kind,
    path: pathlib.Path,
    renamed: Mapping[str, str] = types.MappingProxyType({}),
):
    """Returns what a flagfile says; what it lacks is at its default.

    Args:
        kind: A dataclass of `settings`.
        path: Of the file.
        renamed: Names that settings had once, with those of today.

    Raises:
        ValueError: No such file, no such setting, or a value breaks a rule;
            the message names the file.
    """
    values = flags.FlagValues()
    define(kind, __name__, values)
    for old, new in renamed.items():
        flags.DEFINE_alias(old, new, values, __name__)
    try:
        values(["", f"--flagfile={path}"])
        return read(kind, values)
    except (flags.Error, OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def _make(item: dataclasses.Field, values: flags.FlagValues) -> flags.Flag:
    rule, (kind, is_list) = settings.rule_of(item), _type_of(item)
    default = None if item.default is dataclasses.MISSING else item.default
    text = f"{rule.help} ({rule.range})" if rule.range else rule.help
    if kind is bool:
        return flags.BooleanFlag(item.name, default, text)
    if rule.choices:
        return flags.EnumFlag(item.name, default, text, list(rule.choices))
    if is_list:
        parser = _ListParser(kind)
        serializer = flags.CsvListSerializer(",")
    else:
        parsers = {int: flags.IntegerParser, float: flags.FloatParser}
        parser = parsers.get(kind, flags.ArgumentParser)()
        serializer = flags.ArgumentSerializer()
    return flags.Flag(parser, serializer, item.name, default, text)


def _type_of(item: dataclasses.Field) -> tuple[type, bool]:
    # `int | None` is int, `tuple[int, ...]` a list of int.
    kind = item.type
    if isinstance(kind, types.UnionType):
        kind = next(k for k in typing.get_args(kind) if k is not types.NoneType)
    if typing.get_origin(kind) is tuple:
        return typing.get_args(kind)[0], True
    return kind, False


class _ListParser(flags.ListParser):
    """Values with commas between them, each of one type."""

    def __init__(self, kind: type):
        super().__init__()
        self.kind = kind

    def parse(self, argument):
        if isinstance(argument, tuple):
            return argument
        try:
            return tuple(self.kind(text) for text in super().parse(argument))
        except ValueError as error:
            raise ValueError(
                f"must be {self.kind.__name__} values with commas between "
                f"them: {error}"
            ) from error
