#pragma once

#include <bit>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cch/data/array.hpp"

namespace cch::detail {

/// Values of this machine as an array with bytes of its own.
template <class T>
Array pack(std::span<const T> values, DType type, std::vector<std::size_t> shape,
           const std::string& where) {
  const auto raw = std::as_bytes(values);
  const bool big = std::endian::native == std::endian::big;
  return Array::numeric({type, std::move(shape), big, false},
                        own_bytes(std::vector<std::byte>(raw.begin(), raw.end())), where);
}

/// A column of texts as int64 if all are integers, as float64 if all are numbers, as text
/// otherwise.
Array typed_column(std::vector<std::string> texts, const std::string& where);

}  // namespace cch::detail
