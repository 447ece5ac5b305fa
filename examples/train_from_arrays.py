"""Trains a network from NumPy arrays: your own data, without TFRecords.

python examples/train_from_arrays.py ARRAYS.npz CATEGORY OUTPUT.keras [EPOCHS]

ARRAYS.npz has `image` uint8 [N, S, S, 3], RGB; `keypoints` float32 [N, K, 3],
rows of (x, y, v) in pixels, v = 0 for absent ones; `part_mask` uint8 [N, S, S],
part ids, 255 where unknown. S is a multiple of 32. CATEGORY names the keypoints
and parts: one of the package ("horse") or the path of a .json file.
"""

import sys

import numpy as np
import tensorflow as tf

import kp2part

arrays = dict(np.load(sys.argv[1]))
category, output = kp2part.load_category(sys.argv[2]), sys.argv[3]
epochs = int(sys.argv[4]) if len(sys.argv) > 4 else 20

task = kp2part.Task(category, arrays["image"].shape[1], heatmap_sigma=2.6)
sizes = kp2part.Architecture("squeezenet", 4, (16, 32, 48, 48, 48))
network = kp2part.build_network("kp2part", task, sizes)
network.compile("adam", {x: kp2part.PartLoss(0.5) for x in network.output})
network.optimizer.build(network.trainable_variables)  # Saves a minute.


def prepare(batch):
    heatmaps = kp2part.draw_heatmaps(batch["keypoints"], task)
    inputs = {"image": tf.cast(batch["image"], tf.float32)}
    targets = {name: batch["part_mask"] for name in network.output}
    return {**inputs, "heatmaps": heatmaps}, targets


examples = tf.data.Dataset.from_tensor_slices(arrays)
network.fit(examples.shuffle(1000).batch(16).map(prepare), epochs=epochs)
parts = network.predict(examples.batch(16).map(prepare))["parts"].argmax(-1)
matrix = kp2part.confusion(arrays["part_mask"], parts, task.num_parts).sum(0)
print(f"Mean IoU on what it learned from: {kp2part.mean_iou(matrix):.3f}")
network.save(output)
