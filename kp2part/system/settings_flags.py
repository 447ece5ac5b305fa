"""Defines flags from dataclasses of `settings`; reads and writes flagfiles.

settings_flags.define(Optimization, __name__)  # On import.
chosen = settings_flags.read(Optimization)  # In `main`.
"""

from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import pathlib
import types
import typing

from absl import flags

from kp2part.system import cli
from kp2part.system import flagfile
from kp2part.system import settings


def define(kind, module: str, values: flags.FlagValues = flags.FLAGS):
    """Defines a flag for each setting of a dataclass.

    Args:
        kind: A dataclass of `settings`; may have groups.
        module: `__name__` of the module that owns the flags: `--help` lists
            the flags of the program and those that it adopts.
        values: Where to define them.
    """
    owner = cli.flag_owner(module)
    for item in settings.fields(kind):
        flags.DEFINE_flag(_make(item, values), values, owner)


def define_one(kind, name: str, module: str) -> flags.FlagHolder:
    """Defines the flag of one setting of a dataclass, and returns it.

    Args:
        kind: A dataclass of `settings`.
        name: Name of the setting.
        module: See `define`.
    """
    (item,) = (x for x in settings.fields(kind) if x.name == name)
    flag = _make(item, flags.FLAGS)
    return flags.DEFINE_flag(flag, module_name=cli.flag_owner(module))


def read(kind, values: flags.FlagValues = flags.FLAGS, **given):
    """Returns the dataclass with the values of the command line.

    Args:
        kind: A dataclass of `settings`.
        values: Where its flags are defined.
        **given: Values of fields that are not settings.

    Raises:
        ValueError: A value breaks a rule; the message names it.
    """
    found = dict(given)
    for item in settings.fields(kind):
        value, (kind_of_value, _) = values[item.name].value, _type_of(item)
        if value is not None and kind_of_value is pathlib.Path:
            value = pathlib.Path(value)
        found[item.name] = value
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
    retired: Sequence[str] = (),
):
    """Returns the settings of a flagfile; missing ones have their defaults.

    Args:
        kind: A dataclass of `settings`.
        path: Path of the file.
        renamed: Former names of settings -> current names.
        retired: Former settings; their values are ignored.

    Raises:
        ValueError: The file is missing, a setting is unknown, or a value
            breaks a rule; the message names the file.
    """
    values = flags.FlagValues()
    define(kind, __name__, values)
    for old, new in renamed.items():
        flags.DEFINE_alias(old, new, values, __name__)
    for old in retired:
        flags.DEFINE_string(old, None, "No longer used.", values)
    try:
        values(flagfile.expand(["", f"--flagfile={path}"]))
        return read(kind, values)
    except (flags.Error, OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def _make(item: dataclasses.Field, values: flags.FlagValues) -> flags.Flag:
    rule = settings.rule_of(item) or settings.Rule("")  # For type checkers.
    kind, is_list = _type_of(item)
    default = None if item.default is dataclasses.MISSING else item.default
    text = f"{rule.help} ({rule.range})" if rule.range else rule.help
    if kind is bool:
        return flags.BooleanFlag(item.name, default, text)
    if rule.choices and kind is str:
        return flags.EnumFlag(item.name, default, text, list(rule.choices))
    parser: flags.ArgumentParser
    serializer: flags.ArgumentSerializer
    if is_list:
        parser = _ListParser(kind)
        serializer = flags.CsvListSerializer(",")
    else:
        parsers: dict[type, type[flags.ArgumentParser]] = {
            int: flags.IntegerParser,
            float: flags.FloatParser,
        }
        parser = parsers.get(kind, flags.ArgumentParser)()
        serializer = flags.ArgumentSerializer()
    return flags.Flag(parser, serializer, item.name, default, text)


def _type_of(item: dataclasses.Field) -> tuple[typing.Any, bool]:
    # `int | None` is int, `tuple[int, ...]` a list of int.
    kind = item.type
    if isinstance(kind, types.UnionType):
        kind = next(k for k in typing.get_args(kind) if k is not types.NoneType)
    if typing.get_origin(kind) is tuple:
        return typing.get_args(kind)[0], True
    return kind, False


class _ListParser(flags.ListParser):
    """Parses comma-separated values of one type."""

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
                f"must be comma-separated {self.kind.__name__} values: {error}"
            ) from error
