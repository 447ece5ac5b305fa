"""The JSON of a predict answer: row form and column form.

    {"predictions": [{"mask_bytes": {"b64": "..."}, "box": [1.0, 2.0]}]}
    {"outputs": {"mask_bytes": [{"b64": "..."}], "box": [[1.0, 2.0]]}}

With one output its values stand alone, without a name. No JSON library lets
float32 have the digits that TensorFlow Serving gives it: those texts are ours.
"""

import base64
from collections.abc import Mapping
import json
import math

import grpc
import numpy as np

from kp2part.serving import errors

_BASE64_SUFFIX = "_bytes"
_DTYPES = frozenset(
    f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)
) | {"bool", "float32", "float64"}


def encode_rows(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns an answer of the row form: an item for each of a batch.

    Args:
        outputs: Arrays [N, ...] by name; strings are object arrays of bytes.
            Bytes are base64 where the name ends in `_bytes`, otherwise they
            are put out as they are, even if they are not UTF-8.

    Raises:
        errors.ServingError: The batch sizes differ, or a dtype has no JSON.
    """
    _check_batch(outputs)
    columns = [_texts(k, v, kept=1) for k, v in sorted(outputs.items())]
    if len(columns) == 1:
        return _response("predictions", _list(columns[0]))
    names = [json.dumps(name) for name in sorted(outputs)]
    rows = (_object(names, row) for row in zip(*columns, strict=True))
    return _response("predictions", _list(rows))


def encode_columns(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns an answer of the column form: whole tensors.

    Args:
        outputs: Arrays by name, as for `encode_rows`, of any batch sizes.

    Raises:
        errors.ServingError: A dtype has no JSON.
    """
    columns = [_texts(k, v, kept=0)[0] for k, v in sorted(outputs.items())]
    if len(columns) == 1:
        return _response("outputs", columns[0])
    names = [json.dumps(name) for name in sorted(outputs)]
    return _response("outputs", _object(names, columns))


def _response(key, text):
    # Bytes that are no UTF-8 come out as they went in.
    return f'{{\n    "{key}": {text}\n}}'.encode(errors="surrogateescape")


def _list(texts):
    return f"[{', '.join(texts)}]"


def _object(names, texts):
    members = (f"{n}: {t}" for n, t in zip(names, texts, strict=True))
    return f"{{{', '.join(members)}}}"


def _check_batch(outputs):
    batch = None
    for name, array in sorted(outputs.items()):
        if not array.ndim:
            raise _invalid(f"Tensor name: {name} has no shape information ")
        if batch is None:
            batch = len(array)
        if len(array) != batch:
            raise _invalid(
                f"Tensor name: {name} has inconsistent batch size: "
                f"{len(array)} expecting: {batch}"
            )


def _texts(name, array, kept):
    """Returns the JSON of an array's slices along its first `kept` axes."""
    if array.dtype != object and array.dtype.name not in _DTYPES:
        # As TensorFlow calls them.
        dtype = {"float16": "half"}.get(array.dtype.name, array.dtype.name)
        raise _invalid(f"Failed to write JSON value for tensor type: {dtype}")
    if array.dtype == object:
        leaves = [_string(name, value) for value in array.ravel()]
    elif array.dtype == np.float32:
        leaves = _float32_texts(array.ravel())
    else:
        slices = array.tolist() if kept else [array.tolist()]
        return list(map(json.dumps, slices))
    return _nest(leaves, array.shape, kept)


def _nest(texts, shape, kept):
    for axis in reversed(range(kept, len(shape))):
        size, count = shape[axis], math.prod(shape[:axis])
        texts = [_list(texts[i * size : (i + 1) * size]) for i in range(count)]
    return texts


def _string(name, value):
    if name.endswith(_BASE64_SUFFIX):
        return f'{{"b64": "{base64.b64encode(value).decode()}"}}'
    return json.dumps(
        value.decode(errors="surrogateescape"), ensure_ascii=False
    )


def _float32_texts(values):
    """Returns decimals of six digits where they are read back as the same.

    Otherwise of nine, which is as many as any float32 needs. Whole numbers
    have a `.0`, but where there is an exponent.
    """
    with np.errstate(all="ignore"):
        exact = values.astype(np.float64)
        scale = 10.0 ** (5 - np.floor(np.log10(np.abs(exact))))
        six = (np.rint(exact * scale) / scale).astype(np.float32) == values
    whole = values == np.trunc(values)
    magnitude = np.abs(values)
    formats = np.select(
        [
            np.isnan(values),
            values == np.inf,
            values == -np.inf,
            six & whole & (magnitude < 1e6),
            six,
            whole & (magnitude < 1e9),
        ],
        # A precision of no characters takes a number and writes nothing.
        [
            "%.0sNaN",
            "%.0sInfinity",
            "%.0s-Infinity",
            "%.6g.0",
            "%.6g",
            "%.9g.0",
        ],
        "%.9g",
    )
    formats = formats.tolist()
    return [f % v for f, v in zip(formats, values.tolist(), strict=True)]


def _invalid(text):
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, text)
