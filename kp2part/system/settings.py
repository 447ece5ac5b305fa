"""Settings: dataclass fields with a default, a range and a help text.

    @dataclasses.dataclass(frozen=True)
    class Optimization:
        learning_rate: float = settings.field(1e-4, "Peak rate.", above=0)

        def __post_init__(self):
            settings.check(self)

`settings_flags` defines the flags of a program from the same fields. A field
whose type is such a dataclass is a group of settings; names are unique across
groups.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
import math
from typing import Any

_KEY = "setting"


@dataclasses.dataclass(frozen=True)
class Rule:
    """The meaning of a setting, and its allowed values.

    Attributes:
        help: One or more sentences, for `--help` and the reference.
        minimum: Inclusive lower bound.
        above: Exclusive lower bound.
        maximum: Inclusive upper bound.
        below: Exclusive upper bound.
        multiple_of: Number that divides all values.
        choices: The allowed values, if any are given.
        only_with: Other settings and the values they must have for this one to
            have an effect. Otherwise it must keep its default.
    """

    help: str
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    below: float | None = None
    multiple_of: int | None = None
    choices: tuple[Any, ...] = ()
    only_with: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def complaint(self, value) -> str | None:
        """Returns the rule that a value breaks, None if it is valid.

        Numbers must always be finite. A list is valid if all its values are.
        """
        if isinstance(value, list | tuple):
            return next(filter(None, map(self.complaint, value)), None)
        if self.choices:
            allowed = ", ".join(map(str, self.choices))
            return None if value in self.choices else f"be one of {allowed}"
        if self.range and not self._is_in_range(value):
            return f"be {self.range}"
        if isinstance(value, float) and not math.isfinite(value):
            return "be finite"
        return None

    def _is_in_range(self, value) -> bool:
        # Comparisons with NaN are false, so NaN is rejected too.
        return (
            not isinstance(value, bool)
            and isinstance(value, int | float)
            and (self.minimum is None or value >= self.minimum)
            and (self.above is None or value > self.above)
            and (self.maximum is None or value <= self.maximum)
            and (self.below is None or value < self.below)
            and (self.multiple_of is None or value % self.multiple_of == 0)
        )

    @property
    def range(self) -> str:
        """The range in words, empty if there is none."""
        words = {
            "at least": self.minimum,
            "above": self.above,
            "at most": self.maximum,
            "below": self.below,
        }
        found = " and ".join(
            f"{word} {limit:g}"
            for word, limit in words.items()
            if limit is not None
        )
        if self.minimum is not None and self.maximum is not None:
            found = f"in [{self.minimum:g}, {self.maximum:g}]"
        if self.multiple_of is None:
            return found
        return f"{found}, a multiple of {self.multiple_of}".removeprefix(", ")


def field(default: Any, help: str, **rule) -> Any:
    """Returns a dataclass field that is a setting.

    Args:
        default: Default value; `dataclasses.MISSING` if it must be given.
        help: The meaning of the setting.
        **rule: See `Rule`.
    """
    return dataclasses.field(
        default=default, metadata={_KEY: Rule(help, **rule)}
    )


def rule_of(item: dataclasses.Field) -> Rule | None:
    """Returns the rule of a field, None if it groups other settings."""
    return item.metadata.get(_KEY)


def fields(kind) -> Iterator[dataclasses.Field]:
    """Yields all fields that are settings, including those of groups."""
    for item in dataclasses.fields(kind):
        if rule_of(item):
            yield item
        elif is_group(item):
            yield from fields(item.type)


def is_group(item: dataclasses.Field) -> bool:
    """Returns whether a field is a group of settings."""
    kind = item.type
    return dataclasses.is_dataclass(kind) and any(True for _ in fields(kind))


def check(instance):
    """Checks all settings of a dataclass, in its `__post_init__`.

    Raises:
        ValueError: A value breaks a rule or has no effect; the message names
            the setting, the rule and the value.
    """
    for item in dataclasses.fields(instance):
        rule, value = rule_of(item), getattr(instance, item.name)
        if rule is None or value == item.default:
            continue
        if value is not None and (complaint := rule.complaint(value)):
            raise ValueError(
                f"`{item.name}` must {complaint}. Received: "
                f"{item.name}={to_text(value)}"
            )
        for name, needed in rule.only_with.items():
            if (found := getattr(instance, name)) != needed:
                raise ValueError(
                    f"`{item.name}` has an effect only with {name}={needed}. "
                    f"Received: {item.name}={to_text(value)} with "
                    f"{name}={found}"
                )


def to_dict(instance) -> dict[str, Any]:
    """Returns all settings by name, including those of groups."""
    found = {}
    for item in dataclasses.fields(instance):
        value = getattr(instance, item.name)
        if rule_of(item):
            found[item.name] = value
        elif is_group(item):
            found |= to_dict(value)
    return found


def from_dict(kind, values: Mapping[str, Any]):
    """Returns the dataclass with the settings in `values`, by name.

    Settings missing from `values` have their defaults.
    """
    chosen = {}
    for item in dataclasses.fields(kind):
        if is_group(item):
            chosen[item.name] = from_dict(item.type, values)
        elif item.name in values:
            chosen[item.name] = values[item.name]
    return kind(**chosen)


def replace(instance, **changes):
    """Returns a dataclass with some settings changed, by name."""
    return from_dict(type(instance), {**to_dict(instance), **changes})


def to_text(value) -> str:
    """Returns a value as it is written in a flag."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)
