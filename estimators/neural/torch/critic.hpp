#pragma once

#include <memory>
#include <span>
#include <vector>

#include "estimators/neural/pair_sums.hpp"
#include "estimators/neural/torch/training.hpp"

namespace cch::neural {

/// R separable or joint critics of two vectors, or of a vector and labels, on the features of
/// DeviceData. See mine() for their start.
class Critic {
 public:
  Critic(const detail::NeuralData& data, const DeviceData& device,
         std::span<const detail::NeuralFold> folds, const detail::CriticSettings& settings,
         ParameterMaker& maker);

  /// Negative objective of every network on its batch (R × B rows), R values.
  Tensor loss(const Tensor& rows);
  /// What network r says on these rows.
  [[nodiscard]] detail::CriticReading read(std::size_t r, std::span<const std::int64_t> rows) const;

 private:
  // One side's part of T: T_ij = left_i · right_j + left_add_i + right_add_j.
  struct Side {
    Tensor factor;  // R × B × (E + pairs)
    Tensor add;     // R × B × 1
  };
  struct Tower {
    Dense first, second, last;
    Dense add;  // what depends on this side alone
  };

  [[nodiscard]] Side left(const Tensor& x) const;
  [[nodiscard]] Side right(const Tensor& y) const;
  [[nodiscard]] Tensor pair_scores(const Side& l, const Side& r) const;
  [[nodiscard]] Tensor class_scores(const Tensor& x) const;
  [[nodiscard]] Tensor joint_scores(const Tensor& x, const Tensor& y,
                                    std::span<const std::int64_t> shifts) const;
  [[nodiscard]] Tensor bound(const Tensor& positive, const Tensor& log_mean_negative,
                             const Tensor& mean_soft_negative);
  [[nodiscard]] Tensor of_classes(const Tensor& rows);
  [[nodiscard]] Tensor of_pairs(const Tensor& rows);
  [[nodiscard]] Tensor of_shifts(const Tensor& rows);
  [[nodiscard]] Critic only(std::size_t r) const;
  [[nodiscard]] detail::CriticReading read_all_pairs(std::span<const std::int64_t> rows) const;
  [[nodiscard]] detail::CriticReading read_shifts(std::span<const std::int64_t> rows) const;
  [[nodiscard]] detail::CriticReading read_labels(std::span<const std::int64_t> rows) const;

  const detail::NeuralData* plain_;
  const DeviceData* data_;
  detail::CriticSettings settings_;
  Tower x_;
  Tower y_;
  Dense joint_;      // the y half of a joint critic's first layer
  Tensor a_, b_;     // start directions, fixed
  Tensor product_;   // R × 1 × pairs, of u_i v_i
  Tensor square_x_;  // R × 1 × pairs
  Tensor square_y_;
  Tensor offset_;     // R × 1 × 1, or R × 1 × K for labels
  Tensor prior_;      // R × K, shares of the fitted rows
  Tensor ema_;        // R, logarithm of the running mean of e^T
  double cap_ = 0.0;  // of T, but for infonce
};

std::vector<detail::CriticFit> fit_critics(const detail::NeuralData& data,
                                           std::span<const detail::NeuralFold> folds,
                                           const detail::CriticSettings& settings,
                                           const Execution& exec);

}  // namespace cch::neural
