#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "cch/data/array.hpp"

namespace cch {

/// What a .npy header says (NumPy Enhancement Proposal 1, format versions 1.0, 2.0 and 3.0).
struct NpyHeader {
  ArrayLayout layout;           ///< dtype text for '<U…' and '|S…'
  bool unicode = false;         ///< text: UTF-32 ('U') instead of bytes ('S')
  std::size_t item_bytes = 0;   ///< bytes of one element in the file
  std::size_t data_offset = 0;  ///< where the elements begin
  std::size_t data_bytes = 0;   ///< elements · item_bytes
};

/// Number of bytes from the start of the file to its first element, read from the first 12 bytes.
/// Data Errors: "bad-magic", "unsupported-version", "truncated", "bad-header".
std::size_t npy_header_bytes(std::span<const std::byte> front, const std::string& where);

/// Parses a header; `front` holds at least npy_header_bytes bytes. Further Data Errors:
/// "object-dtype", "unsupported-dtype", "shape-overflow".
NpyHeader parse_npy_header(std::span<const std::byte> front, const std::string& where);

/// How much of an array to read: its first rows.
struct RowLimit {
  std::size_t rows = 0;   ///< so many at most; 0: all
  std::size_t bytes = 0;  ///< and as many as fit into so many bytes, but one at least; 0: all

  /// Rows of an array to read.
  [[nodiscard]] std::size_t of(const NpyHeader& header) const;
};

/// A .npy file, or its first rows: booleans, integers, f2/f4/f8, '<U' and '|S', either byte order,
/// C or Fortran order. Numbers stay where they are, so a limit spares only the decoding of strings.
/// `where` names the file in errors. Further Data Errors: "truncated" (fewer bytes than the
/// header says), "size-mismatch" (more), "bad-text" (a string that is not Unicode).
Array parse_npy(const Bytes& bytes, const std::string& where, const RowLimit& limit = {});

/// The first `rows` rows of an array in C order; `data` are the bytes of just these, of text at
/// least these.
Array npy_rows(const NpyHeader& header, const Bytes& data, std::size_t rows,
               const std::string& where);

/// The bytes of a .npy file of format version 1.0; `type` is numpy's ("<f4"), `values` in C order.
std::string npy_bytes(const char* type, std::span<const std::size_t> shape, const void* values,
                      std::size_t bytes);

}  // namespace cch
