#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cch/experiments/training.hpp"

namespace cch::detail {

/// Sums over rows of a job's losses, without their weights.
struct LossSums {
  double hard = 0.0;
  double soft = 0.0;
  double unpaired = 0.0;  ///< what full labels of unpaired rows add to the weighted loss
  std::size_t rows = 0;
  std::size_t judged = 0;  ///< of them: with a label or a teacher
};

/// Losses of network.hpp and their gradients in the outputs, for all jobs of a fit on one batch.
/// Outputs and gradients lie in tiles of 16 rows: per tile column after column, K columns a job.
template <class Real>
class DenseLoss {
 public:
  DenseLoss(const TrainingData& data, const TrainingFit& fit, double hard_scale);

  /// The batch that the next calls are about.
  void take(std::span<const std::size_t> rows, std::span<const std::uint8_t> labelled);

  /// Gradients of the mean over the batch. With `soft` the hard and the soft part apart, without it
  /// their sum in `hard`. Losses are added to `sums` where it is given.
  void gradients(const Real* z, Real* hard, Real* soft, std::vector<LossSums>* sums);

 private:
  /// What a teacher says to the rows of the fit at one temperature.
  struct Target {
    std::size_t teacher = 0;
    double temperature = 1.0;
    bool shares = true;         // softmax(t/T); else t itself
    std::vector<Real> values;   // N × K
    std::vector<Real> entropy;  // N: Σ p ln p
  };
  struct Tile;  // one job on one tile

  std::size_t target_of(const TrainingJob& job);
  /// Weights of the labels of a tile's rows.
  void hard_weights(const Tile& tile, double factor, Real* scale) const;
  [[nodiscard]] bool pairs(const Tile& tile, std::size_t lane) const;
  void count_unpaired(const Tile& tile, std::size_t lane, double hard, LossSums& sums) const;
  void class_tile(const Tile& tile, LossSums* sums);
  void real_tile(const Tile& tile, LossSums* sums);
  void soft_tile(const Tile& tile, LossSums* sums);

  const TrainingData& data_;
  const TrainingFit& fit_;
  std::size_t k_;
  Real hard_scale_;
  std::vector<Target> targets_;
  std::vector<std::size_t> target_of_job_;
  std::vector<std::size_t> rows_;
  std::vector<Real> weight_;  // of a row's hard loss
  std::vector<Real> q_;       // K × 16
  std::vector<Real> at_t_;    // K × 16
};

extern template class DenseLoss<float>;
extern template class DenseLoss<double>;

}  // namespace cch::detail
