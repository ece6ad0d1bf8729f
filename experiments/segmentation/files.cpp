#include "experiments/segmentation/files.hpp"

#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cch/data/safetensors.hpp"

namespace cch::detail {

std::string npy_bytes(const char* type, const std::string& shape, const void* values,
                      std::size_t bytes) {
  std::string head =
      "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': " + shape + ", }";
  constexpr std::size_t kFront = 10;  // magic, version, length
  const std::size_t all = (kFront + head.size() + 1 + 63) / 64 * 64;
  head.resize(all - kFront - 1, ' ');
  head += '\n';
  std::string out = "\x93NUMPY";
  out += '\x01';
  out += '\0';
  out += static_cast<char>(head.size() & 255U);
  out += static_cast<char>(head.size() >> 8U);
  out += head;
  out.append(static_cast<const char*>(values), bytes);
  return out;
}

std::string safetensors_bytes(const SegmentationWeights& weights) {
  nlohmann::json head = nlohmann::json::object();
  std::size_t at = 0;
  for (const NamedWeights& w : weights) {
    const std::size_t size = w.values.size() * sizeof(float);
    head[w.name] = {{"dtype", "F32"}, {"shape", w.shape}, {"data_offsets", {at, at + size}}};
    at += size;
  }
  const std::string text = head.dump();
  const std::uint64_t length = text.size();
  std::string out(sizeof length, '\0');
  std::memcpy(out.data(), &length, sizeof length);
  out += text;
  for (const NamedWeights& w : weights) {
    out.append(reinterpret_cast<const char*>(w.values.data()), w.values.size() * sizeof(float));
  }
  return out;
}

SegmentationWeights read_weights(const std::string& path) {
  const Bytes bytes = map_file(path);
  SegmentationWeights out;
  for (const std::string& name : safetensors_keys(bytes, path)) {
    const Array array = safetensors_array(bytes, name, path);
    std::vector<double> values(array.rows() * array.cols());
    array.to_doubles(0, array.rows(), values);
    out.push_back({name, array.shape(), {}});
    for (const double v : values) out.back().values.push_back(static_cast<float>(v));
  }
  return out;
}

std::string checkpoint_bytes(const SegmentationCheckpoint& c) {
  const auto tensor = [](const char* name, const std::vector<float>& values) {
    return NamedWeights{name, {values.size()}, values};
  };
  return safetensors_bytes(
      {tensor("weights", c.weights), tensor("first_moment", c.first_moment),
       tensor("second_moment", c.second_moment),
       tensor("place", {static_cast<float>(c.epoch), static_cast<float>(c.seconds)})});
}

std::optional<SegmentationCheckpoint> read_checkpoint(const std::string& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    const SegmentationWeights all = read_weights(path);
    SegmentationCheckpoint out;
    for (const NamedWeights& w : all) {
      if (w.name == "weights") out.weights = w.values;
      if (w.name == "first_moment") out.first_moment = w.values;
      if (w.name == "second_moment") out.second_moment = w.values;
      if (w.name != "place" || w.values.size() != 2) continue;
      out.epoch = static_cast<std::size_t>(w.values[0]);
      out.seconds = static_cast<double>(w.values[1]);
    }
    if (out.epoch == 0 || out.second_moment.size() != out.weights.size()) return std::nullopt;
    return out;
  } catch (const Error&) {
    return std::nullopt;  // a checkpoint that cannot be read costs time, not the run
  }
}

}  // namespace cch::detail
