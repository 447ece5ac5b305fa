"""Why a network predicts what it predicts: maps, and effects of keypoints."""
