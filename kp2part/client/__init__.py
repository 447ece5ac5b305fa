"""Part masks of objects from an exported model, wherever it runs.

    from kp2part import client

    with client.connect("http://127.0.0.1:8501/v1/models/mine") as predict:
        (prediction,) = predict([photo_bytes], keypoints[np.newaxis])
    prediction.mask  # uint8 [H, W], part ids.

Predictions and errors are the same for a directory, TensorFlow Serving's REST
and its gRPC, and for a LiteRT file, which needs no TensorFlow.
"""

import pathlib

from kp2part.client import part_client


def connect(
    address: str, timeout_seconds: float = 60.0, *, quality: bool = False
) -> part_client.PartClient:
    """Returns a client of a model. Nothing is sent before the first call.

    Args:
        address: One of
            http://HOST:8501/v1/models/NAME (or https), for the REST API;
            grpc://HOST:8500/NAME, or grpcs for TLS, for the gRPC API;
            a directory written by kp2part.export, to compute in this
            process, or its .tflite file, to do so without TensorFlow. A
            SavedModel is a program: load only models you trust.
            The first two may end in /versions/NUMBER.
        timeout_seconds: How long a request to a server may take.
        quality: Whether to ask for the quality of masks, if the model tells it.

    Raises:
        ValueError: Not an address, or not the directory or file of a model.
        ModuleNotFoundError: A package that it needs is not installed.
    """
    # Each imports packages of its own; importing TensorFlow takes seconds.
    scheme = address.split("://")[0] if "://" in address else None
    backend: part_client.Backend
    if scheme in ("http", "https"):
        from kp2part.client import over_rest

        backend = over_rest.OverRest(address, timeout_seconds)
    elif scheme in ("grpc", "grpcs"):
        from kp2part.client import over_grpc

        backend = over_grpc.OverGrpc(address, timeout_seconds)
    elif scheme is None and pathlib.Path(address).suffix == ".tflite":
        from kp2part.client import litert

        backend = litert.Predictor(address)
    elif scheme is None:
        from kp2part.client import in_process

        backend = in_process.Predictor(address)
    else:
        raise ValueError(
            "`address` must be a directory or a .tflite file, or begin with "
            "http://, https://, grpc:// or grpcs://. Received: "
            f"address={address!r}"
        )
    return part_client.PartClient(backend, quality=quality)
