"""How large the work is: that of the table, or little, for a test."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Sizes:
    """The sizes of the work.

    Attributes:
        photos: Number of drawn photos.
        network_batches: Crops that the network takes at once.
        steps: Names of recipes in configs/, each with its batch size.
        step_flags: Flags of the training, after those of the recipe.
        crops: Sides of the crops of the input pipeline, in pixels.
        batch_size: Of the input pipeline.
        batches: Batches of a run of it.
        megapixels: Of photos with one animal.
        animals: Animals of a large photo.
        starts: Whether programs load models, or only show their help.
    """

    photos: int = 300
    network_batches: tuple[int, ...] = (1, 16)
    steps: tuple[tuple[str, int], ...] = (("best", 16), ("paper", 4))
    step_flags: tuple[str, ...] = ()
    crops: tuple[int, ...] = (192, 256)
    batch_size: int = 16
    batches: int = 8
    megapixels: tuple[float, ...] = (0.3, 12)
    animals: int = 20
    starts: bool = True


FULL = Sizes()
QUICK = Sizes(
    photos=12,
    network_batches=(1,),
    steps=(("best", 2),),
    step_flags=(
        *("--encoder=squeezenet", "--num_filters=1", "--image_size=32"),
        "--pose_widths=1,1,1,1,1",
    ),
    crops=(32,),
    batch_size=4,
    batches=1,
    megapixels=(0.1,),
    animals=2,
    starts=False,
)
