from absl.testing import absltest

from tfrecords_tools.building import local_runner


class LocalRunnerTest(absltest.TestCase):
    def test_a_worker_is_started_if_there_is_work_for_it(self):
        for num_images, num_cores, expected in (
            (0, 8, 1),
            (300, 2, 1),
            (1999, 2, 1),
            (2000, 2, 2),
            (1_000_000, 8, 8),
            (5000, 1, 1),
        ):
            found = local_runner._num_workers(num_images, num_cores)
            self.assertEqual(found, expected, (num_images, num_cores))


if __name__ == "__main__":
    absltest.main()
