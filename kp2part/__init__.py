"""Keypoint-guided object part segmentation.

What a script needs, under one name; the rooms below (`kp2part.data`,
`kp2part.models`, ...) have the rest. Nothing is imported before it is used:
`import kp2part` takes milliseconds.

The names of a category, and the task of a network for its objects:

    >>> import kp2part
    >>> category = kp2part.load_category("horse")  # Or the path of a .json.
    >>> isinstance(category, kp2part.Category)
    True
    >>> list(category.parts)
    ['background', 'head', 'torso', 'legs', 'tail']
    >>> task = kp2part.Task(category, image_size=64, heatmap_sigma=2.0)

A new network; its inputs and outputs are dicts of named tensors:

    >>> sizes = kp2part.Architecture(pose_widths=(4, 4, 4, 4, 4))
    >>> network = kp2part.build_network("pose_to_part", task, sizes)
    >>> network.input["heatmaps"].shape, network.output["parts"].shape
    ((None, 64, 64, 20), (None, 64, 64, 5))
    >>> network.compile("adam", kp2part.PartLoss(dice_weight=0.5))

Its training on records of `tfrecords_tools.build`; without records, see
examples/train_from_arrays.py:

    >>> manifest = kp2part.load_manifest("records")
    >>> isinstance(manifest, kp2part.Manifest)
    True
    >>> train = kp2part.Examples(manifest, ("train",))
    >>> val = kp2part.Examples(manifest, ("val",))
    >>> select = kp2part.make_select(network)
    >>> moves = kp2part.Augmentation(rotation=20.0, scale=0.2)
    >>> batches = kp2part.train_batches(train, task, 2, augmentation=moves)
    >>> history = network.fit(
    ...     batches.map(select),
    ...     steps_per_epoch=kp2part.steps_per_epoch(train, 2),
    ...     validation_data=kp2part.eval_batches(val, task, 2).map(select),
    ...     shuffle=False,
    ...     verbose=0,
    ... )
    >>> network.save("horse.keras")

A trained network, of a file or of the package, and its scores:

    >>> network = kp2part.load_network("horse.keras")
    >>> kp2part.task_of(network) == task
    True
    >>> batch = next(kp2part.eval_batches(val, task, 2).as_numpy_iterator())
    >>> heatmaps = kp2part.draw_heatmaps(batch["keypoints"], task)
    >>> logits = network.predict_on_batch({"heatmaps": heatmaps})["parts"]
    >>> labels = batch["part_mask"]
    >>> matrix = kp2part.confusion(labels, logits.argmax(-1), task.num_parts)
    >>> kp2part.iou(matrix.sum(0)).shape  # Of each part, over both images.
    (5,)
    >>> bool(0 <= kp2part.mean_iou(matrix.sum(0)) <= 1)
    True
    >>> kp2part.load_preset("quadruped_lite").count_params()
    4415850

A model that was exported, here or on a server, and the parts that it predicts:

    >>> import numpy as np
    >>> path = kp2part.preset_directory("quadruped_lite")
    >>> keypoints = np.zeros([1, 20, 3], np.float32)
    >>> keypoints[0, :2] = [[30, 40, 2], [70, 45, 2]]
    >>> with kp2part.connect(str(path)) as model:
    ...     (prediction,) = model([open("photo.jpg", "rb").read()], keypoints)
    >>> prediction.mask.shape  # Part ids, of the photo's own size.
    (70, 90)
"""

import importlib
from typing import TYPE_CHECKING

from kp2part import registration
from kp2part.version import __version__

# Where each name comes from, for `__getattr__`. What follows says the same to
# type checkers and editors.
_SOURCES = {
    "Architecture": "kp2part.models.architecture:Architecture",
    "Augmentation": "kp2part.data.augmentation:Augmentation",
    "Category": "kp2part.schema.category:Category",
    "Examples": "kp2part.data.example_set:Examples",
    "Manifest": "kp2part.data.manifest:Manifest",
    "PartLoss": "kp2part.models.losses:PartLoss",
    "Task": "kp2part.schema.task:Task",
    "build_network": "kp2part.models.networks:build",
    "confusion": "kp2part.evaluation.metrics:confusion",
    "connect": "kp2part.client:connect",
    "draw_heatmaps": "kp2part.data.heatmaps:draw_pose",
    "eval_batches": "kp2part.data.input_pipeline:eval_batches",
    "iou": "kp2part.evaluation.metrics:iou",
    "load_category": "kp2part.schema.category:load",
    "load_manifest": "kp2part.data.manifest:load",
    "load_network": "kp2part.models.model_file:load_network",
    "load_preset": "kp2part.presets:load",
    "make_select": "kp2part.data.input_pipeline:make_select",
    "mean_iou": "kp2part.evaluation.metrics:mean_iou",
    "preset_directory": "kp2part.presets:directory",
    "steps_per_epoch": "kp2part.data.input_pipeline:steps_per_epoch",
    "task_of": "kp2part.models.metadata:task_of",
    "train_batches": "kp2part.data.input_pipeline:train_batches",
}

if TYPE_CHECKING:
    from kp2part import client
    from kp2part import presets
    from kp2part.data import augmentation
    from kp2part.data import example_set
    from kp2part.data import heatmaps
    from kp2part.data import input_pipeline
    from kp2part.data import manifest
    from kp2part.evaluation import metrics
    from kp2part.models import architecture
    from kp2part.models import losses
    from kp2part.models import metadata
    from kp2part.models import model_file
    from kp2part.models import networks
    from kp2part.schema import category
    from kp2part.schema import task

    Architecture = architecture.Architecture
    Augmentation = augmentation.Augmentation
    Category = category.Category
    Examples = example_set.Examples
    Manifest = manifest.Manifest
    PartLoss = losses.PartLoss
    Task = task.Task
    build_network = networks.build
    confusion = metrics.confusion
    connect = client.connect
    draw_heatmaps = heatmaps.draw_pose
    eval_batches = input_pipeline.eval_batches
    iou = metrics.iou
    load_category = category.load
    load_manifest = manifest.load
    load_network = model_file.load_network
    load_preset = presets.load
    make_select = input_pipeline.make_select
    mean_iou = metrics.mean_iou
    preset_directory = presets.directory
    steps_per_epoch = input_pipeline.steps_per_epoch
    task_of = metadata.task_of
    train_batches = input_pipeline.train_batches
else:
    # Not for type checkers, to which any name would exist then.
    def __getattr__(name: str):
        if name not in _SOURCES:
            raise AttributeError(f"module 'kp2part' has no attribute {name!r}")
        module, attribute = _SOURCES[name].split(":")
        value = getattr(importlib.import_module(module), attribute)
        globals()[name] = value  # The next time Python finds it by itself.
        return value


__all__ = ["__version__", *_SOURCES]  # noqa: PLE0604


def __dir__() -> list[str]:
    return sorted({*globals(), *_SOURCES})


registration.install()
