from absl.testing import absltest

from kp2part.experiments import protocols


class ProtocolsTest(absltest.TestCase):
    def test_split_has_a_run_for_each_seed_and_system(self):
        runs = protocols.split(["kp2part", "configs/best.flags"], [0, 7])
        self.assertEqual(
            [(run.name, run.flags) for run in runs],
            [
                ("all/kp2part/seed0", ("--network=kp2part", "--seed=0")),
                (
                    "all/best/seed0",
                    ("--flagfile=configs/best.flags", "--seed=0"),
                ),
                ("all/kp2part/seed7", ("--network=kp2part", "--seed=7")),
                (
                    "all/best/seed7",
                    ("--flagfile=configs/best.flags", "--seed=7"),
                ),
            ],
        )

    def test_folds_pool_the_classes_and_take_each_alone(self):
        runs = protocols.folds(["ternausnet"], 5, ["cat", "dog"])
        self.assertLen(runs, 3 * 5)
        self.assertLen({run.name for run in runs}, 15)
        pooled = [run for run in runs if run.group == "all"]
        self.assertNotIn("--classes", " ".join(pooled[0].flags))
        self.assertEqual(
            [run.flags[1] for run in pooled], [f"--fold={i}" for i in range(5)]
        )
        cats = [run for run in runs if run.group == "cat"]
        self.assertTrue(all("--classes=cat" in run.flags for run in cats))
        self.assertTrue(all("--num_folds=5" in run.flags for run in runs))

    def test_holdout_leaves_each_class_out(self):
        runs = protocols.holdout(["kp2part"], [3], ["cat", "dog"])
        self.assertEqual(
            [run.flags[1:] for run in runs],
            [
                ("--holdout_class=cat", "--seed=3"),
                ("--holdout_class=dog", "--seed=3"),
            ],
        )

    def test_fractions_sort_as_text(self):
        runs = protocols.fractions(["kp2part"], [0], [0.05, 0.5, 1.0], 12, 1)
        groups = [run.group for run in runs]
        self.assertEqual(groups, ["fraction005", "fraction050", "fraction100"])
        self.assertEqual(
            groups, [protocols.fraction_group(v) for v in (0.05, 0.5, 1.0)]
        )
        self.assertIn("--train_fraction=0.05", runs[0].flags)

    def test_fractions_take_as_many_steps_as_the_whole(self):
        small, half, whole = (
            set(run.flags)
            for run in protocols.fractions(
                ["kp2part"], [0], [0.05, 0.5, 1.0], 12, 1
            )
        )
        self.assertLessEqual({"--epochs=240", "--warmup_epochs=20"}, small)
        self.assertLessEqual({"--epochs=24", "--warmup_epochs=2"}, half)
        self.assertLessEqual({"--epochs=12", "--warmup_epochs=1"}, whole)
        self.assertIn("--validate_every=240", small)

    def test_classes_alone_take_as_many_steps_as_all(self):
        runs = protocols.alone(
            ["kp2part"], [0, 1], {"cat": 0.5, "dog": 0.25}, 12, 1
        )
        self.assertEqual(
            [run.name for run in runs],
            [f"{c}/kp2part/seed{s}" for c in ("cat", "dog") for s in (0, 1)],
        )
        self.assertEqual(
            set(runs[2].flags[1:]),
            {"--classes=dog", "--epochs=48", "--warmup_epochs=4",
             "--validate_every=48", "--seed=0"},
        )  # fmt: skip

    def test_a_system_is_a_name_or_a_flagfile(self):
        with self.assertRaisesRegex(ValueError, "`systems`.*'best.json'"):
            protocols.split(["best.json"], [0])


if __name__ == "__main__":
    absltest.main()
