"""The scores reported in the paper, where they are comparable to ours.

Naha et al., 2021, section 4: mean IoU in percent, over background, head, torso,
legs and tail, in five folds. All values stated in the text are included, except
those of RefineNet on single classes: the text lists six values for five
classes.
"""

from kp2part.experiments import protocols
from kp2part.schema import category as category_lib
from kp2part.training import config as config_lib

_PARTS = ("background", "head", "torso", "legs", "tail")
_NUM_FOLDS = 5
_CLASSES = {
    "sheep": {"full model": 49.83},
    "horse": {"full model": 60.16},
    "cow": {"full model": 51.48},
    "dog": {"full model": 59.50},
    "cat": {"full model": 58.84},
}
_POOLED = {"full model": 63.69, "TernausNet": 60.00, "RefineNet": 17.27}


def figures(
    config: config_lib.TrainConfig, category: category_lib.Category
) -> dict[str, dict[str, float]]:
    """Returns the paper's figures for the groups of `protocols.folds`.

    Args:
        config: The settings that all runs share.
        category: The category of the records.

    Returns:
        Group -> the paper's system -> mean IoU in percent. Empty if our parts,
        folds or objects differ from the paper's.
    """
    selection = config.selection
    ours = (
        selection.num_folds,
        selection.train_fraction,
        selection.holdout_class,
    )
    if tuple(category.parts) != _PARTS or ours != (_NUM_FOLDS, 1, None):
        return {}
    found = {
        name: _CLASSES[name] for name in category.classes if name in _CLASSES
    }
    if set(category.classes) == set(_CLASSES) and not selection.classes:
        found[protocols.POOLED] = _POOLED
    return found
