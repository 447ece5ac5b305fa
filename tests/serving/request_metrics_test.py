import time

from absl.testing import absltest

from kp2part.serving import request_metrics


class ServingMetricsTest(absltest.TestCase):
    def test_latencies_are_in_microseconds(self):
        metrics = request_metrics.Metrics()
        started = time.perf_counter() - 0.003
        metrics.observe("m", "Predict", "REST", "200", started)
        metrics.observe("m", "Predict", "REST", "400", started)
        lines = metrics.text().decode().splitlines()
        labels = 'API="Predict",entrypoint="REST",'
        name = ":tensorflow:serving:request_latency_bucket"
        # 3 ms lie above 1,000 and below 1,024,000 microseconds.
        for bound, count in ("1000.0", 0), ("1.024e+06", 2):
            self.assertIn(
                f'{name}{{{labels}le="{bound}",model_name="m"}} {count}.0',
                lines,
            )
        for status in "200", "400":
            self.assertIn(
                f":tensorflow:serving:request_count_total{{{labels}"
                f'model_name="m",status="{status}"}} 1.0',
                lines,
            )

    def test_two_do_not_share_counts(self):
        request_metrics.Metrics().observe("m", "Predict", "REST", "200", 0.0)
        self.assertNotIn(b'model_name="m"', request_metrics.Metrics().text())


if __name__ == "__main__":
    absltest.main()
