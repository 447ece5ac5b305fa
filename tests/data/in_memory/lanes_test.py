from absl.testing import absltest
import numpy as np

from kp2part.data.in_memory import lanes
from kp2part.data.in_memory import share


class LanesTest(absltest.TestCase):
    def test_a_batch_is_the_same_on_any_number_of_processes(self):
        whole = lanes.Lanes(100, 12, 3)
        for count in 2, 3, 12:
            parts = [
                lanes.Lanes(100, 12, 3, share.Share(i, count, count))
                for i in range(count)
            ]
            for step in 0, 1, 8, 30:
                joined = np.concatenate([x.indices(step) for x in parts])
                np.testing.assert_array_equal(joined, whole.indices(step))

    def test_each_process_holds_its_part(self):
        parts = [
            lanes.Lanes(101, 12, 3, share.Share(i, 4, 4)) for i in range(4)
        ]
        held = np.concatenate([x.held() for x in parts])
        np.testing.assert_array_equal(np.sort(held), np.arange(101))
        for part in parts:
            self.assertLess(len(part.held()), 28)
            taken = {x for step in range(99) for x in part.indices(step)}
            self.assertEqual(taken, set(part.held()))

    def test_an_epoch_has_nothing_twice_and_its_own_order(self):
        order = lanes.Lanes(101, 12, 0)
        epochs = [
            np.concatenate([order.indices(8 * i + j) for j in range(8)])
            for i in range(9)
        ]
        for numbers in epochs:
            self.assertLen(set(numbers), 96)
        self.assertLen({tuple(x) for x in epochs}, 9)
        other = lanes.Lanes(101, 12, 1).indices(0)
        self.assertNotEqual(list(other), list(order.indices(0)))


class ShareTest(absltest.TestCase):
    def test_parts_are_equal(self):
        numbers = share.Share(multiple=4).padded(np.arange(6))
        self.assertEqual(list(numbers), [0, 1, 2, 3, 4, 5, -1, -1])
        self.assertEqual(list(share.Share(1, 2, 4).of(numbers)), [4, 5, -1, -1])
        self.assertEqual(list(share.WHOLE.of(share.WHOLE.padded(numbers))),
                         list(numbers))  # fmt: skip

    def test_a_share_that_cannot_be_is_refused(self):
        for values in (2, 2, 2), (-1, 2, 2), (0, 2, 3):
            with self.assertRaisesRegex(ValueError, "`index` must be in"):
                share.Share(*values)


if __name__ == "__main__":
    absltest.main()
