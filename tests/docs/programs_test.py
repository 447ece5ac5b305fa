"""The pages know every program, and the programs every flag of the pages."""

import functools
import pathlib
import re

from absl.testing import absltest

from docs.generators import programs

ROOT = pathlib.Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference" / "programs.md"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
GENERAL = {"flagfile", "debug", "help"}
_FENCE = re.compile(r"^```(?:bash|sh|console)\n(.*?)^```", re.M | re.S)


def commands():
    """Yields the page, the program and the flags of each command."""
    for page in PAGES:
        for block in _FENCE.findall(page.read_text()):
            for line in block.replace("\\\n", " ").splitlines():
                # What is quoted is for others, such as a runner of Beam.
                unquoted = re.sub('"[^"]*"', "", line)
                flags = re.findall(r"(?<![\w-])--(\w+)", unquoted)
                program = re.search(r"python -m (\w+\.\w+)", line)
                if program and program[1].startswith(("kp2part", "tfrec")):
                    yield page, program[1], set(flags)


@functools.cache
def described():
    """Returns what all programs say of themselves; it takes seconds."""
    return programs.describe(programs.find())


class ProgramsTest(absltest.TestCase):
    def test_reference_has_every_program(self):
        listed = re.findall(r"<!-- program: (\S+) -->", REFERENCE.read_text())
        self.assertCountEqual(listed, programs.find())

    def test_flags_of_commands_exist(self):
        unknown = []
        for page, program, flags in commands():
            known = {flag["name"] for flag in described()[program]["flags"]}
            switches = {f"no{name}" for name in known}
            for name in sorted(flags - known - switches - GENERAL):
                unknown.append(f"{page}: {program} has no --{name}")
        self.assertEmpty(unknown)

    def test_a_flag_is_described(self):
        flags = described()["tfrecords_tools.draw"]["flags"]
        by_name = {flag["name"]: flag for flag in flags}
        self.assertEqual(by_name["num_images"]["default"], "400")
        self.assertTrue(by_name["output"]["is_required"])
        self.assertFalse(by_name["seed"]["is_required"])

    def test_markdown(self):
        flag = {
            "name": "mode", "default": "a", "help": "One of\n two: <x|y>.",
            "choices": ["a", "b"], "is_switch": False, "is_required": False,
            "is_shared": False,
        }  # fmt: skip
        more = {"is_shared": True, "name": "of_train"}
        required = {"name": "output", "is_required": True, "choices": []}
        switch = {"name": "fast", "is_switch": True, "choices": []}
        text = programs.to_markdown(
            "kp2part.it",
            {
                "doc": "Does it.\n\n    python -m it --x=*\n\nAll of *it*.\n",
                "flags": [flag, flag | more, flag | required, flag | switch],
            },
        )
        self.assertEqual(
            text.splitlines(),
            [
                "Does it.", "", "", "```text", "python -m it --x=*", "", "```",
                r"All of \*it\*.", "",
                "It takes [the flags of train](#train), and these:", "",
                "| flag | default | |", "|---|---|---|",
                r"| `--output` | required | One of two: \<x\|y\>. |",
                r"| `--mode` | `a` | One of two: \<x\|y\>. One of `a`, `b`. |",
                r"| `--[no]fast` | `a` | One of two: \<x\|y\>. |",
            ],
        )  # fmt: skip
        alone = {"doc": "It.", "flags": [flag | more]}
        text = programs.to_markdown("kp2part.it", alone)
        self.assertEqual(
            text, "It.\n\nIt takes [the flags of train](#train).\n"
        )
        text = programs.to_markdown("kp2part.train", alone)
        self.assertIn("`--of_train`", text)


if __name__ == "__main__":
    absltest.main()
