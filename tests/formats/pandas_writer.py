"""Writes HDF5 files in the two layouts of pandas, without pandas.

As pandas 2.3 and PyTables 3.11 do for tables of DeepLabCut, less what no reader
looks at.
"""

import pickle

import h5py
import numpy as np


def save_fixed(path, header, index, values, key="df_with_missing"):
    """A "fixed" table: names in levels. `index` has tuples, or numbers."""
    with h5py.File(path, "w") as file:
        group = file.create_group(key)
        group.attrs["pandas_type"] = np.bytes_(b"frame")
        _levels(group, "axis0", header)
        _levels(group, "block0_items", header)
        if isinstance(index[0], tuple):
            _levels(group, "axis1", index)
        else:
            group["axis1"] = np.array(index)
        group["block0_values"] = np.float64(values)
        group["block0_values"].attrs["transposed"] = 1


def _levels(group, axis, names):
    for number, column in enumerate(zip(*names, strict=True)):
        level = sorted(set(column))
        group[f"{axis}_level{number}"] = np.bytes_(level)
        labels = np.int8([level.index(name) for name in column])
        group[f"{axis}_label{number}"] = labels


def save_table(path, header, index, values, key="df_with_missing"):
    """A "table": the names of its columns are pickled."""
    values = np.float64(values)
    index = np.array(index)
    rows = np.zeros(
        len(index),
        [("index", index.dtype), ("values_block_0", "f8", values.shape[1:])],
    )
    rows["index"], rows["values_block_0"] = index, values
    with h5py.File(path, "w") as file:
        group = file.create_group(key)
        group.attrs["pandas_type"] = np.bytes_(b"frame_table")
        group["table"] = rows
        pickled = pickle.dumps(header, 0)
        group["table"].attrs["values_block_0_kind"] = np.bytes_(pickled)
