"""What `python -m benchmarks` measures: one module for each subject."""
