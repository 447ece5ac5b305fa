"""Builds shards of TFRecords from photos and annotations."""
