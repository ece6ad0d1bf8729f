#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cch/core/matrix.hpp"
#include "cch/data/bytes.hpp"

namespace cch {

/// Type of the elements of an Array, as stored in its file.
enum class DType { boolean, i8, i16, i32, i64, u8, u16, u32, u64, f16, bf16, f32, f64, text };

/// numpy's name of the type: "bool", "int8", …, "bfloat16", "float64", "text".
std::string_view to_string(DType dtype);
/// Bytes of one element; 0 for text.
std::size_t item_size(DType dtype);
bool is_float(DType dtype);
/// Signed or unsigned integers; booleans are not.
bool is_integer(DType dtype);

/// "(60000, 28, 28)"
std::string shape_text(std::span<const std::size_t> shape);
/// Product of the extents, or nothing if it does not fit into std::size_t (zeros do not hide an
/// overflow).
std::optional<std::size_t> element_count(std::span<const std::size_t> shape);

/// How the bytes of a numeric array are laid out.
struct ArrayLayout {
  DType dtype = DType::f64;
  std::vector<std::size_t> shape;
  bool big_endian = false;
  bool fortran = false;  ///< first index fastest (column-major) instead of last index fastest
};

/// An array of a file: type, shape and the bytes, which stay where they are (mapped or in a buffer)
/// until rows are converted. Row = first index; the other indices are flattened in C order, so N ×
/// H × W has N rows and H·W columns. Copies share the bytes.
class Array {
 public:
  /// Data Error "size-mismatch" (naming `where`) unless the bytes are exactly those of the layout.
  static Array numeric(ArrayLayout layout, Bytes bytes, const std::string& where);
  /// Strings in C order, as many as the shape says; `raw` are the bytes that they were read from.
  static Array text(std::vector<std::string> values, std::vector<std::size_t> shape,
                    Bytes raw = {});

  [[nodiscard]] DType dtype() const { return layout_.dtype; }
  [[nodiscard]] const std::vector<std::size_t>& shape() const { return layout_.shape; }
  /// As in the file; shape() has fewer rows where only the first ones were read.
  [[nodiscard]] const std::vector<std::size_t>& stored_shape() const {
    return stored_.empty() ? layout_.shape : stored_;
  }
  /// Says that these are the first rows of an array of this shape.
  void set_stored_shape(std::vector<std::size_t> shape) { stored_ = std::move(shape); }
  [[nodiscard]] bool fortran() const { return layout_.fortran; }
  [[nodiscard]] bool big_endian() const { return layout_.big_endian; }
  /// Extent of the first index; 1 for an array without indices.
  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// Product of the other extents.
  [[nodiscard]] std::size_t cols() const { return cols_; }
  /// Bytes in the file (for text: bytes of the decoded strings).
  [[nodiscard]] std::size_t bytes() const;

  /// Rows first … first + count − 1 as doubles, row-major, into `out` (count·cols() values). Exact
  /// for every type but 64-bit integers beyond ±2^53, which round to nearest. Usage Error
  /// "not-numeric" for text.
  void to_doubles(std::size_t first, std::size_t count, std::span<double> out) const;
  /// The first `count` rows as a matrix.
  [[nodiscard]] Matrix matrix(std::size_t count) const;
  /// Its values where they lie, if they are aligned doubles of this machine in C order, each row N
  /// × (product of the other extents); they live as long as owner() or a copy of it.
  [[nodiscard]] std::optional<MatrixView> doubles() const;
  [[nodiscard]] std::shared_ptr<const void> owner() const { return bytes_.owner; }
  /// The chosen rows, in the order given, with bytes of their own (C order). Cost O(values taken).
  [[nodiscard]] Array select(std::span<const std::size_t> rows) const;
  /// The bytes of the first `count` rows as they are stored, in C order: numpy's
  /// x[:count].tobytes(). Empty for text of a table.
  [[nodiscard]] Bytes row_bytes(std::size_t count) const;
  /// The single value of a row, exactly, as text ("True", "-3", "0.1", "cat"); for arrays with one
  /// column.
  [[nodiscard]] std::string text_at(std::size_t row) const;
  /// True if some integer of the first `count` rows is beyond ±2^53 and so has no exact double.
  [[nodiscard]] bool rounds_to_double(std::size_t count) const;

 private:
  ArrayLayout layout_;
  std::vector<std::size_t> stored_;
  std::size_t rows_ = 1;
  std::size_t cols_ = 1;
  Bytes bytes_;
  std::shared_ptr<const std::vector<std::string>> text_;
};

}  // namespace cch
