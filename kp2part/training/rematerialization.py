"""Less memory for a step: cheap values are computed twice instead of kept.

The gradient needs what the layers have computed. Kept are the results of
convolutions, which cost the time; normalized values, activations, enlarged and
joined features are computed again. It changes no value.

Keras's own `RematScope` wraps single layers and takes no argument `training`
of theirs (Keras 3.15), so that BatchNormalization cannot be in it.
"""

import keras

# The primitives of JAX whose results are kept.
_COSTLY = "conv_general_dilated", "dot_general"


def check(remat: bool):
    """Checks that the backend can do it, if it is wanted.

    Raises:
        ValueError: It cannot.
    """
    backend = keras.backend.backend()
    if remat and backend != "jax":
        raise ValueError(
            "`remat` can be true with KERAS_BACKEND=jax only. With others use "
            "a smaller --batch_size, and --accumulate. Received: remat=True "
            f"with KERAS_BACKEND={backend}"
        )


def apply(model: keras.Model):
    """Makes the training steps of a network take less memory, with JAX.

    Args:
        model: A network of `models`, compiled; changed in place.
    """
    import jax

    whole = model.compute_loss_and_updates

    def compute(*variables_and_batch, training=False, optimizer_variables=None):
        def step(optimizer_variables, *rest):
            return whole(
                *rest,
                training=training,
                optimizer_variables=optimizer_variables,
            )

        if training:
            step = jax.checkpoint(step, policy=_is_kept)
        return step(optimizer_variables, *variables_and_batch)

    model.compute_loss_and_updates = compute


def _is_kept(primitive, *_, **__) -> bool:
    return primitive.name in _COSTLY
