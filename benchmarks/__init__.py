"""Benchmarks. They report ratios within one run, because machines are noisy."""
