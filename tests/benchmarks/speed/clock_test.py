import threading
import time

from absl.testing import absltest

from benchmarks.speed import clock


def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


class ClockTest(absltest.TestCase):
    def test_turns(self):
        order = []
        runs = {
            name: lambda name=name: order.append(name) for name in ("a", "b")
        }
        times = clock.interleave(runs, 2, warm_rounds=1)
        # Each begins a round in its turn, also the one that does not count.
        self.assertEqual("".join(order), "ba" + "ab" + "ba")
        for one in times.values():
            self.assertLen(one.processor, 2)
            self.assertLen(one.wall, 2)

    def test_waiting_takes_no_processor(self):
        processor, wall = clock.once(lambda: time.sleep(0.2))
        self.assertGreaterEqual(wall, 0.2)
        self.assertLess(processor, 0.1)

    def test_work_of_threads_counts(self):
        def run():
            thread = threading.Thread(target=work, args=(0.2,))
            thread.start()
            thread.join()

        processor, _ = clock.once(run)
        self.assertGreaterEqual(processor, 0.2)

    def test_settles_when_threads_are_done(self):
        done = threading.Event()

        def run():
            work(0.3)
            done.set()

        thread = threading.Thread(target=run)
        thread.start()
        clock.settle()
        self.assertTrue(done.is_set())
        thread.join()


if __name__ == "__main__":
    absltest.main()
