"""What the masks are that judge a network, and what its scores are then called.

A network can be judged by masks that a person drew, or by pseudo-labels, masks
that a rule made. Agreement with these is no accuracy, and must not be called
so.
"""

from collections.abc import Mapping
import dataclasses


@dataclasses.dataclass(frozen=True)
class LabelKind:
    """Words for masks of one origin.

    Attributes:
        mask: A mask that judges: the heading of its column.
        measure: What an IoU with such masks is.
        caution: Sentences on what the measure does not say; may be empty.
    """

    mask: str
    measure: str
    caution: str = ""

    @property
    def title(self) -> str:
        """The measure at the beginning of a sentence."""
        return self.measure[0].upper() + self.measure[1:]


_UNKNOWN = LabelKind("label", "IoU")
KINDS = {
    "true": LabelKind("truth", "IoU"),
    "pseudo": LabelKind(
        "pseudo-label",
        "agreement with pseudo-labels",
        "IoU with masks that a rule made, for training and for evaluation "
        "alike. It does not measure accuracy.",
    ),
}


def of(scores: Mapping) -> LabelKind:
    """Returns the words for the labels of some scores, of metrics.json.

    Scores of an earlier version do not say what their labels are: the words are
    then true of either kind.
    """
    return KINDS[scores["labels"]] if "labels" in scores else _UNKNOWN
