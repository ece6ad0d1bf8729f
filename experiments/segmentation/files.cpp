#include "experiments/segmentation/files.hpp"

#include <algorithm>
#include <filesystem>
#include <span>

#include "cch/data/safetensors.hpp"
#include "cch/data/sha256.hpp"

namespace cch::detail {

std::string weights_bytes(const SegmentationWeights& weights) {
  std::vector<TensorBytes> tensors;
  for (const NamedWeights& w : weights) {
    tensors.push_back({w.name, "F32", w.shape, std::as_bytes(std::span(w.values))});
  }
  return safetensors_bytes(tensors);
}

SegmentationWeights read_weights(const std::string& path) {
  const Bytes bytes = map_file(path);
  SegmentationWeights out;
  const SafetensorsFile tensors(bytes, path);
  for (const std::string& name : tensors.keys()) {
    const Array array = tensors.array(name);
    std::vector<double> values(array.rows() * array.cols());
    array.to_doubles(0, array.rows(), values);
    out.push_back({name, array.shape(), {}});
    for (const double v : values) out.back().values.push_back(static_cast<float>(v));
  }
  return out;
}

namespace {

constexpr const char* kChecksum = "checksum";

/// SHA-256 of names and values in the order of the names, a byte a number.
NamedWeights checksum_of(SegmentationWeights weights) {
  std::sort(weights.begin(), weights.end(),
            [](const NamedWeights& a, const NamedWeights& b) { return a.name < b.name; });
  std::string text;
  for (const NamedWeights& w : weights) {
    const auto bytes = std::as_bytes(std::span(w.values));
    text += w.name + '\n' + std::to_string(w.values.size()) + '\n';
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  const std::string hash = sha256(std::as_bytes(std::span(text)));
  NamedWeights out{kChecksum, {hash.size() / 2}, {}};
  for (std::size_t i = 0; i + 1 < hash.size(); i += 2) {
    out.values.push_back(static_cast<float>(std::stoi(hash.substr(i, 2), nullptr, 16)));
  }
  return out;
}

/// Takes the checksum off; whether it is that of the rest.
bool take_checksum(SegmentationWeights& weights) {
  const auto found = std::find_if(weights.begin(), weights.end(),
                                  [](const NamedWeights& w) { return w.name == kChecksum; });
  if (found == weights.end()) return false;
  const NamedWeights stored = std::move(*found);
  weights.erase(found);
  return stored.values == checksum_of(weights).values;
}

}  // namespace

std::string checkpoint_bytes(const SegmentationCheckpoint& c) {
  const auto tensor = [](const char* name, const std::vector<float>& values) {
    return NamedWeights{name, {values.size()}, values};
  };
  SegmentationWeights all{
      tensor("weights", c.weights), tensor("first_moment", c.first_moment),
      tensor("second_moment", c.second_moment),
      tensor("place", {static_cast<float>(c.epoch), static_cast<float>(c.seconds)})};
  if (c.best) {
    all.push_back(tensor("best_weights", c.best->weights));
    all.push_back(
        tensor("best_place", {static_cast<float>(c.best->epoch), static_cast<float>(c.best->loss),
                              static_cast<float>(c.since)}));
  }
  all.push_back(checksum_of(all));
  return weights_bytes(all);
}

std::optional<SegmentationCheckpoint> read_checkpoint(const std::string& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  try {
    SegmentationWeights all = read_weights(path);
    if (!take_checksum(all)) return std::nullopt;
    SegmentationCheckpoint out;
    SegmentationBest best;
    for (const NamedWeights& w : all) {
      if (w.name == "weights") out.weights = w.values;
      if (w.name == "first_moment") out.first_moment = w.values;
      if (w.name == "second_moment") out.second_moment = w.values;
      if (w.name == "best_weights") best.weights = w.values;
      if (w.name == "best_place" && w.values.size() == 3) {
        best.epoch = static_cast<std::size_t>(w.values[0]);
        best.loss = static_cast<double>(w.values[1]);
        out.since = static_cast<std::size_t>(w.values[2]);
      }
      if (w.name != "place" || w.values.size() != 2) continue;
      out.epoch = static_cast<std::size_t>(w.values[0]);
      out.seconds = static_cast<double>(w.values[1]);
    }
    if (out.epoch == 0 || out.second_moment.size() != out.weights.size()) return std::nullopt;
    if (best.epoch > 0) {
      if (best.weights.size() != out.weights.size()) return std::nullopt;
      out.best = std::move(best);
    }
    return out;
  } catch (const Error&) {
    return std::nullopt;  // a checkpoint that cannot be read costs time, not the run
  }
}

}  // namespace cch::detail
