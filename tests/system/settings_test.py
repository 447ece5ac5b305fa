import dataclasses
import pathlib

from absl import flags
from absl.testing import absltest
from absl.testing import parameterized

from kp2part.system import settings
from kp2part.system import settings_flags


@dataclasses.dataclass(frozen=True)
class Motor:
    power: float = settings.field(1.5, "In kilowatts.", above=0)
    fuel: str = settings.field(
        "petrol", "What it burns.", choices=("petrol", "oil")
    )
    choke: int = settings.field(
        0, "Millimeters.", minimum=0, maximum=9, only_with={"fuel": "oil"}
    )

    gears: tuple[float, ...] = settings.field((1.0,), "Ratios.", above=0)
    noise: float = settings.field(0.0, "Any.")
    bolts: int = settings.field(8, "How many.", maximum=64, multiple_of=4)

    def __post_init__(self):
        settings.check(self)


@dataclasses.dataclass(frozen=True)
class Car:
    maker: str = settings.field(dataclasses.MISSING, "Who made it.")
    trailer: object = None  # No setting: given by code.
    motor: Motor = Motor()
    doors: tuple[int, ...] = settings.field((2, 4), "Versions.")
    garage: pathlib.Path | None = settings.field(None, "Where it stands.")
    new: bool = settings.field(False, "Whether it is new.")


class SettingsTest(parameterized.TestCase):
    @parameterized.parameters(
        ({"power": 0}, "`power` must be above 0. Received: power=0"),
        ({"power": float("nan")}, "`power` must be above 0.*nan"),
        ({"power": "much"}, "`power` must be above 0.*=much"),
        ({"power": True}, "`power` must be above 0.*=True"),
        ({"power": float("inf")}, "`power` must be finite.*power=inf"),
        ({"noise": float("nan")}, "`noise` must be finite.*noise=nan"),
        ({"noise": float("-inf")}, "`noise` must be finite.*noise=-inf"),
        ({"gears": (1.0, float("inf"))}, "`gears` must be finite.*=1.0,inf"),
        ({"gears": (1.0, 0.0)}, "`gears` must be above 0.*gears=1.0,0.0"),
        ({"bolts": 6}, "`bolts` must be at most 64, a multiple of 4.*=6"),
        ({"fuel": "coal"}, "`fuel` must be one of petrol, oil.*=coal"),
        ({"fuel": "oil", "choke": 10}, r"`choke` must be in \[0, 9\].*=10"),
        (
            {"choke": 3},
            "`choke` has an effect only with fuel=oil.*=3 with fuel=petrol",
        ),
    )
    def test_errors_name_setting_rule_and_value(self, values, message):
        with self.assertRaisesRegex(ValueError, message):
            Motor(**values)

    def test_names_are_flat_over_groups(self):
        car = settings.from_dict(
            Car, {"maker": "a", "power": 2.0, "trailer": 7}
        )
        self.assertEqual(car, Car("a", 7, Motor(2.0)))
        self.assertEqual(
            settings.to_dict(car),
            {"maker": "a", "power": 2.0, "fuel": "petrol", "choke": 0,
             "gears": (1.0,), "noise": 0.0, "bolts": 8,
             "doors": (2, 4), "garage": None, "new": False},
        )  # fmt: skip
        changed = settings.replace(car, fuel="oil", choke=1)
        self.assertEqual(changed.motor, Motor(2.0, "oil", 1))

    def parse(self, *arguments):
        values = flags.FlagValues()
        settings_flags.define(Car, "test", values)
        values(["program", *arguments])
        return settings_flags.read(Car, values, trailer="here")

    def test_flags(self):
        car = self.parse(
            "--maker=b", "--power=3", "--doors=5,3", "--new", "--garage=x/y"
        )
        self.assertEqual(
            car, Car("b", "here", Motor(3.0), (5, 3), pathlib.Path("x/y"), True)
        )
        self.assertEqual(self.parse("--maker=c"), Car("c", "here"))

    def test_help_has_the_range(self):
        values = flags.FlagValues()
        settings_flags.define(Car, "test", values)
        self.assertIn("Millimeters. (in [0, 9])", values.get_help())
        self.assertIn("<petrol|oil>", values.get_help())

    @parameterized.parameters(
        ("--power=x", flags.IllegalFlagValueError),
        ("--doors=2,x", flags.IllegalFlagValueError),
        ("--fuel=coal", flags.IllegalFlagValueError),
        ("--power=-1", ValueError),
    )
    def test_wrong_flags(self, argument, kind):
        with self.assertRaisesRegex(kind, argument.split("=")[0].strip("-")):
            self.parse("--maker=a", argument)

    def test_flagfile_there_and_back(self):
        file = self.create_tempfile("a.flags")
        for car in (
            Car("d"),
            Car("d", None, Motor(2, "oil", 4), (), pathlib.Path("z"), True),
        ):
            file.write_text(settings_flags.to_flagfile(car))
            read = settings_flags.read_flagfile(
                Car, pathlib.Path(file.full_path)
            )
            self.assertEqual(dataclasses.replace(read, doors=car.doors), car)

    def test_names_of_earlier_versions(self):
        path = pathlib.Path(
            self.create_tempfile(
                "a.flags", "--maker=e\n--kw=4\n--hood=x\n"
            ).full_path
        )
        with self.assertRaisesRegex(ValueError, "a.flags.*kw"):
            settings_flags.read_flagfile(Car, path)
        car = settings_flags.read_flagfile(Car, path, {"kw": "power"}, ["hood"])
        self.assertEqual(car, Car("e", motor=Motor(4.0)))


if __name__ == "__main__":
    absltest.main()
