"""The norm of the gradient, from what Adam keeps of it anyway.

Adam's velocity v is a running mean of the squared gradient: after n steps with
the gradients g_1 to g_n it is b^n v_0 + (1 - b) sum_i b^(n - i) g_i^2, where b
is `beta_2`. Summed over all weights, the v before and after an epoch thus tell
the mean square of the norm of the gradient in between, and no step takes any
longer for it.
"""

import keras
import numpy as np


class GradientNorm(keras.callbacks.Callback):
    """Measures the global norm of the gradient over an epoch.

    It is the root of the mean square over the steps of the gradient that moves
    the weights: after the sum over devices, and without the loss scale of
    float16. Later steps weigh more, by 1 / `beta_2` each.

    Attributes:
        value: Of the epoch that ended last; None if the optimizer is not Adam
            or AdamW, clips gradients before it keeps them, or made no step.
    """

    value: float | None = None

    def on_epoch_begin(self, epoch, logs=None):
        self._begun = _state(self.model)

    def on_epoch_end(self, epoch, logs=None):
        before, now = self._begun, _state(self.model)
        self.value = None
        if before and now and (steps := now[0] - before[0]):
            decay = _adam(self.model).beta_2 ** steps
            squares = (now[1] - decay * before[1]) / (1 - decay)
            self.value = float(np.sqrt(max(squares, 0.0)))


def _adam(model: keras.Model) -> keras.optimizers.Adam | None:
    """Returns the optimizer if it is Adam, or AdamW, which is a kind of it."""
    # That of float16 is inside another, which scales the loss.
    found = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if not isinstance(found, keras.optimizers.Adam):
        return None
    clips = found.clipnorm, found.clipvalue, found.global_clipnorm
    return found if clips == (None, None, None) else None


def _state(model: keras.Model) -> tuple[int, float] | None:
    """Returns the number of steps so far, and the sum of the velocities."""
    if (optimizer := _adam(model)) is None:
        return None
    velocities = [
        keras.ops.convert_to_numpy(variable)
        for variable in optimizer.variables
        if variable.name.endswith("velocity")
    ]
    total = sum(value.sum(dtype=np.float64) for value in velocities)
    steps = keras.ops.convert_to_numpy(optimizer.iterations)
    return int(steps), float(total)
