#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cch/experiments/segmentation_training.hpp"
#include "experiments/torch/tensors.hpp"

namespace cch::training {

/// The weights of a network, one behind the other in one flat tensor, so that an optimiser's step
/// is a few operations whatever their number.
class WeightStore {
 public:
  enum class Init { zero, one, linear, filter };
  using Slot = std::shared_ptr<Tensor>;

  /// Filled by build().
  Slot add(const std::string& name, std::vector<std::int64_t> shape, Init init);
  /// Draws first weights: linear N(0, .02²), filters N(0, 2/fan-out) (SegFormer's), by names, so
  /// that a network keeps the weights of its parts when it gets another.
  void build(std::uint64_t seed, const TensorOptions& options);

  [[nodiscard]] const Tensor& flat() const { return flat_; }
  /// 1 where weight decay applies, else 0.
  [[nodiscard]] const Tensor& decayed() const { return decayed_; }
  [[nodiscard]] std::vector<Tensor> tensors() const;
  [[nodiscard]] SegmentationWeights named() const;
  /// Takes all weights by name. Usage Error "pretrained-mismatch" that lists the keys which do not
  /// fit; with `only` that prefix alone is asked for, and keys that are not ours may be left over.
  void load(const SegmentationWeights& weights, const std::string& only = {});
  void freeze();

 private:
  struct Entry {
    std::string name;
    std::vector<std::int64_t> shape;
    Init init = Init::zero;
    Slot slot;
    std::int64_t offset = 0;
    std::int64_t size = 0;
  };
  std::vector<Entry> entries_;
  std::int64_t size_ = 0;
  Tensor flat_;
  Tensor decayed_;
};

struct Linear {
  WeightStore::Slot weight;
  WeightStore::Slot offset;
  Linear() = default;
  Linear(WeightStore& store, const std::string& name, std::size_t in, std::size_t out);
  Tensor operator()(const Tensor& x) const { return torch::linear(x, *weight, *offset); }
};

struct Norm {
  WeightStore::Slot weight;
  WeightStore::Slot offset;
  Norm() = default;
  Norm(WeightStore& store, const std::string& name, std::size_t width);
  /// Over the last index.
  Tensor operator()(const Tensor& x) const;
};

struct Filter {
  WeightStore::Slot weight;
  WeightStore::Slot offset;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t groups = 1;
  Filter() = default;
  Filter(WeightStore& store, const std::string& name, std::size_t in, std::size_t out,
         std::size_t size, std::size_t stride, std::size_t padding, std::size_t groups = 1);
  Tensor operator()(const Tensor& x) const {
    return torch::conv2d(x, *weight, *offset, stride, padding, 1, groups);
  }
};

}  // namespace cch::training
