"""Trains a network in a script of one's own, with Keras's compile and fit.

python examples/train_in_your_script.py TFRECORDS OUTPUT.keras [EPOCHS]
"""

import sys

import keras

from kp2part.data import example_set
from kp2part.data import input_pipeline
from kp2part.data import manifest
from kp2part.models import architecture
from kp2part.models import losses
from kp2part.models import networks
from kp2part.schema import task as task_lib

tfrecords, output, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])

records = manifest.load(tfrecords)
task = task_lib.Task(records.category, image_size=96, heatmap_sigma=2.6)
model = networks.build(
    "kp2part", task, architecture.Architecture("squeezenet", num_filters=4)
)
train, val = (example_set.Examples(records, (s,)) for s in ("train", "val"))
select = input_pipeline.make_select(model)
batches = input_pipeline.train_batches(train, task, batch_size=16)
model.compile(
    keras.optimizers.Adam(1e-3),
    loss={name: losses.PartLoss(dice_weight=0.5) for name in model.output},
    loss_weights={"pseudo_parts": 0.01, "parts": 1.0},
)
model.optimizer.build(model.trainable_variables)  # Saves a minute in step 1.
model.fit(
    batches.map(select),
    epochs=epochs,
    steps_per_epoch=input_pipeline.steps_per_epoch(train, 16),
    validation_data=input_pipeline.eval_batches(val, task, 16).map(select),
)
model.save(output)
