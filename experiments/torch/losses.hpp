#pragma once

#include <vector>

#include "cch/experiments/training.hpp"
#include "experiments/torch/networks.hpp"

namespace cch::training {

/// The rows of a step on the device.
struct Step {
  Tensor rows;    ///< B indices
  Tensor weight;  ///< B: N/N_labelled over B for labelled rows, else 0
};

/// Losses of each network on a step, without their weights; M each, means over rows.
struct Losses {
  Tensor hard;
  Tensor unpaired;  ///< what full labels of unpaired rows add, with its weight; undefined: nothing
  Tensor soft;      ///< undefined when no network has a teacher; 0 for those without one
};

/// The distillation loss of the networks that share its form and the number of teacher columns.
class DistilGroup {
 public:
  /// `members` are indices into the fit's jobs.
  DistilGroup(const TrainingData& data, const std::vector<TrainingJob>& jobs,
              std::vector<std::size_t> members, std::size_t features, const TensorOptions& options);

  /// G means over rows, in the order of members().
  [[nodiscard]] Tensor operator()(const Outputs& out, const Tensor& rows) const;
  [[nodiscard]] const Tensor& members() const { return members_; }
  /// The learned maps G × m' × m of features; undefined for losses on outputs.
  [[nodiscard]] const Tensor& maps() const { return maps_; }

 private:
  /// G × B, before factor and mean over rows.
  [[nodiscard]] Tensor of_outputs(const Tensor& z, const Tensor& t) const;
  [[nodiscard]] Tensor of_features(const Tensor& h, const Tensor& g, const Tensor& paired) const;
  [[nodiscard]] Tensor contrast(const Tensor& a, const Tensor& b, const Tensor& paired) const;

  DistilForm form_;
  bool all_ = false;          // the members are all jobs in their order
  Tensor members_;            // G
  std::vector<Tensor> said_;  // of each teacher, N × columns
  Tensor teacher_;            // G: index into said_
  Tensor paired_;             // teachers × N, 1 or 0; undefined: all rows are paired
  Tensor temperature_;        // G × 1 × 1
  Tensor factor_;             // G: T², or 1
  Tensor maps_;
};

/// All losses of a fit.
class FitLosses {
 public:
  FitLosses(const TrainingData& data, const TrainingFit& fit, std::size_t features,
            const TensorOptions& options);

  [[nodiscard]] Losses operator()(const Outputs& out, const Step& step) const;
  /// Weights that the losses themselves learn.
  [[nodiscard]] std::vector<Tensor> maps() const;
  /// The jobs of each of maps(), by its first dimension.
  [[nodiscard]] std::vector<Tensor> map_members() const;

 private:
  /// M × B, with the weight of the rows.
  [[nodiscard]] Tensor hard(const Tensor& z, const Step& step) const;

  Tensor codes_;        // N class codes; undefined for real labels
  Tensor targets_;      // N × Dy real labels
  Tensor label_scale_;  // M × 1 × 1
  Tensor unpaired_;     // M × N: 1 − the weight of the labels where a row is unpaired, else 0
  std::vector<DistilGroup> groups_;
};

}  // namespace cch::training
