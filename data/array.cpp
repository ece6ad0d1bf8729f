#include "cch/data/array.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <numeric>
#include <utility>

#include "cch/core/error.hpp"
#include "data/half.hpp"
#include "data/text.hpp"

namespace cch {

namespace {

struct Half {
  std::uint16_t bits;
};
struct BrainHalf {
  std::uint16_t bits;
};

template <class T>
T load(const std::byte* p, bool swap) {
  std::array<std::byte, sizeof(T)> raw;
  std::memcpy(raw.data(), p, sizeof(T));
  if (swap) std::reverse(raw.begin(), raw.end());
  return std::bit_cast<T>(raw);
}

double as_double(Half value) {
  return detail::half_to_double(value.bits);
}
double as_double(BrainHalf value) {
  return detail::bfloat16_to_double(value.bits);
}
template <class T>
double as_double(T value) {
  return static_cast<double>(value);
}

// Calls f with a value of the C++ type that the element type stands for.
template <class F>
decltype(auto) with_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::i8:
      return f(std::int8_t{});
    case DType::i16:
      return f(std::int16_t{});
    case DType::i32:
      return f(std::int32_t{});
    case DType::i64:
      return f(std::int64_t{});
    case DType::u16:
      return f(std::uint16_t{});
    case DType::u32:
      return f(std::uint32_t{});
    case DType::u64:
      return f(std::uint64_t{});
    case DType::f16:
      return f(Half{});
    case DType::bf16:
      return f(BrainHalf{});
    case DType::f32:
      return f(float{});
    case DType::f64:
      return f(double{});
    default:
      return f(std::uint8_t{});  // u8; booleans are looked at before
  }
}

// Element offset of each column of a Fortran array: column j, in C order of the indices after the
// first.
std::vector<std::size_t> fortran_offsets(const std::vector<std::size_t>& shape, std::size_t cols) {
  std::vector<std::size_t> offsets(cols, 0);
  for (std::size_t j = 0; j < cols; ++j) {
    std::size_t rest = j;
    std::size_t below = cols;
    std::size_t stride = shape[0];
    for (std::size_t axis = 1; axis < shape.size(); ++axis) {
      below /= shape[axis];
      offsets[j] += rest / below * stride;
      rest %= below;
      stride *= shape[axis];
    }
  }
  return offsets;
}

template <class T, class Map>
void convert_c(const std::byte* p, bool swap, Map map, std::span<double> out) {
  if (swap) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = map(load<T>(p + i * sizeof(T), true));
  } else {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = map(load<T>(p + i * sizeof(T), false));
  }
}

}  // namespace

std::string_view to_string(DType dtype) {
  constexpr std::array<std::string_view, 14> kNames = {
      "bool",   "int8",   "int16",   "int32",    "int64",   "uint8",   "uint16",
      "uint32", "uint64", "float16", "bfloat16", "float32", "float64", "text"};
  return kNames[static_cast<std::size_t>(dtype)];
}

std::size_t item_size(DType dtype) {
  constexpr std::array<std::size_t, 14> kSizes = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 0};
  return kSizes[static_cast<std::size_t>(dtype)];
}

bool is_float(DType dtype) {
  return dtype >= DType::f16 && dtype <= DType::f64;
}
bool is_integer(DType dtype) {
  return dtype >= DType::i8 && dtype <= DType::u64;
}

std::string shape_text(std::span<const std::size_t> shape) {
  std::string out = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(shape[i]);
  }
  return out + (shape.size() == 1 ? ",)" : ")");
}

