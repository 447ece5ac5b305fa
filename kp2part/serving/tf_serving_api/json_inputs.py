"""Tensors from the JSON of a predict request, in row or column form.

    {"instances": [{"image_bytes": {"b64": "..."}, "keypoints": [[1, 2, 2]]}]}
    {"inputs": {"image_bytes": [{"b64": "..."}], "keypoints": [[[1, 2, 2]]]}}

As in TensorFlow Serving, shapes have to agree with each other; they are not
compared with the signature.
"""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from tensorflow.core.protobuf import meta_graph_pb2

from kp2part.serving.tf_serving_api import errors
from kp2part.serving.tf_serving_api import json_request
from kp2part.serving.tf_serving_api import json_tensor


def decode_rows(
    instances: Sequence, inputs: Mapping[str, meta_graph_pb2.TensorInfo]
) -> dict[str, np.ndarray]:
    """Returns the tensors of the row form: an instance is a slice of each.

    Args:
        instances: One or more parsed values: objects by input name, or bare
            values if the signature has a single input.
        inputs: The inputs of the signature, by name.

    Returns:
        Arrays [N, ...] by input name; strings are object arrays of bytes.

    Raises:
        errors.ServingError: Names the first instance that breaks a rule.
    """
    named = json_tensor.is_named(instances[0])
    if not named and len(inputs) != 1:
        raise errors.invalid(
            "instances is a plain list, but expecting list of objects as "
            "multiple input tensors required as per tensorinfo_map"
        )
    if named and not all(
        json_tensor.is_named(row) and row.keys() == inputs.keys()
        for row in instances
    ):
        return _decode_one_by_one(instances, inputs)
    try:
        return {
            name: json_tensor.decode(
                [row[name] for row in instances] if named else instances,
                inputs[name],
            )
            for name in inputs
        }
    except errors.ServingError:
        # Slower, but finds out which instance it was.
        return _decode_one_by_one(instances, inputs)


def decode_columns(
    value, inputs: Mapping[str, meta_graph_pb2.TensorInfo]
) -> dict[str, np.ndarray]:
    """Returns the tensors of the column form: a value is a whole tensor.

    Args:
        value: A parsed object by input name, of which other names are
            ignored, or a bare value if the signature has a single input.
        inputs: The inputs of the signature, by name.

    Returns:
        Arrays by input name; strings are object arrays of bytes.

    Raises:
        errors.ServingError: An input is missing or breaks a rule.
    """
    if not json_tensor.is_named(value):
        if len(inputs) != 1:
            raise errors.invalid(
                "inputs is a plain value/list, but expecting an object as "
                "multiple input tensors required as per tensorinfo_map"
            )
        value = {name: value for name in inputs}
    for name in inputs:
        if name not in value:
            raise errors.invalid(
                f"Missing named input: {name} in 'inputs' object."
            )
    return {
        name: json_tensor.decode(value[name], inputs[name]) for name in inputs
    }


def _decode_one_by_one(instances, inputs):
    columns = {name: [] for name in inputs}
    named = json_tensor.is_named(instances[0])
    for i, row in enumerate(instances):
        if json_tensor.is_named(row) != named:
            raise errors.invalid(
                f"Expecting {'object' if named else 'value/list'} but got "
                f"{'list' if named else 'object'} at item {i} of input list"
            )
        members = row if named else dict.fromkeys(inputs, row)
        for name, value in members.items():
            try:
                _append(columns, name, value, inputs)
            except errors.ServingError as error:
                where = f"{i} key: {name}" if named else f"{i}"
                raise errors.invalid(
                    f"Failed to process element: {where} of 'instances' list. "
                    f"Error: {error.code.name}: {error.message}"
                ) from error
        if members.keys() != inputs.keys():
            raise errors.invalid(
                f"Failed to process element: {i} of 'instances' list. JSON "
                f"object: {json_request.quote(row)} keys must be equal to: "
                f"{','.join(sorted(inputs))}"
            )
    return {name: np.stack(slices) for name, slices in columns.items()}


def _append(columns, name, value, inputs):
    if name not in inputs:
        raise errors.invalid(f"JSON object: does not have named input: {name}")
    array = json_tensor.decode(value, inputs[name])
    first = columns[name][0] if columns[name] else array
    if array.size != first.size:
        raise errors.invalid(
            f"Expecting tensor size: {first.size} but got: {array.size}"
        )
    if array.shape != first.shape:
        raise errors.invalid(
            f"Expecting shape {_brackets(first.shape)} but got: "
            f"{_brackets(array.shape)}"
        )
    columns[name].append(array)


def _brackets(shape):
    return f"[{','.join(map(str, shape))}]"
