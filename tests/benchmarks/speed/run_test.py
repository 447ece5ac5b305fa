"""All benchmarks on little work; peers that are not installed are left out."""

import json
import pathlib
import subprocess
import sys

from absl.testing import absltest

from benchmarks.speed import children
from benchmarks.speed import results
from benchmarks.speed import sizes
from benchmarks.speed import workplace

ROOT = pathlib.Path(__file__).parents[3]


def run(*flags):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


class RunTest(absltest.TestCase):
    def test_all(self):
        output = pathlib.Path(self.create_tempdir().full_path)
        found = run("--quick", "--rounds=2", f"--output={output}")
        self.assertEqual(found.returncode, 0, found.stderr)
        fields = json.loads((output / "times.json").read_bytes())
        self.assertGreater(fields["machine"]["cores"], 0)
        place = workplace.Workplace(output, sizes.QUICK)
        expected = [
            (case.what, who)
            for name in children.ROUNDS
            for case in children.cases_of(name, place)
            for who in case.who
        ]
        made = [(row["what"], row["who"]) for row in fields["measured"]]
        self.assertEqual(made, [x for x in expected if x in made])
        # Ours are in all; nothing of theirs is needed.
        firsts = {
            case.what: case.who[0]
            for name in children.ROUNDS
            for case in children.cases_of(name, place)
        }
        self.assertLessEqual(set(firsts.items()), set(made))
        for row in fields["measured"]:
            self.assertLen(row["processor_seconds"], 2)
            self.assertGreater(min(row["processor_seconds"]), 0)
        table = (output / "table.md").read_text()
        for head in results.HEADS:
            self.assertIn(head, table)
        self.assertIn(table, found.stdout)
        if len(made) < len(expected):
            self.assertRegex(found.stderr, "left out: .* is not installed")

    def test_unknown_name(self):
        found = run("--only=speed")
        self.assertEqual(found.returncode, 1)
        self.assertIn("`only` must be names of benchmarks", found.stderr)


if __name__ == "__main__":
    absltest.main()