std::optional<std::size_t> element_count(std::span<const std::size_t> shape) {
  std::size_t product = 1;
  bool empty = false;
  for (const std::size_t extent : shape) {
    if (extent == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(product, extent, &product)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : product;
}

Array Array::numeric(ArrayLayout layout, Bytes bytes, const std::string& where) {
  const auto count = element_count(layout.shape);
  std::size_t needed = 0;
  if (!count || __builtin_mul_overflow(*count, item_size(layout.dtype), &needed) ||
      needed != bytes.size()) {
    refuse_data("size-mismatch",
                "shape " + shape_text(layout.shape) + " of " +
                    std::string(to_string(layout.dtype)) + " does not fit its " +
                    std::to_string(bytes.size()) + " bytes of data",
                where, "one of the two is wrong", "Write the file again");
  }
  Array array;
  array.rows_ = layout.shape.empty() ? 1 : layout.shape[0];
  array.cols_ =
      layout.shape.empty() ? 1 : element_count(std::span(layout.shape).subspan(1)).value_or(0);
  array.layout_ = std::move(layout);
  array.bytes_ = std::move(bytes);
  return array;
}

Array Array::text(std::vector<std::string> values, std::vector<std::size_t> shape, Bytes raw) {
  Array array;
  array.rows_ = shape.empty() ? 1 : shape[0];
  array.cols_ = shape.empty() ? 1 : element_count(std::span(shape).subspan(1)).value_or(0);
  assert(values.size() == array.rows_ * array.cols_);
  array.layout_.dtype = DType::text;
  array.layout_.shape = std::move(shape);
  array.text_ = std::make_shared<const std::vector<std::string>>(std::move(values));
  array.bytes_ = std::move(raw);
  return array;
}

std::size_t Array::bytes() const {
  if (!text_) return bytes_.size();
  std::size_t total = 0;
  for (const std::string& value : *text_) total += value.size();
  return total;
}

void Array::to_doubles(std::size_t first, std::size_t count, std::span<double> out) const {
  if (text_) {
    refuse_usage("not-numeric", "strings cannot be used as numbers", {},
                 "Choose a numeric array, or use these as labels, groups or identifiers");
  }
  assert(first + count <= rows_ && out.size() == count * cols_);
  if (out.empty()) return;
  const bool swap = layout_.big_endian != (std::endian::native == std::endian::big);
  const std::byte* data = bytes_.view.data();
  with_type(dtype(), [&](auto zero) {
    using T = decltype(zero);
    const bool boolean = dtype() == DType::boolean;
    const auto map = [boolean](T value) {
      const double number = as_double(value);
      return boolean ? static_cast<double>(number != 0.0) : number;
    };
    if (!layout_.fortran || layout_.shape.size() < 2) {
      convert_c<T>(data + first * cols_ * sizeof(T), swap, map, out);
      return;
    }
    const std::vector<std::size_t> offsets = fortran_offsets(layout_.shape, cols_);
    constexpr std::size_t kBlock =
        256;  // rows whose doubles stay in the cache while columns are walked
    for (std::size_t begin = 0; begin < count; begin += kBlock) {
      const std::size_t end = std::min(begin + kBlock, count);
      for (std::size_t j = 0; j < cols_; ++j) {
        const std::byte* column = data + (offsets[j] + first) * sizeof(T);
        for (std::size_t i = begin; i < end; ++i) {
          out[i * cols_ + j] = map(load<T>(column + i * sizeof(T), swap));
        }
      }
    }
  });
}

Matrix Array::matrix(std::size_t count) const {
  Matrix out(count, cols_);
  to_doubles(0, count, {out.data(), count * cols_});
  return out;
}

std::optional<MatrixView> Array::doubles() const {
  const bool native = layout_.big_endian == (std::endian::native == std::endian::big);
  const bool c_order = !layout_.fortran || layout_.shape.size() < 2 || cols_ == 1;
  const std::byte* data = bytes_.view.data();
  const bool aligned = reinterpret_cast<std::uintptr_t>(data) % alignof(double) == 0;
  if (dtype() != DType::f64 || !native || !c_order || !aligned || bytes_.size() == 0) return {};
  return MatrixView(reinterpret_cast<const double*>(data), rows_, cols_);
}

Array Array::select(std::span<const std::size_t> rows) const {
  Array out;
  out.layout_ = {dtype(), shape(), layout_.big_endian, false};
  if (shape().empty()) return *this;
  out.layout_.shape[0] = rows.size();
  out.rows_ = rows.size();
  out.cols_ = cols_;
  if (text_) {
    std::vector<std::string> values;
    for (const std::size_t row : rows) {
      for (std::size_t j = 0; j < cols_; ++j) values.push_back((*text_)[row * cols_ + j]);
    }
    out.text_ = std::make_shared<const std::vector<std::string>>(std::move(values));
    return out;
  }
  const std::size_t item = item_size(dtype());
  const std::vector<std::size_t> offsets =
      layout_.fortran ? fortran_offsets(shape(), cols_) : std::vector<std::size_t>{};
  std::vector<std::byte> bytes(rows.size() * cols_ * item);
  std::byte* to = bytes.data();
  for (const std::size_t row : rows) {
    for (std::size_t j = 0; j < cols_; ++j, to += item) {
      const std::size_t at = layout_.fortran ? offsets[j] + row : row * cols_ + j;
      std::memcpy(to, bytes_.view.data() + at * item, item);
    }
  }
  out.bytes_ = own_bytes(std::move(bytes));
  return out;
}

Bytes Array::row_bytes(std::size_t count) const {
  if (layout_.fortran && layout_.shape.size() > 1) {
    std::vector<std::size_t> rows(count);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return select(rows).bytes_;
  }
  return rows_ == 0 ? bytes_ : bytes_.part(0, bytes_.size() / rows_ * count);
}

std::string Array::text_at(std::size_t row) const {
  assert(cols_ == 1 && row < rows_);
  if (text_) return (*text_)[row];
  const bool swap = layout_.big_endian != (std::endian::native == std::endian::big);
  const std::byte* p = bytes_.view.data() + row * item_size(dtype());
  if (dtype() == DType::boolean) return std::to_integer<int>(*p) != 0 ? "True" : "False";
  return with_type(dtype(), [&](auto zero) -> std::string {
    using T = decltype(zero);
    if constexpr (std::is_integral_v<T>) {
      return std::to_string(load<T>(p, swap));
    } else {
      return detail::number_text(as_double(load<T>(p, swap)));
    }
  });
}

bool Array::rounds_to_double(std::size_t count) const {
  if (dtype() != DType::i64 && dtype() != DType::u64) return false;
  const bool swap = layout_.big_endian != (std::endian::native == std::endian::big);
  const Bytes rows = row_bytes(count);
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 53;
  for (std::size_t i = 0; i < count * cols_; ++i) {
    std::uint64_t magnitude = load<std::uint64_t>(rows.view.data() + i * 8, swap);
    if (dtype() == DType::i64 && (magnitude >> 63) != 0) magnitude = 0 - magnitude;
    if (magnitude > kLimit) return true;
  }
  return false;
}

}  // namespace cch
