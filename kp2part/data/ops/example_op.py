"""What a preprocessing op is: example -> example, inside `tf.data`.

An op maps a dict of tensors under the keys of `schema` to a new dict and does
not modify its argument. The modules beside this one each have one: `make`
takes settings and returns the op. Random ops depend only on `SEED`: the same
seed gives the same example, whatever runs in parallel. What an op draws moves
image, mask and keypoints together; `draw` returns it.
"""

from collections.abc import Callable

import tensorflow as tf

from kp2part.schema import keys

SEED = "seed"  # int32 [2]

Example = dict[str, tf.Tensor]
Op = Callable[[Example], Example]


def with_maps(
    example: Example, change: Callable[[tf.Tensor], tf.Tensor]
) -> Example:
    """Returns the changed prior maps of an example; empty if it has none."""
    maps = example.get(keys.PRIOR_MAPS)
    return {} if maps is None else {keys.PRIOR_MAPS: change(maps)}
