"""Segments one object with an exported model. Needs TensorFlow, not kp2part.

python examples/predict_from_bytes.py MODEL PHOTO KEYPOINTS.json MASK.png
"""

import json
import pathlib
import sys

import tensorflow as tf

model, photo, keypoints, mask = (pathlib.Path(arg) for arg in sys.argv[1:])
segment = tf.saved_model.load(str(model)).signatures["serving_default"]
prediction = segment(
    image_bytes=tf.constant([photo.read_bytes()]),  # JPEG or PNG
    keypoints=tf.constant([json.loads(keypoints.read_text())], tf.float32),
)
mask.write_bytes(
    prediction["mask_bytes"].numpy()[0]
)  # PNG; levels are part ids.
print("Wrote", mask)
