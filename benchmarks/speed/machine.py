"""What a machine is, to read times with."""

from collections.abc import Sequence
from importlib import metadata
import os
import pathlib
import platform

_CPUINFO = pathlib.Path("/proc/cpuinfo")
# Instructions that networks gain most from, as Linux calls them.
_FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_tile")
PACKAGES = (
    *("tensorflow", "keras", "numpy", "opencv-python-headless"),
    *("ai-edge-litert", "onnxruntime", "openvino", "torch", "albumentations"),
)


def describe() -> dict[str, object]:
    """Returns processor, cores, system, and versions of what is installed."""
    return {
        "processor": _of_processor("model name") or platform.processor(),
        "instructions": sorted(
            set(_FLAGS) & set((_of_processor("flags") or "").split())
        ),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "packages": _versions(PACKAGES),
    }


def to_markdown(described: dict) -> str:
    """Returns a description as one paragraph."""
    versions = ", ".join(f"{k} {v}" for k, v in described["packages"].items())
    return (
        f"{described['processor']} ({', '.join(described['instructions'])}), "
        f"{described['cores']} cores, {described['system']}, Python "
        f"{described['python']}, {versions}.\n"
    )


def _versions(names: Sequence[str]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _of_processor(field: str) -> str | None:
    if not _CPUINFO.is_file():
        return None
    for line in _CPUINFO.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == field:
            return value.strip()
    return None
