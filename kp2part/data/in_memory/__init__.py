"""Examples that are decoded once, kept in memory and augmented in batches."""
