"""The task of a network: names, sizes, and how its input is prepared."""

import dataclasses
import math

from kp2part.schema import category as category_lib
from kp2part.system import json_file

ASPECTS = ("stretch", "pad")
STRIDE = 32  # Networks halve an image 5 times.
# The keypoints' heatmaps of one crop of this size take 300 MB.
LARGEST_IMAGE_SIZE = 2048


@dataclasses.dataclass(frozen=True)
class Task:
    """The task of a network: names, sizes, and how its input is prepared.

    It is saved inside every model, so that programs need no further settings.

    Attributes:
        category: Names of keypoints and parts.
        image_size: Side of the square crop that the network sees, in pixels.
        heatmap_sigma: Standard deviation of a keypoint's Gaussian, in pixels of
            that crop.
        context: Margin around an object's box, as a fraction of its sides.
        aspect: How a crop is made square: "stretch", or "pad".
        bones: Whether heatmaps of the skeleton's bones are added: the network
            then need not learn which keypoints are connected.
    """

    category: category_lib.Category
    image_size: int = 256
    heatmap_sigma: float = 7.0
    context: float = 0.0
    aspect: str = "stretch"
    bones: bool = False

    def __post_init__(self):
        if (
            not STRIDE <= self.image_size <= LARGEST_IMAGE_SIZE
            or self.image_size % STRIDE
        ):
            raise ValueError(
                f"`image_size` must be a positive multiple of {STRIDE} "
                "(networks halve it 5 times), at most "
                f"{LARGEST_IMAGE_SIZE}. Received: image_size={self.image_size}"
            )
        if not 0 < self.heatmap_sigma < math.inf:
            raise ValueError(
                "`heatmap_sigma` must be positive and finite. Received: "
                f"heatmap_sigma={self.heatmap_sigma}"
            )
        if self.bones and not self.category.skeleton:
            raise ValueError(
                f"`bones` needs a `skeleton` in category {self.category.name!r}"
            )
        if not 0 <= self.context <= 1:
            raise ValueError(
                f"`context` must be in [0, 1]. Received: context={self.context}"
            )
        if self.aspect not in ASPECTS:
            raise ValueError(
                f"`aspect` must be one of {ASPECTS}. Received: "
                f"aspect={self.aspect!r}"
            )

    def check_category(self, category: category_lib.Category, source: str):
        """Checks that keypoints and parts have these names, in this order.

        Args:
            category: What records or another network have.
            source: Where it comes from, for messages.

        Raises:
            ValueError: They do not: a channel would mean something else.
        """
        for field in "keypoints", "parts":
            ours = tuple(getattr(self.category, field))
            theirs = tuple(getattr(category, field))
            if ours != theirs:
                raise ValueError(
                    f"{source}: the records must have the network's "
                    f"{field}, {list(ours)}. Received: {list(theirs)}"
                )

    @property
    def num_keypoints(self) -> int:
        """K."""
        return len(self.category.keypoints)

    @property
    def num_heatmaps(self) -> int:
        """K, plus the number of bones if these are drawn."""
        bones = self.category.skeleton if self.bones else ()
        return self.num_keypoints + len(bones)

    @property
    def heatmap_mirror(self) -> tuple[int, ...]:
        """`num_heatmaps` ints: the mirror image of each heatmap."""
        points = self.category.keypoint_mirror
        if not self.bones:
            return points
        edges = [frozenset(e) for e in self.category.skeleton_indices]
        mirrored = [frozenset(points[i] for i in edge) for edge in edges]
        if set(mirrored) != set(edges):
            raise ValueError(
                "Mirroring needs a right bone for every left one in `skeleton` "
                f"of category {self.category.name!r}."
            )
        return (*points, *(len(points) + edges.index(e) for e in mirrored))

    @property
    def num_parts(self) -> int:
        """P, the number of parts, including the background."""
        return len(self.category.parts)

    def to_json(self) -> dict:
        """Returns the task as plain dicts, lists, strings and numbers."""
        return {
            **{f.name: getattr(self, f.name) for f in dataclasses.fields(self)},
            "category": self.category.to_json(),
        }

    @classmethod
    def from_json(cls, fields: dict) -> "Task":
        """Returns the task with the fields of `to_json`."""
        category = category_lib.renamed(fields.get("category"))
        fields = {**fields, "category": category}
        json_file.check_known(fields, cls, "a saved task")
        return json_file.convert(fields, cls, "a saved task")
