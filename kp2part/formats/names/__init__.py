"""What classes, keypoints and parts are called, here and in files."""
