#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cch/data/array.hpp"

namespace cch {

/// A .safetensors file, its header read and checked once: data Errors "truncated", "bad-header",
/// "duplicate-key", "shape-overflow", "offsets-out-of-range", "offsets-overlap" (two tensors share
/// bytes), "offsets-gap" (bytes that belong to no tensor), "size-mismatch" (shape and offsets
/// disagree).
class SafetensorsFile {
 public:
  SafetensorsFile(const Bytes& bytes, const std::string& where);

  /// Names of the tensors in the order of the header.
  [[nodiscard]] const std::vector<std::string>& keys() const;
  /// One tensor: BOOL, I8 … I64, U8 … U64, F16, BF16, F32, F64 (little-endian, C order); other
  /// types are a data Error "unsupported-dtype". Empty: the only one. Usage Errors "unknown-key",
  /// "key-needed".
  [[nodiscard]] Array array(const std::string& key) const;

 private:
  struct Directory;
  std::shared_ptr<const Directory> directory_;
};

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
