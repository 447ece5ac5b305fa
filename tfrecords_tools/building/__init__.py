"""Photos and annotations become shards of TFRecords."""
