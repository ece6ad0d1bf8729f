"""Arrays of other formats as one .safetensors file, which the program and ``cch.rank`` read.

    python -m cch.convert IN OUT.safetensors [--only NAME ...] [--dense]

IN: .pt and .pth (weights alone, no code is run), .parquet, .h5ad, .h5mu, .h5 and .hdf5, .mat, .zarr,
.tar (webdataset), .pkl (numbers and texts alone, as of MMSA: splits are joined, "split" says which
row was in which). Arrays keep their shape: N x T x D is for ``--pool mean`` and ``--lengths``. Texts
become codes 0..K-1 in the order of their names, which stand in the file's metadata.
"""

from __future__ import annotations

import argparse
import io
import json
import pickle
import re
import struct
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cch._errors import CchError, error_of, refused, usage

Arrays = dict[str, NDArray[Any]]

_TYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8",
    "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "BOOL",
}  # fmt: skip


def convert(source: str | Path, target: str | Path, *, only: tuple[str, ...] = (), dense: bool = False) -> Arrays:
    """Writes the arrays of ``source`` to ``target`` and returns them. ``only``: these alone;
    ``dense``: sparse matrices too, as dense ones."""
    path = Path(source)
    arrays = read(path, dense=dense)
    if only:
        missing = [name for name in only if name not in arrays]
        if missing:
            raise usage("unknown-key", f"{path} has no array {missing[0]!r}", f"it has {sorted(arrays)}", "Name one of them")
        arrays = {name: arrays[name] for name in only}
    if not arrays:
        raise refused("no-arrays", f"{path} has no arrays of numbers or texts", str(path), "", "Check how it was written")
    save(arrays, Path(target))
    return arrays


