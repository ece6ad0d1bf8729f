#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cch/data/npy.hpp"
#include "cch/data/safetensors.hpp"

namespace cch {

std::string npy_bytes(const char* type, std::span<const std::size_t> shape, const void* values,
                      std::size_t bytes) {
  std::string sizes;
  for (const std::size_t n : shape) sizes += (sizes.empty() ? "" : ", ") + std::to_string(n);
  if (shape.size() == 1) sizes += ',';  // as Python writes a tuple of one
  std::string head =
      "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
  constexpr std::size_t kFront = 10;  // magic, version, length
  const std::size_t all = (kFront + head.size() + 1 + 63) / 64 * 64;
  head.resize(all - kFront - 1, ' ');
  head += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(head.size() & 255U);
  out += static_cast<char>(head.size() >> 8U);
  out += head;
  out.append(static_cast<const char*>(values), bytes);
  return out;
}

std::string safetensors_bytes(std::span<const TensorBytes> tensors) {
  nlohmann::json head = nlohmann::json::object();
  std::size_t at = 0;
  for (const TensorBytes& t : tensors) {
    const std::size_t end = at + t.bytes.size();
    head[t.name] = {{"dtype", t.type}, {"shape", t.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  const std::string text = head.dump();
  const std::uint64_t length = text.size();
  std::string out(sizeof length, '\0');
  std::memcpy(out.data(), &length, sizeof length);
  out += text;
  for (const TensorBytes& t : tensors) {
    out.append(reinterpret_cast<const char*>(t.bytes.data()), t.bytes.size());
  }
  return out;
}

}  // namespace cch
