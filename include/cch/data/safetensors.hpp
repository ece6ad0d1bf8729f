#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "cch/data/array.hpp"

namespace cch {

/// Names of the tensors of a .safetensors file, in the order of the header. The whole header is
/// checked: data Errors "truncated", "bad-header", "duplicate-key", "shape-overflow",
/// "offsets-out-of-range", "offsets-overlap" (two tensors share bytes), "offsets-gap" (bytes that
/// belong to no tensor), "size-mismatch" (shape and offsets disagree).
std::vector<std::string> safetensors_keys(const Bytes& bytes, const std::string& where);

/// One tensor: BOOL, I8 … I64, U8 … U64, F16, BF16, F32, F64 (little-endian, C order); other types
/// are a data Error "unsupported-dtype". Usage Error "unknown-key".
Array safetensors_array(const Bytes& bytes, const std::string& key, const std::string& where);

/// A tensor to be written; `type` as above ("F32").
struct TensorBytes {
  std::string name;
  const char* type = "F32";
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;
};
/// The bytes of a .safetensors file (format: huggingface safetensors), tensors in their order.
std::string safetensors_bytes(std::span<const TensorBytes> tensors);

}  // namespace cch