def read(path: Path, *, dense: bool = False) -> Arrays:
    """The arrays of a file by its ending; nested names are joined by "/"."""
    readers: dict[str, Callable[[Path, bool], Mapping[str, Any]]] = {
        ".pt": _torch, ".pth": _torch, ".parquet": _parquet, ".h5ad": _hdf5, ".h5mu": _hdf5, ".h5": _hdf5,
        ".hdf5": _hdf5, ".mat": _mat, ".zarr": _zarr, ".tar": _tar, ".pkl": _pickle, ".pickle": _pickle,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise usage("unknown-format", f"files ending in {path.suffix!r} are not converted", f"{' '.join(readers)} are",
                    "Save its arrays with numpy.save")  # fmt: skip
    if not path.exists():
        raise refused("file-not-found", f"{path} is not there", str(path), "", "Check the path")
    try:
        return {name: np.asarray(array) for name, array in reader(path, dense).items()}
    except (CchError, MemoryError):
        raise
    except Exception as error:  # every package has kinds of its own
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise refused("unreadable-file", f"{path} cannot be read: {reason}", str(path), "it is damaged or of another format",
                      "Write it again") from error  # fmt: skip


def save(arrays: Mapping[str, NDArray[Any]], target: Path) -> None:
    """A .safetensors file; texts as codes with their names in the metadata."""
    header: dict[str, Any] = {}
    metadata: dict[str, str] = {}
    blocks: list[NDArray[Any]] = []
    at = 0
    for name, array in arrays.items():
        if array.dtype.kind in "US":
            names, array = np.unique(array.astype(str), return_inverse=True)
            metadata[f"{name}.names"] = json.dumps(names.tolist())
        block = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        kind = _TYPES.get(block.dtype.name)
        if kind is None:
            raise refused("unsupported-dtype", f"{name} has the type {block.dtype}", name, "", "Convert it to numbers")
        header[name] = {"dtype": kind, "shape": list(block.shape), "data_offsets": [at, at + block.nbytes]}
        at += block.nbytes
        blocks.append(block)
    if metadata:
        header["__metadata__"] = metadata
    words = json.dumps(header, ensure_ascii=False).encode()
    words += b" " * (-len(words) % 8)
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(struct.pack("<Q", len(words)) + words)
            for block in blocks:
                file.write(block.data if block.size else b"")
        part.replace(target)
    except OSError as error:
        raise error_of("run", [("cannot-write", f"{target} cannot be written", str(target), error.strerror or str(error),
                                "Check folder, permissions and space")]) from None  # fmt: skip


def _needs(package: str, path: Path) -> Any:
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError:
        raise usage("package-missing", f"{path.suffix} files need {package.split('.')[0]}", "it reads them",
                    f"pip install {package.split('.')[0]}") from None  # fmt: skip


def _leaves(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f"{name}/{key}" if name else str(key))
    elif isinstance(node, (list, tuple)) and node and all(isinstance(v, (str, int, float)) for v in node):
        yield name, np.asarray(node)
    elif hasattr(node, "shape"):
        yield name, node


def _torch(path: Path, dense: bool) -> Mapping[str, Any]:
    torch = _needs("torch", path)
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise refused("pickle-code", f"{path} holds more than tensors", str(path), str(error).splitlines()[0],
                      "Save tensors, or a dict of them") from None  # fmt: skip
    out = {}
    for name, tensor in _leaves(stored):
        tensor = tensor if isinstance(tensor, np.ndarray) else tensor.detach()
        if not isinstance(tensor, np.ndarray):
            if tensor.layout != torch.strided and not dense:
                raise _sparse(name, tuple(tensor.shape), tensor.element_size())
            tensor = tensor.to_dense() if tensor.layout != torch.strided else tensor
            tensor = (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
        out[name or path.stem] = tensor
    return out


def _sparse(name: str, shape: tuple[int, ...], item: int) -> CchError:
    size = float(np.prod(shape, dtype=float)) * item / 1e6
    return refused("sparse-array", f"{name} is sparse: {' x '.join(map(str, shape))} values, {size:,.0f} MB when dense", name,
                   "features are dense columns", "Say --dense if that fits, or reduce it first")  # fmt: skip


def _parquet(path: Path, dense: bool) -> Mapping[str, Any]:
    """All columns of numbers side by side as "features", and every column by its own name."""
    table = _needs("pyarrow.parquet", path).read_table(path)
    columns: Arrays = {}
    numbers: list[NDArray[Any]] = []
    for name in table.column_names:
        column = np.asarray(table.column(name).to_pylist())
        if column.dtype.kind in "biuf":
            numbers.append(column)
        elif column.dtype.kind == "O":
            column = np.array(["" if v is None else str(v) for v in column.tolist()])
        columns[name] = column
    out: Arrays = {"features": np.column_stack(numbers)} if numbers else {}
    return {**out, **columns}


def _hdf5(path: Path, dense: bool) -> Mapping[str, Any]:
    with _needs("h5py", path).File(path, "r") as file:
        return dict(_group(file, "", dense))


def _zarr(path: Path, dense: bool) -> Mapping[str, Any]:
    return dict(_group(_needs("zarr", path).open_group(str(path), mode="r"), "", dense))


def _group(group: Any, prefix: str, dense: bool) -> Iterator[tuple[str, NDArray[Any]]]:
    """Arrays of a group of HDF5 or zarr, as AnnData lays them out where it did."""
    for key in group:
        node = group[key]
        name = f"{prefix}/{key}" if prefix else str(key)
        kind = str(node.attrs.get("encoding-type", ""))
        if hasattr(node, "dtype"):
            array = np.asarray(node[()])
            if array.dtype.kind == "O":
                array = np.array([v.decode() if isinstance(v, bytes) else str(v) for v in array.ravel()]).reshape(array.shape)
            if array.dtype.kind in "biufUS" and array.ndim > 0:
                yield name, array
        elif kind in ("csr_matrix", "csc_matrix"):
            yield name, _dense(node, name, kind, dense)
        elif kind == "categorical":
            codes = np.asarray(node["codes"][()])
            names = [v.decode() if isinstance(v, bytes) else str(v) for v in node["categories"][()]]
            yield name, np.array(["" if c < 0 else names[c] for c in codes])
        else:
            yield from _group(node, name, dense)


def _dense(node: Any, name: str, kind: str, dense: bool) -> NDArray[Any]:
    rows, cols = (int(n) for n in node.attrs["shape"])
    data = np.asarray(node["data"][()])
    if not dense:
        raise _sparse(name, (rows, cols), data.itemsize)
    starts, places = np.asarray(node["indptr"][()]), np.asarray(node["indices"][()])
    lines = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    out = np.zeros((rows, cols), dtype=data.dtype)
    out[(lines, places) if kind == "csr_matrix" else (places, lines)] = data
    return out


def _mat(path: Path, dense: bool) -> Mapping[str, Any]:
    """Of MATLAB: version 7.3 is HDF5 with the axes in the other order."""
    with path.open("rb") as file:
        version7 = b"MATLAB 7.3" in file.read(128)
    if version7:
        return {name: array.T for name, array in _hdf5(path, dense).items() if not name.startswith("#")}
    stored = _needs("scipy.io", path).loadmat(path, simplify_cells=True)
    out = {}
    for name, node in _leaves({k: v for k, v in stored.items() if not k.startswith("__")}):
        if hasattr(node, "toarray"):
            if not dense:
                raise _sparse(name, node.shape, node.dtype.itemsize)
            node = node.toarray()
        array = np.asarray(node)
        if array.dtype.kind == "O" and all(isinstance(v, str) for v in array.ravel()):
            array = array.astype(str)  # a cell array
        if array.dtype.kind in "biufUS" and array.ndim > 0:
            out[name] = array
    return out


def _tar(path: Path, dense: bool) -> Mapping[str, Any]:
    """A sample a key, a field an ending: .npy arrays, .cls, .txt and .json values."""
    samples: dict[str, dict[str, Any]] = {}
    with tarfile.open(path) as archive:
        for member in archive:
            found = re.fullmatch(r"(?:.*/)?([^/.]+)\.(.+)", member.name)
            if not member.isfile() or not found:
                continue
            file = archive.extractfile(member)
            assert file is not None
            value = _field(found[2], file.read())
            if value is not None:
                samples.setdefault(found[1], {})[found[2]] = value
    fields = sorted({field for sample in samples.values() for field in sample})
    for key, sample in samples.items():
        missing = [f for f in fields if f not in sample]
        if missing:
            raise refused("unequal-rows", f"the sample {key!r} has no .{missing[0]}", str(path),
                          "every sample is a row of every array", "Drop such samples")  # fmt: skip
    out: Arrays = {f.removesuffix(".npy"): np.stack([s[f] for s in samples.values()]) for f in fields}
    return {"key": np.array(list(samples)), **out} if out else {}


def _field(ending: str, content: bytes) -> Any:
    if ending == "npy" or ending.endswith(".npy"):
        return np.load(io.BytesIO(content), allow_pickle=False)
    if ending in ("cls", "cls2", "index"):
        return np.int64(content)
    if ending in ("txt", "text"):
        return np.str_(content.decode())
    if ending == "json":
        value = json.loads(content)
        return np.asarray(value) if isinstance(value, (int, float, str)) else None
    return None


class _Restricted(pickle.Unpickler):
    """Numbers, texts and containers; nothing that could run code."""

    _FINE = {
        ("numpy", "ndarray"), ("numpy", "dtype"), ("collections", "OrderedDict"), ("_codecs", "encode"),
        *((f"numpy.{core}.{module}", name) for core in ("core", "_core")
          for module, name in (("multiarray", "_reconstruct"), ("multiarray", "scalar"), ("numeric", "_frombuffer"))),
    }  # fmt: skip

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in self._FINE:
            return super().find_class(module, name)
        raise refused("pickle-code", f"the pickle asks for {module}.{name}", "",
                      "pickles can run any code, so only arrays, numbers, texts, lists and dicts are read",
                      "Save the arrays with numpy.savez where the pickle was made")  # fmt: skip


def _pickle(path: Path, dense: bool) -> Mapping[str, Any]:
    with path.open("rb") as file:
        stored = _Restricted(file).load()
    arrays = {name: np.asarray(node) for name, node in _leaves(stored)}
    arrays = {n: _texts(a) for n, a in arrays.items() if a.ndim > 0 and a.dtype.kind in "biufUSO"}
    splits = list(stored) if isinstance(stored, Mapping) else []
    parts = [s for s in splits if s in ("train", "valid", "val", "dev", "test")]
    if len(parts) < 2 or set(parts) != set(splits):
        return arrays
    shared = [f for f in stored[parts[0]] if all(f"{p}/{f}" in arrays for p in parts)]
    out = {f: np.concatenate([arrays[f"{p}/{f}"] for p in parts]) for f in shared}
    rows = [len(arrays[f"{p}/{shared[0]}"]) for p in parts]
    return {**out, "split": np.repeat(np.array(parts), rows)}


def _texts(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(str) if array.dtype.kind in "OS" else array


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m cch.convert", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("source", metavar="IN")
    parser.add_argument("target", metavar="OUT.safetensors")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="these arrays alone")
    parser.add_argument("--dense", action="store_true", help="sparse matrices too, as dense ones")
    asked = parser.parse_args(arguments)
    try:
        arrays = convert(asked.source, asked.target, only=tuple(asked.only), dense=asked.dense)
    except CchError as error:
        for fault in error.faults:
            print(f"error: {fault} [{fault.code}]", file=sys.stderr)
        return 2
    for name, array in arrays.items():
        print(f"{asked.target}:{name}  {'x'.join(map(str, array.shape))} {array.dtype}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
