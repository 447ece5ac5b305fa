"""From TFRecords to batches: records, crops, heatmaps, augmentation."""
