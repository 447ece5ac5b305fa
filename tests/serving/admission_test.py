import threading

from absl.testing import absltest
import grpc

from kp2part.serving import admission as admission_lib
from kp2part.serving import client_watch
from kp2part.serving.tf_serving_api import errors


class AdmissionTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.admission = admission_lib.Admission(large_rows=5, max_large=2)
        self.running = threading.Event()
        self.go = threading.Event()

    def hold(self):
        with self.admission.turn(5):
            self.running.set()
            self.go.wait(20)

    def test_small_batches_pass_large_ones_that_wait_or_are_refused(self):
        threads = [threading.Thread(target=self.hold) for _ in range(2)]
        threads[0].start()
        self.assertTrue(self.running.wait(20))
        self.running.clear()
        threads[1].start()
        # It waits: large batches run one at a time.
        self.assertFalse(self.running.wait(0.2))
        with self.admission.turn(4):
            pass
        with self.assertRaisesRegex(
            errors.ServingError, "Too many batches of 5 or more rows"
        ) as caught:
            with self.admission.turn(6):
                pass
        self.assertEqual(caught.exception.code, grpc.StatusCode.UNAVAILABLE)
        self.go.set()
        for thread in threads:
            thread.join()
        with self.admission.turn(6):
            pass

    def test_many_pixels_are_large(self):
        admission = admission_lib.Admission(max_large=1, large_pixels=100)
        with admission.turn(1, 100):
            with admission.turn(1, 99):
                pass
            with self.assertRaisesRegex(errors.ServingError, "100 or more pix"):
                with admission.turn(1, 100):
                    pass

    def test_a_large_request_computes_in_its_own_turn(self):
        admission = admission_lib.Admission(large_rows=2, max_large=1)
        for _ in range(2):
            with admission.turn_of_large():
                with admission.turn(2):
                    pass
        with admission.turn(2):
            pass

    def test_small_ones_that_compute_are_bounded(self):
        admission = admission_lib.Admission(num_small=1)
        reached = threading.Event()

        def small():
            with admission.turn(1):
                reached.set()

        with admission.turn(1):
            thread = threading.Thread(target=small)
            thread.start()
            self.assertFalse(reached.wait(0.2))
        self.assertTrue(reached.wait(20))
        thread.join()

    def test_who_has_left_does_not_compute(self):
        thread = threading.Thread(target=self.hold)
        thread.start()
        self.assertTrue(self.running.wait(20))
        looked = []

        def is_gone():
            looked.append(True)
            return len(looked) > 2  # Leaves while it waits.

        with client_watch.watching(is_gone):
            with self.assertRaisesRegex(errors.ServingError, "left") as caught:
                with self.admission.turn(5):
                    self.fail("It computes.")
            self.assertEqual(caught.exception.code, grpc.StatusCode.CANCELLED)
            # Also if it is its turn at once.
            with self.assertRaisesRegex(errors.ServingError, "left"):
                with self.admission.turn(1):
                    self.fail("It computes.")
        self.assertFalse(client_watch.is_gone())
        self.go.set()
        thread.join()


if __name__ == "__main__":
    absltest.main()
