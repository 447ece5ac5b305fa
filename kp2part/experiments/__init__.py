"""Comparisons of systems over many runs, as tables, charts and examples."""
