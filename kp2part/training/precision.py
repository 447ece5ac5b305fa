"""Which dtype policy is fastest on this machine."""

import pathlib

import keras

_AMPERE = 8  # Nvidia's first GPUs with bfloat16.


def fastest() -> str:
    """Returns the dtype policy that is fastest on this machine."""
    if keras.backend.backend() == "jax":
        return _fastest_of_jax()
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        if tf.config.list_physical_devices("GPU"):
            return "mixed_float16"
    return _fastest_of_cpu()


def _fastest_of_jax() -> str:
    import jax

    device = jax.devices()[0]
    if device.platform == "cpu":
        return _fastest_of_cpu()
    # "9.0" of an H100; other makes do not say, and all have bfloat16.
    capability = getattr(device, "compute_capability", None)
    if capability and float(capability) < _AMPERE:
        return "mixed_float16"
    return "mixed_bfloat16"


def _fastest_of_cpu() -> str:
    # With matrix units for bfloat16 (AMX), half the time of float32 was
    # measured. Without them bfloat16 is emulated.
    cpu = pathlib.Path("/proc/cpuinfo")
    flags = cpu.read_text() if cpu.is_file() else ""
    return "mixed_bfloat16" if "amx_bf16" in flags else "float32"
