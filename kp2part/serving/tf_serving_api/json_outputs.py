"""The JSON of a predict response, in row or column form.

    {"predictions": [{"mask_bytes": {"b64": "..."}, "box": [1.0, 2.0]}]}
    {"outputs": {"mask_bytes": [{"b64": "..."}], "box": [[1.0, 2.0]]}}

The values of a single output stand alone, without a name. No JSON library
writes a float32 with the digits that TensorFlow Serving writes, so this module
formats them itself.
"""

import base64
from collections.abc import Mapping
import json
import math

import numpy as np

from kp2part.serving.tf_serving_api import errors

_BASE64_SUFFIX = "_bytes"
_DTYPES = frozenset(
    f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)
) | {"bool", "float32", "float64"}


def encode_rows(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns a response in row form: one item for each row of the batch.

    Args:
        outputs: Arrays [N, ...] by name; strings are object arrays of bytes.
            They are written as base64 if the name ends in `_bytes`, and
            otherwise as they are, even if they are not UTF-8.

    Raises:
        errors.ServingError: The batch sizes differ, or JSON has no form for
            a dtype.
    """
    _check_batch(outputs)
    columns = [_texts(k, v, kept=1) for k, v in sorted(outputs.items())]
    if len(columns) == 1:
        return _response("predictions", _list(columns[0]))
    names = [json.dumps(name) for name in sorted(outputs)]
    rows = (_object(names, row) for row in zip(*columns, strict=True))
    return _response("predictions", _list(rows))


def encode_columns(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns a response in column form: whole tensors.

    Args:
        outputs: Arrays by name, as for `encode_rows`, of any batch sizes.

    Raises:
        errors.ServingError: JSON has no form for a dtype.
    """
    columns = [_texts(k, v, kept=0)[0] for k, v in sorted(outputs.items())]
    if len(columns) == 1:
        return _response("outputs", columns[0])
    names = [json.dumps(name) for name in sorted(outputs)]
    return _response("outputs", _object(names, columns))


def _response(key, text):
    # Bytes that are not UTF-8 come out as they went in.
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
            raise errors.invalid(
                f"Tensor name: {name} has no shape information "
            )
        if batch is None:
            batch = len(array)
        if len(array) != batch:
            raise errors.invalid(
                f"Tensor name: {name} has inconsistent batch size: "
                f"{len(array)} expecting: {batch}"
            )


def _texts(name, array, kept):
    """Returns the JSON of an array's slices along its first `kept` axes."""
    if array.dtype != object and array.dtype.name not in _DTYPES:
        # TensorFlow's own names.
        dtype = {"float16": "half"}.get(array.dtype.name, array.dtype.name)
        raise errors.invalid(
            f"Failed to write JSON value for tensor type: {dtype}"
        )
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
    """Returns decimals of six digits where that reads back as the same value.

    Elsewhere of nine digits, which are enough for any float32. Whole numbers
    end in `.0` unless they have an exponent.
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
        # `%.0s` consumes the number and writes nothing.
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
