#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/core/matrix.hpp"
#include "cch/experiments/network.hpp"

namespace cch {

/// Rows that a network of the caller's own learns from, and rows that it is asked about.
struct OwnFit {
  MatrixView x;        ///< n × D
  std::vector<int> y;  ///< n classes 0..K−1, −1 of a row without a label; empty for real labels
  std::size_t classes = 0;
  /// What each row should get: n × K probabilities, n × Dy values of real labels. Of a student that
  /// nobody teaches these are the labels.
  MatrixView targets;
  bool taught = false;
  MatrixView all;  ///< N × D
};

/// A kind of network that only the caller knows, behind NetworkSpec::own: pilots train it as they
/// train their own ones, with and without each teacher.
///
/// The distillation loss of a job with λ and temperature T becomes one of targets, as in the linear
/// pilot: (1 − a)·y + a·p_T with a = λ/(1 + λ) and p_T the teacher's softmax at T (real labels: its
/// prediction); a row that only the teacher labels has p_T.
class OwnNetwork {
 public:
  virtual ~OwnNetwork() = default;
  /// Among the kinds of student of a document.
  [[nodiscard]] virtual std::string name() const = 0;
  /// The kind of student whose fitted chance holds for it: mlp, what is known of networks, or cnn.
  [[nodiscard]] virtual Layers kind() const { return Layers::mlp; }
  /// Partings into folds at most: each is as many fits again.
  [[nodiscard]] virtual std::size_t repeats() const { return 1; }
  /// Fits one from the beginning; what it says of all rows, N × K logits or N × Dy predictions.
  /// Called by one thread at a time, in an order that the seed decides.
  [[nodiscard]] virtual Matrix outputs(const OwnFit& fit) const = 0;
};

}  // namespace cch
