#pragma once

#include <vector>

#include "cch/experiments/training.hpp"

namespace cch::test {

/// The networks and losses of network.hpp, one row and one number at a time.
struct PlainOutputs {
  std::vector<double> z;
  std::vector<double> h;  // last hidden layer
};
PlainOutputs plain_outputs(const NetworkSpec& network, const TrainingData& data, std::size_t row,
                           const std::vector<double>& weights);

struct PlainLoss {
  double hard = 0.0;
  double soft = 0.0;
  double unpaired = 0.0;  // the rest of the labels of rows that the teacher lacks

  /// Of the labels, with its weight.
  [[nodiscard]] double labels(const DistilLoss& loss) const {
    return loss.hard_weight() * hard + unpaired;
  }
  [[nodiscard]] double total(const DistilLoss& loss) const {
    return labels(loss) + loss.lambda * soft;
  }
};

/// The rows of a step.
struct PlainStep {
  std::vector<std::size_t> rows;
  std::vector<std::uint8_t> labelled;
  double hard_scale = 1.0;
};

/// `map` is W of the losses on features, m' × m.
PlainLoss plain_loss(const NetworkSpec& network, const TrainingData& data, const TrainingJob& job,
                     const PlainStep& step, const std::vector<double>& weights,
                     const std::vector<double>& map);

}  // namespace cch::test
