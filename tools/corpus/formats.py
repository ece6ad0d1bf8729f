"""Readers of the formats of sets.py: MATLAB level 5 files and R data."""

import gzip
import struct
import zlib
from typing import Any

import numpy as np


class CorpusError(Exception):
    """A source or a made set is not as it must be."""


# ------------------------------------------------------- MATLAB v5 reader

MAT_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4",
             9: "f8", 12: "i8", 13: "u8", 16: "u1", 17: "u2", 18: "u4"}
MAT_MATRIX, MAT_COMPRESSED = 14, 15
MAT_CELL, MAT_SPARSE = 1, 5
MAT_NUMERIC = range(6, 16)


def mat_element(buffer: bytes, at: int) -> tuple[int, bytes, int]:
    """Return the type, the bytes and the end of the element at a position."""
    kind, size = struct.unpack_from("<II", buffer, at)
    if kind >> 16:
        return kind & 0xFFFF, buffer[at + 4:at + 4 + (kind >> 16)], at + 8
    start = at + 8
    end = start + size
    return kind, buffer[start:end], end if kind == MAT_COMPRESSED else end + -size % 8


def mat_numbers(kind: int, data: bytes) -> np.ndarray:
    """Return the numbers of a plain element as float64."""
    return np.frombuffer(data, "<" + MAT_TYPES[kind]).astype(np.float64)


def mat_sparse(parts: list[tuple[int, bytes]], dims: tuple[int, ...]) -> np.ndarray:
    """Return a sparse matrix, filled out."""
    rows, starts, values = (mat_numbers(*part) for part in parts[:3])
    full = np.zeros(dims)
    columns = np.repeat(np.arange(dims[1]), np.diff(starts).astype(int))
    full[rows[:len(columns)].astype(int), columns] = values[:len(columns)]
    return full


def mat_matrix(data: bytes) -> tuple[str, Any]:
    """Return the name and the value of a matrix; cells become lists."""
    parts, at = [], 0
    while at < len(data):
        kind, body, at = mat_element(data, at)
        parts.append((kind, body))
    kind = struct.unpack_from("<I", parts[0][1])[0] & 0xFF
    dims = tuple(np.frombuffer(parts[1][1], "<i4").tolist())
    name, body = parts[2][1].decode(), parts[3:]
    if kind == MAT_CELL:
        return name, [mat_matrix(cell)[1] for _, cell in body]
    if kind == MAT_SPARSE:
        return name, mat_sparse(body, dims)
    if kind in MAT_NUMERIC:
        return name, mat_numbers(*body[0]).reshape(dims, order="F")
    return name, None


def read_mat(data: bytes) -> dict[str, Any]:
    """Return the variables of a MATLAB v5 file."""
    if data[126:128] != b"IM":
        raise CorpusError("not a little-endian MATLAB v5 file; use the file of the named commit")
    found: dict[str, Any] = {}
    at = 128
    while at < len(data):
        kind, body, at = mat_element(data, at)
        if kind == MAT_COMPRESSED:
            kind, body, _ = mat_element(zlib.decompress(body), 0)
        if kind == MAT_MATRIX:
            name, value = mat_matrix(body)
            found[name] = value
    return found


# ------------------------------------------------------------ R file reader


class RReader:
    """Read the values of a gzip R file of one object (XDR form)."""

    def __init__(self, packed: bytes) -> None:
        """Unpack the file and step over its head."""
        self.data = gzip.decompress(packed)
        if self.data[:2] != b"X\n":
            raise CorpusError("not an R file in XDR form; use the file of the named commit")
        self.at, self.symbols = 2, []
        version = self.integers(3)[0]
        if version == 3:
            self.take(self.integers(1)[0])

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        self.at += size
        return self.data[self.at - size:self.at]

    def integers(self, count: int) -> np.ndarray:
        """Return the next integers."""
        return np.frombuffer(self.take(4 * count), ">i4").astype(np.int64)

    def length(self) -> int:
        """Return the next length."""
        return int(self.integers(1)[0])

    def pairs(self, flags: int) -> dict[str, Any]:
        """Return a list of tagged values, the head's flags already read."""
        found: dict[str, Any] = {}
        while flags & 0xFF == 2:
            if flags & 0x200:
                self.value()
            tag = self.value() if flags & 0x400 else str(len(found))
            found[tag] = self.value()
            flags = self.length()
        return found

    def vector(self, kind: int) -> Any:
        """Return a vector of the kind."""
        count = self.length()
        if kind in (10, 13):
            return self.integers(count)
        if kind == 14:
            return np.frombuffer(self.take(8 * count), ">f8").astype(np.float64)
        if kind in (16, 19):
            return [self.value() for _ in range(count)]
        raise CorpusError(f"R value of type {kind} is not read here; use the named commit's file")

    def value(self) -> Any:
        """Return the next value; an S4 object becomes its slots."""
        flags = self.length()
        kind = flags & 0xFF
        if kind == 254:
            return None
        if kind == 255:
            return self.symbols[(flags >> 8) - 1]
        if kind == 1:
            self.symbols.append(self.value())
            return self.symbols[-1]
        if kind == 9:
            size = self.length()
            return None if size < 0 else self.take(size).decode()
        if kind == 2:
            return self.pairs(flags)
        if kind == 25:
            return self.pairs(self.length())
        found = self.vector(kind)
        if flags & 0x200:
            self.pairs(self.length())
        return found


def read_counts(packed: bytes) -> tuple[np.ndarray, list[str], list[str]]:
    """Return a triplet R matrix filled out, its row names and its column names."""
    slots = RReader(packed).value()
    full = np.zeros(slots["Dim"])
    np.add.at(full, (slots["i"], slots["j"]), slots["x"])
    return full, *slots["Dimnames"]
