"""What users hand over, as arrays that the library can borrow: no copy where none is needed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cch._errors import CchWarning, refused, usage

_NUMBERS = {
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Array:
    """Values with what belongs to their rows and columns.

    values: numbers N x D (further axes are flattened) or texts; anything that ``rank`` takes.
    ids: one identifier a row, or None.
    columns: names of the columns, or empty.
    """

    values: Any
    ids: Any = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Held:
    """An array as the library borrows it."""

    shape: tuple[int, ...]
    dtype: str  # "text": texts
    values: NDArray[Any] | None = None
    fortran: bool = False
    texts: tuple[str, ...] = ()
    ids: Any = None  # an index that says which row is which, or None
    columns: tuple[str, ...] = ()


def _module(value: object) -> str:
    return type(value).__module__.split(".")[0]


def held(value: Any, where: str, *, features: bool) -> Held:
    """The array of a user's object. ``where`` is its name in messages ("teachers['depth']");
    ``features`` are numbers, other arrays may also be texts."""
    if isinstance(value, Array):
        inner = held(value.values, where, features=features)
        ids = inner.ids if value.ids is None else value.ids
        return Held(inner.shape, inner.dtype, inner.values, inner.fortran, inner.texts, ids,
                    tuple(value.columns) or inner.columns)  # fmt: skip
    if isinstance(value, np.ma.MaskedArray):
        if np.ma.is_masked(value):
            raise refused("masked-values", f"{where} has masked values", where,
                          "a row without a value is no sample", "Drop such rows in all inputs")  # fmt: skip
        return _of_numpy(np.asarray(value.data), where, features)
    if isinstance(value, np.ndarray):
        return _of_numpy(value, where, features)
    if _module(value) == "torch":
        return _of_torch(value, where)
    if isinstance(value, (list, tuple, dict, set, str, bytes, int, float)):
        raise usage("not-an-array", f"{where} is a {type(value).__name__} and not an array",
                    "of nested lists it is not clear what a row is",
                    "Pass numpy.asarray(...), a tensor or a table")  # fmt: skip
    if hasattr(value, "obs_names") and hasattr(value, "var_names"):
        return held(from_anndata(value), where, features=features)
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise _sparse(value, where)
    found = _of_table(value, where, features)
    if found is not None:
        return found
    if hasattr(value, "__array__") or hasattr(value, "__dlpack__"):
        array = np.asarray(value) if hasattr(value, "__array__") else np.from_dlpack(value)
        return _of_numpy(array, where, features)
    raise usage("not-an-array", f"{where} is a {type(value).__name__}, which is no array that is known", "",
                "Pass a numpy array, a tensor or a table")  # fmt: skip


def _sparse(value: Any, where: str) -> Exception:
    rows, cols = value.shape
    size = rows * cols * np.dtype(value.dtype).itemsize / 1e6
    return refused(
        "sparse-array",
        f"{where} is sparse: {rows} x {cols} values, {size:,.0f} MB when dense",
        where,
        "neighbours and linear models of this package work on dense columns",
        "Pass .toarray() if that fits, or fewer columns, such as those of sklearn.decomposition.TruncatedSVD",
    )


def _of_numpy(array: NDArray[Any], where: str, features: bool) -> Held:
    kind = array.dtype.kind
    if kind == "O":
        array = _of_objects(array, where)
        kind = array.dtype.kind
    if kind in "US":
        if features:
            raise refused("not-numeric", f"{where} holds texts", where, "samples are numbers",
                          "Code them as numbers, or leave such columns out")  # fmt: skip
        texts = np.char.decode(array, "utf-8") if kind == "S" else array
        return Held(array.shape, "text", texts=tuple(texts.ravel().tolist()))
    native = array.dtype.newbyteorder("=")
    if native.name not in _NUMBERS:
        raise refused("unsupported-dtype", f"{where} has the type {array.dtype}", where,
                      "values are numbers of at most 64 bits", "Convert it, e.g. .astype('float64')")  # fmt: skip
    array = array.astype(native, copy=False)
    if array.flags.c_contiguous:
        return Held(array.shape, native.name, array)
    if array.ndim == 2 and array.flags.f_contiguous:
        return Held(array.shape, native.name, array.T, fortran=True)
    return Held(array.shape, native.name, np.ascontiguousarray(array))


def _of_objects(array: NDArray[Any], where: str) -> NDArray[Any]:
    """Objects that are texts (None: none) or numbers."""
    values = array.ravel().tolist()
    if all(isinstance(v, str) or v is None for v in values):
        return np.array(["" if v is None else v for v in values], dtype=str).reshape(array.shape)
    if all(isinstance(v, (bool, np.bool_)) for v in values):
        return array.astype(bool)
    if all(isinstance(v, (int, np.integer)) and not isinstance(v, bool) for v in values):
        return array.astype(np.int64)
    if all(isinstance(v, (int, float, np.number)) or v is None for v in values):
        return array.astype(np.float64)
    kinds = sorted({type(v).__name__ for v in values})
    raise refused("mixed-values", f"{where} mixes {' and '.join(kinds[:4])}", where,
                  "values of one kind can be compared, others cannot", "Convert it to numbers or to texts")  # fmt: skip


def _of_torch(tensor: Any, where: str) -> Held:
    import torch

    if not isinstance(tensor, torch.Tensor):
        raise usage("not-an-array", f"{where} is a {type(tensor).__name__} and no tensor", "",
                    "Pass what the module gives, such as model(x)")  # fmt: skip
    if tensor.layout != torch.strided:
        size = tensor.numel() * tensor.element_size() / 1e6
        raise refused("sparse-array", f"{where} is sparse: {size:,.0f} MB when dense", where, "",
                      "Pass .to_dense() if that fits")  # fmt: skip
    tensor = tensor.detach()
    if tensor.device.type != "cpu":
        warnings.warn(CchWarning("copied-from-device", f"{where} was copied from {tensor.device}"), stacklevel=4)
        tensor = tensor.cpu()
    tensor = tensor.resolve_conj().resolve_neg()
    if tensor.dtype == torch.bfloat16:
        bits = tensor.contiguous().view(torch.int16).numpy()
        return Held(tuple(bits.shape), "bfloat16", bits)
    return _of_numpy(tensor.numpy(), where, True)


def _of_table(value: Any, where: str, features: bool) -> Held | None:
    import narwhals as nw

    table: Any = nw.from_native(value, pass_through=True, allow_series=True)
    if isinstance(table, nw.LazyFrame):
        raise usage("not-an-array", f"{where} is a table that is not computed yet", "", "Pass .collect()")
    if not isinstance(table, (nw.DataFrame, nw.Series)):
        return None
    ids = _index_of(value)
    if isinstance(table, nw.Series):
        inner = _of_numpy(_series_values(table, nw), where, features)
        return Held(inner.shape, inner.dtype, inner.values, inner.fortran, inner.texts, ids, (str(table.name),))
    columns = tuple(str(name) for name in table.columns)
    if not features and len(columns) == 1:
        inner = _of_numpy(_series_values(table[columns[0]], nw), where, features)
        return Held(inner.shape, inner.dtype, inner.values, inner.fortran, inner.texts, ids, columns)
    words = [name for name, dtype in table.schema.items() if not (dtype.is_numeric() or dtype == nw.Boolean)]
    if words:
        raise refused("not-numeric", f"{len(words)} of {len(columns)} columns of {where} hold no numbers", where,
                      f"they are {', '.join(repr(w) for w in words[:5])}{', ...' if len(words) > 5 else ''}",
                      "Code them as numbers, or leave them out")  # fmt: skip
    array = table.to_numpy()
    if array.dtype == object:  # nullable numbers
        array = table.select(nw.all().cast(nw.Float64)).to_numpy().astype(np.float64)
    _refuse_gaps(array, columns, where)
    inner = _of_numpy(array, where, features)
    return Held(inner.shape, inner.dtype, inner.values, inner.fortran, inner.texts, ids, columns)


def _series_values(series: Any, nw: Any) -> NDArray[Any]:
    if series.dtype.is_numeric() and series.null_count() == 0:
        return np.asarray(series.to_numpy())
    if series.dtype.is_numeric():
        return np.asarray(series.cast(nw.Float64).to_numpy()).astype(np.float64)
    if series.dtype == nw.Boolean and series.null_count() == 0:
        return np.asarray(series.to_numpy()).astype(bool)
    values = [None if v is None or v != v else v for v in series.to_list()]
    return np.array(values, dtype=object)


def _refuse_gaps(array: NDArray[Any], columns: Sequence[str], where: str) -> None:
    """Names the columns that have them, which the library cannot."""
    if array.dtype.kind != "f":
        return
    bad = ~np.isfinite(array)
    if not bad.any():
        return
    count = bad.sum(axis=0)
    names = [columns[int(j)] for j in np.flatnonzero(count)]
    row = int(np.flatnonzero(bad.any(axis=1))[0])
    raise refused(
        "non-finite-value",
        f"{int(count.sum())} values of {where} are missing or not finite",
        f"first in row {row} (from 0), columns {', '.join(repr(n) for n in names[:5])}{', ...' if len(names) > 5 else ''}",
        "neighbour searches and fits have no meaning with them",
        "Fill them in, or drop the rows in all inputs or the columns",
    )


def _index_of(value: Any) -> Any:
    """The index of a table of pandas that says more than the order of rows, else None."""
    index = getattr(value, "index", None)
    if _module(value) != "pandas" or index is None or type(index).__name__ == "RangeIndex":
        return None
    return index


def index_texts(ids: Any, where: str) -> Held:
    """Identifiers as integers or texts."""
    if hasattr(ids, "to_numpy") and not hasattr(ids, "dtype"):
        ids = ids.to_numpy()
    array = np.asarray(ids)
    if array.ndim != 1:
        raise refused("ids-not-1d", "identifiers need one value a row", where, "", "Give a 1-D array")
    if array.dtype.kind in "iu":
        return _of_numpy(array, where, False)
    return Held(array.shape, "text", texts=tuple(str(v) for v in array.tolist()))


def from_anndata(data: Any, *, layer: str | None = None, obsm: str | None = None) -> Array:
    """The rows of an AnnData with obs_names as identifiers: X, a layer, or a matrix of obsm."""
    if layer is not None and obsm is not None:
        raise usage("option-without-meaning", "layer and obsm name two matrices", "", "Give one of them")
    kind, key = ("layer", layer) if layer is not None else ("obsm", obsm)
    store = data.layers if layer is not None else data.obsm
    if key is not None and key not in store:
        raise usage("unknown-key", f"there is no {kind} {key!r}", f"there are {sorted(store)}", "Name one of them")
    values = data.X if key is None else store[key]
    if hasattr(values, "toarray") and hasattr(values, "nnz"):
        raise _sparse(values, "X" if key is None else f"{kind} {key!r}")
    columns = tuple(str(n) for n in data.var_names) if obsm is None else ()
    return Array(np.asarray(values), np.asarray(data.obs_names).astype(str), columns)
