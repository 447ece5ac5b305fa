from collections.abc import Mapping
import dataclasses
import json
import os
import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.system import json_file


@dataclasses.dataclass(frozen=True)
class Leg:
    length: float
    joints: tuple[str, ...] = ()

    def __post_init__(self):
        if self.length <= 0:
            raise ValueError(
                f"`length` must be positive. Received: length={self.length}"
            )


@dataclasses.dataclass(frozen=True)
class Animal:
    name: str
    legs: Mapping[str, Leg]
    photos: Mapping[str, Mapping[str, tuple[int, ...]]] = dataclasses.field(
        default_factory=dict
    )


class JsonFileTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "mine.json"

    @parameterized.parameters("utf-8", "utf-8-sig")
    def test_with_and_without_bom(self, encoding):
        self.path.write_text('{"näme": 1}', encoding=encoding)
        self.assertEqual(json_file.read(self.path), {"näme": 1})

    def test_as_a_dataclass(self):
        legs = {"left": {"length": 2, "joints": ["hip"], "other": 3}}
        self.path.write_text(json.dumps({"name": "a", "legs": legs}))
        self.assertEqual(
            json_file.read(self.path, Animal),
            Animal("a", {"left": Leg(2.0, ("hip",))}),
        )

    @parameterized.parameters(
        (b"{", r"not a JSON file: .*line 1 column 2"),
        (b'"\xff"', "must be UTF-8 text.*byte 1: b'.xff"),
        (b"", "not a JSON file"),
        (b"[" * 100_000, "not a JSON file: too many levels"),
    )
    def test_bad_file(self, contents, message):
        self.path.write_bytes(contents)
        with self.assertRaisesRegex(ValueError, f"mine.json: {message}"):
            json_file.read(self.path)

    def test_no_file(self):
        with self.assertRaisesRegex(ValueError, "mine.json: no such file"):
            json_file.read(self.path)

    @parameterized.parameters(
        ([], r"must be `object`, not `array`. Received: \[\]"),
        ({"legs": {}}, "must have a field `name`"),
        ({"name": True, "legs": {}}, "`name` must be `str`.*Received: True"),
        ({"name": "a", "legs": []}, "`legs` must be `object`"),
        # Which of the legs, and which of the photos.
        (
            {"name": "a", "legs": {"l": {"length": 1}, "r": {"length": "1"}}},
            "`legs.r.length` must be `float`, not `str`. Received: '1'",
        ),
        # The first of two errors.
        (
            {
                "name": "a",
                "legs": {"l": {"length": 1}, "r": {"length": "1"}},
                "photos": {"x": {"y": "ab"}},
            },
            "`legs.r.length` must be `float`",
        ),
        (
            {"name": "a", "legs": {"l": {"length": 1}, "r": {}}},
            "`legs.r` must have a field `length`",
        ),
        (
            {"name": "a", "legs": {"l": {"length": 1}, "r": {"length": 0}}},
            "`legs.r`: `length` must be positive. Received: length=0",
        ),
        (
            {
                "name": "a",
                "legs": {"l": {"length": 1, "joints": ["hip", 3]}},
                "photos": {"x": {"y": "ab"}},
            },
            r"`legs.l.joints\[1\]` must be `str`, not `int`. Received: 3",
        ),
        (
            {
                "name": "a",
                "legs": {},
                "photos": {"x": {}, "y": {"u": [1], "v": [1, 2.5]}},
            },
            r"`photos.y.v\[1\]` must be `int`, not `float`. Received: 2.5",
        ),
    )
    def test_error_names_field_rule_and_value(self, fields, message):
        with self.assertRaisesRegex(ValueError, f"^here: {message}"):
            json_file.convert(fields, Animal, "here")

    def test_unknown_fields(self):
        json_file.check_known({"length": 1}, Leg, "here")
        with self.assertRaisesRegex(
            ValueError,
            r"here: unknown fields \['long'\].*\['length', 'joints'\]",
        ):
            json_file.check_known({"long": 1}, Leg, "here")

    def test_write(self):
        fields = {"b": [1, 2.5, None], "a": "é"}
        json_file.write(self.path, fields)
        self.assertEqual(list(json_file.read(self.path)), ["b", "a"])
        self.assertEqual(json_file.read(self.path), fields)
        self.assertEndsWith(self.path.read_text(), "}\n")

    def test_what_cannot_be_written_leaves_the_old(self):
        json_file.write(self.path, {"a": 1})
        with self.assertRaisesRegex(ValueError, "mine.json: cannot be written"):
            json_file.write(self.path, {"a": float("nan")})
        self.assertEqual(json_file.read(self.path), {"a": 1})
        self.assertEqual(os.listdir(self.path.parent), ["mine.json"])


if __name__ == "__main__":
    absltest.main()
