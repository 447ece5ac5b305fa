"""Packages that only some programs need, and how they are installed."""

# The optional dependencies of pyproject.toml that programs import, as modules.
MODULES = {
    "annotations": ("defusedxml", "PIL", "pycocotools", "scipy"),
    "plots": ("jinja2", "matplotlib"),
    "serve": (
        *("grpc", "prometheus_client", "rapidjson", "tensorflow_serving"),
        "waitress",
    ),
    "client": ("grpc", "requests", "tensorflow_serving"),
    "saliency": ("tf_keras_vis",),
    "export": (
        *("ai_edge_litert", "ai_edge_quantizer", "onnx", "onnxruntime"),
        *("openvino", "tf2onnx"),
    ),
    "litert": ("ai_edge_litert", "simplejpeg"),
    "jax": ("jax",),
    "sleap": ("sleap_io",),
    "beam": ("apache_beam",),
}


def explain(error: ModuleNotFoundError) -> str | None:
    """Returns which extra of kp2part brings a missing module.

    Args:
        error: Of the import.

    Returns:
        A sentence, None if no extra has the module.
    """
    module = (error.name or "").partition(".")[0]
    extras = [name for name, modules in MODULES.items() if module in modules]
    if not extras:
        return None
    commands = " or ".join(f'pip install "kp2part[{name}]"' for name in extras)
    return f"the package of module {module!r} is not installed: {commands}"
