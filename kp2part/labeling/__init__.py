"""Labels photos by their keypoints, any number of them; see `transfer`."""
