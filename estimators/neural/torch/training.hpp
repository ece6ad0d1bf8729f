#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/neural/backend.hpp"
#include "estimators/neural/torch/torch.hpp"

namespace cch::neural {

/// The arrays of both sides on the device.
struct DeviceData {
  DeviceData(const detail::NeuralData& data, const torch::Device& device);

  torch::Device device;
  Tensor x;       ///< N × P
  Tensor y;       ///< N × Q, undefined for labels
  Tensor labels;  ///< N, undefined for vectors
  Tensor groups;  ///< N, undefined when every row is its own group

  /// Rows of x, R × B × P for indices R × B.
  [[nodiscard]] Tensor rows_of_x(const Tensor& rows) const { return pick(x, rows); }
  [[nodiscard]] Tensor rows_of_y(const Tensor& rows) const { return pick(y, rows); }
  [[nodiscard]] static Tensor pick(const Tensor& values, const Tensor& rows);
};

/// Indices of some rows as a 1 × n tensor on the device.
Tensor index_tensor(std::span<const std::int64_t> rows, const torch::Device& device);

/// R fully connected layers at once, one a network: w is R × in × out, b is R × 1 × out.
struct Dense {
  Tensor w;
  Tensor b;

  /// x is R × B × in, result R × B × out.
  [[nodiscard]] Tensor operator()(const Tensor& x) const { return torch::baddbmm(b, x, w); }
  /// Network r alone.
  [[nodiscard]] Tensor of(std::size_t r, const Tensor& x) const {
    const auto k = static_cast<std::int64_t>(r);
    return torch::baddbmm(b.narrow(0, k, 1), x, w.narrow(0, k, 1));
  }
};

/// Makes the parameters of R networks. Every network draws from its own stream, so it starts alike
/// whether it is trained alone or with others.
class ParameterMaker {
 public:
  ParameterMaker(std::span<const detail::NeuralFold> folds, const torch::Device& device);

  /// Weights and offsets uniform in ±1/√in (Kaiming's rule for a = √5); `spread` scales both.
  Dense dense(std::size_t in, std::size_t out, double spread = 1.0, bool decays = true);
  /// One parameter a network, R × 1 × n, network r from start(r).
  template <class Start>
  Tensor given(std::size_t n, const Start& start) {
    Tensor all = torch::empty({networks(), 1, static_cast<std::int64_t>(n)});
    for (std::int64_t r = 0; r < networks(); ++r) {
      const std::vector<float> values = start(static_cast<std::size_t>(r));
      std::copy(values.begin(), values.end(),
                all.data_ptr<float>() + r * static_cast<std::int64_t>(n));
    }
    return keep(all, false);
  }

  [[nodiscard]] std::int64_t networks() const { return static_cast<std::int64_t>(random_.size()); }
  [[nodiscard]] std::vector<Tensor> decaying() const { return decaying_; }
  [[nodiscard]] std::vector<Tensor> others() const { return others_; }

 private:
  Tensor keep(const Tensor& values, bool decays);

  torch::Device device_;
  std::vector<Random> random_;
  std::vector<Tensor> decaying_;
  std::vector<Tensor> others_;
};

/// Canonical variates are clipped here, standard deviations.
inline constexpr double kFarthest = 4.0;

/// Canonical pairs of the fold that has the most.
std::size_t most_pairs(std::span<const detail::NeuralFold> folds);

/// A fixed map of every fold, R × rows × cols; folds may have fewer columns (zeros are added).
Tensor stacked_maps(std::span<const detail::NeuralFold> folds,
                    const detail::FloatMatrix detail::NeuralFold::*map, std::size_t cols,
                    const torch::Device& device);

/// R networks of one kind that train together.
class Model {
 public:
  virtual ~Model() = default;
  /// Loss of each network on its own batch: rows is R × B, result R.
  virtual Tensor loss(const Tensor& rows) = 0;
  /// What network r is worth on its validation rows, more is better; NaN when it diverged.
  virtual double validate(std::size_t r) = 0;
  /// A rise of the validation value below this does not count against the patience.
  double least_gain = 0.0;

  std::vector<Tensor> decaying;
  std::vector<Tensor> others;
};

/// Adam with decoupled weight decay; an epoch is all fitted rows of the smallest fold, at most 200
/// steps. A network whose validation value has not risen for `patience` epochs keeps its best
/// weights from then on; the training ends when that holds for all. A loss or validation value that
/// is not finite ends that network and marks it diverged. Afterwards the best weights are in place.
std::vector<detail::TrainingRecord> train(Model& model, std::span<const detail::NeuralFold> folds,
                                          const TrainingOptions& options,
                                          const torch::Device& device, std::string_view phase,
                                          const Execution& exec);

}  // namespace cch::neural
