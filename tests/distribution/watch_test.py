import contextlib
import io
import signal
import time
from unittest import mock

from absl.testing import absltest

from kp2part.distribution import watch
from kp2part.system import interruption


class Board:
    """The notes of all processes, in this one."""

    def __init__(self):
        self.topics = {}

    def put(self, topic, name, text):
        self.topics.setdefault(topic, {})[str(name)] = text

    def notes(self, topic):
        return dict(self.topics.get(topic, {}))


class WatchTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.board, self.left = Board(), []
        self.enter_context(mock.patch.object(time, "sleep"))
        self.time = self.enter_context(
            mock.patch.object(time, "monotonic", return_value=0.0)
        )

    def watch(self, index, count=3):
        return watch.Watch(self.board, index, count, 60.0, self.left.append)

    def said(self, watched):
        with contextlib.redirect_stderr(io.StringIO()) as text:
            watched.look()
        return text.getvalue()

    def at(self, seconds):
        self.time.return_value = float(seconds)

    def test_a_process_without_a_sign_of_life_ends_the_run(self):
        first, second = self.watch(0), self.watch(1)
        for seconds in range(0, 100, 10):
            self.at(seconds)
            self.board.put(watch.ALIVE, 1, str(seconds))
            if seconds < 30:
                self.board.put(watch.ALIVE, 2, str(seconds))
            said = self.said(first)
            if self.left:
                break
        self.assertEqual(self.left, [1])
        self.assertEqual(seconds, 90)  # The last sign came at 20.
        self.assertIn("process 2 has given no sign of life for 60 s", said)
        self.assertIn("Start all processes again", said)
        self.assertIn("same --workdir", said)
        # The same, once.
        self.assertEqual(self.said(second), said)
        self.assertEqual(self.left, [1, 1])

    def test_says_why_another_process_ended(self):
        reason = watch.failed(2, "The loss must be finite.")
        self.board.put(watch.ENDED, 2, reason)
        said = self.said(self.watch(0))
        self.assertIn("process 2 has failed: The loss must be finite.\n", said)
        # Which would not help.
        self.assertNotIn("Start all", said)
        self.assertEqual(self.left, [1])

    def test_a_board_that_does_not_move_ends_the_run(self):
        second = self.watch(1)
        for seconds in 30, 59:
            self.at(seconds)
            second.look_at_the_clock()
        self.assertEmpty(self.left)
        self.at(61)
        with contextlib.redirect_stderr(io.StringIO()) as text:
            second.look_at_the_clock()
        self.assertEqual(self.left, [1])
        self.assertIn(
            "process 0 has not moved for 60 s. Start", text.getvalue()
        )

    def test_a_signal_ends_a_process_although_the_board_does_not_move(self):
        second = self.watch(1)
        second.on_signal(signal.SIGTERM, None)
        self.at(10)
        second.look_at_the_clock()
        self.assertEmpty(self.left)
        self.at(12)
        second.look_at_the_clock()
        self.assertEqual(self.left, [143])

    def test_what_the_first_ignores_reaches_it_as_another_signal(self):
        first, second = self.watch(0), self.watch(1)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        deferral = interruption.Deferral()
        deferral.is_on = True
        before = signal.signal(signal.SIGTERM, deferral)
        self.addCleanup(signal.signal, signal.SIGTERM, before)
        second.on_signal(signal.SIGINT, None)
        second.look()
        for seconds in 0, 2:
            self.at(seconds)
            first.look()
        self.assertIsInstance(deferral.waiting, interruption.Terminated)

    def test_waits_until_all_have_done_their_work(self):
        self.board.put(watch.DONE, 0, "")
        others = iter((1, 2))
        time.sleep.side_effect = lambda _: self.board.put(
            watch.DONE, next(others), ""
        )
        self.watch(0).wait_for_all()
        self.assertLen(self.board.notes(watch.DONE), 3)

    def test_own_end_is_no_reason(self):
        self.board.put(watch.ENDED, 0, "x")
        self.assertEqual(self.said(self.watch(0)), "")
        self.assertEmpty(self.left)

    def test_ends_by_the_signal_that_ended_the_first(self):
        self.board.put(watch.ENDED, 0, watch.interrupted(15))
        self.assertEqual(self.said(self.watch(1)), "")
        self.assertEqual(self.left, [143])

    def test_a_process_that_is_interrupted_has_the_first_save(self):
        first, second = self.watch(0), self.watch(1)
        second.on_signal(signal.SIGTERM, None)
        second.look()
        deferral = interruption.Deferral()
        deferral.is_on = True
        before = signal.signal(signal.SIGTERM, deferral)
        self.addCleanup(signal.signal, signal.SIGTERM, before)
        for seconds in 0, 1, 2, 3:
            self.at(seconds)
            first.look()
            # Not at once: its own signal may be under way.
            self.assertEqual(deferral.waiting is not None, seconds > 1)
        self.assertIsInstance(deferral.waiting, interruption.Terminated)
        self.assertEmpty(self.left)


if __name__ == "__main__":
    absltest.main()
