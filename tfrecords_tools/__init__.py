"""Programs that turn annotated photos into TFRecords of cropped instances."""
