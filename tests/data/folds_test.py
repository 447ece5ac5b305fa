import collections
import json

from absl.testing import absltest
from absl.testing import parameterized

from kp2part.data import folds


def photos(count, prefix="p"):
    """Photos of which a quarter are cows."""
    return {
        f"{prefix}{i}": "cow" if i % 4 == 0 else "cat" for i in range(count)
    }


class FoldsTest(parameterized.TestCase):
    def test_folds_are_stratified_by_class(self):
        dealt = folds.deal(photos(200), 5)
        counts = collections.Counter(
            (photos(200)[image], fold) for image, fold in dealt.items()
        )
        self.assertEqual({counts["cow", f] for f in range(5)}, {200 // 4 // 5})
        self.assertEqual({counts["cat", f] for f in range(5)}, {150 // 5})

    def test_order_of_the_input_does_not_matter(self):
        backwards = dict(reversed(photos(50).items()))
        self.assertEqual(folds.deal(photos(50), 5), folds.deal(backwards, 5))

    def test_another_seed_gives_other_folds(self):
        once, other = (folds.deal(photos(50), 5, seed) for seed in (0, 1))
        self.assertNotEqual(once, other)

    def test_nearly_stable_when_data_is_added(self):
        before = folds.deal(photos(200), 5)
        after = folds.deal({**photos(200), **photos(20, "new")}, 5)
        same = sum(before[i] == after[i] for i in before)
        self.assertGreater(same / len(before), 0.9)

    def test_stable_with_previous(self):
        before = folds.deal(photos(200), 5)
        after = folds.deal(
            {**photos(200), **photos(20, "new")}, 5, previous=before
        )
        self.assertEqual({i: after[i] for i in before}, before)
        self.assertLen(after, 220)

    def test_previous_take_their_room(self):
        cats = {f"p{i}": "cat" for i in range(10)}
        for fold in range(5):
            previous = {"p0": fold, "p1": fold}
            dealt = folds.deal(cats, 5, previous=previous)
            self.assertEqual(list(dealt.values()).count(fold), 10 // 5)

    def test_load(self):
        path = self.create_tempfile(content=json.dumps({"a": 1})).full_path
        self.assertEqual(folds.load(path), {"a": 1})

    @parameterized.parameters("[1]", '{"a": "1"}', "{", '{"a": true}')
    def test_load_names_the_file(self, text):
        path = self.create_tempfile("my_folds.json", text).full_path
        with self.assertRaisesRegex(ValueError, "my_folds.json: "):
            folds.load(path)

    def test_errors(self):
        with self.assertRaisesRegex(ValueError, "at least 2.*num_folds=1"):
            folds.deal(photos(9), 1)
        with self.assertRaisesRegex(ValueError, "number of photos, 3"):
            folds.deal(photos(3), 5)
        with self.assertRaisesRegex(
            ValueError, "num_folds=2. Received: fold 4"
        ):
            folds.deal(photos(9), 2, previous={"p1": 4})


if __name__ == "__main__":
    absltest.main()
