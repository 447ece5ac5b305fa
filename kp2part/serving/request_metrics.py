"""Counts requests for Prometheus, under TensorFlow Serving's names.

Prometheus's Python client adds `_total` to the name of a counter.
"""

import time

import prometheus_client

# Microseconds, as TensorFlow Serving counts them: 0.25 ms to 65 s.
_BUCKETS = tuple(250 * 4**i for i in range(10))


class Metrics:
    """Counts and latencies of requests. Safe to share between threads.

    Attributes:
        content_type: The HTTP content type of `text`.
    """

    content_type = prometheus_client.CONTENT_TYPE_LATEST

    def __init__(self):
        self._registry = prometheus_client.CollectorRegistry()
        prometheus_client.ProcessCollector(registry=self._registry)
        self._counts = prometheus_client.Counter(
            ":tensorflow:serving:request_count",
            "Requests, by the status of the response.",
            ("model_name", "API", "entrypoint", "status"),
            registry=self._registry,
        )
        self._latencies = prometheus_client.Histogram(
            ":tensorflow:serving:request_latency",
            "Microseconds from a request to its response.",
            ("model_name", "API", "entrypoint"),
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def observe(
        self,
        model_name: str,
        method: str,
        entrypoint: str,
        status: str,
        started: float,
    ):
        """Counts one request.

        Args:
            model_name: A name of ours, never one that a client made up: each
                would stay in memory.
            method: "Predict", "GetModelMetadata" or "GetModelStatus".
            entrypoint: "REST" or "GRPC".
            status: The HTTP status, or the code's name ("OK").
            started: The value of `time.perf_counter` when it began.
        """
        seconds = time.perf_counter() - started
        self._counts.labels(model_name, method, entrypoint, status).inc()
        self._latencies.labels(model_name, method, entrypoint).observe(
            seconds * 1e6
        )

    def text(self) -> bytes:
        """Returns all metrics in Prometheus's text format."""
        return prometheus_client.generate_latest(self._registry)
