import threading

from absl.testing import absltest
import grpc

from kp2part.serving import admission as admission_lib
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


if __name__ == "__main__":
    absltest.main()
