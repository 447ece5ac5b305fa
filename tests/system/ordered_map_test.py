import threading
import time

from absl.testing import absltest

from kp2part.system import ordered_map


class OrderedMapTest(absltest.TestCase):
    def test_order_and_bound(self):
        taken, lock, under_way, most = [], threading.Lock(), [], []

        def items():
            for i in range(20):
                taken.append(i)
                yield i

        def slow(i):
            with lock:
                under_way.append(i)
                most.append(len(under_way))
            time.sleep(0.003 * (i % 3))
            with lock:
                under_way.remove(i)
            return i * i

        found = []
        for value in ordered_map.ordered_map(slow, items(), 3, 5):
            found.append(value)
            self.assertLessEqual(len(taken) - len(found), 5)
        self.assertEqual(found, [i * i for i in range(20)])
        self.assertBetween(max(most), 2, 3)

    def test_errors_come_in_their_place(self):
        def reciprocal(i):
            return 1 / i

        results = ordered_map.ordered_map(reciprocal, [1, 2, 0, 4], 2, 3)
        self.assertEqual([next(results), next(results)], [1, 0.5])
        with self.assertRaises(ZeroDivisionError):
            next(results)

    def test_none(self):
        self.assertEqual(list(ordered_map.ordered_map(str, [], 1, 1)), [])


if __name__ == "__main__":
    absltest.main()
