#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "cch/core/matrix.hpp"

namespace cch {

/// How good outputs are on some rows. Classes: logits N × K against codes; real labels: predictions
/// N × Dy against targets. What does not exist is empty.
struct Metrics {
  std::size_t rows = 0;
  std::optional<double> cross_entropy;  ///< nats a row
  /// The same of z/τ, nats: τ is fitted on every second row and read on the others, both ways. Soft
  /// targets change the scale of logits, which would otherwise count as a loss.
  std::optional<double> calibrated_cross_entropy;
  std::optional<double> accuracy;     ///< share of rows
  std::optional<double> weighted_f1;  ///< F1 of each class, weighted by its rows
  /// One against the rest, mean over classes with rows on both sides; ties count half.
  std::optional<double> auc;
  std::optional<double> mse;  ///< sum over columns, mean over rows
};

/// `y` and `outputs` are indexed by the rows given. Cost O(n K log n).
Metrics class_metrics(const Matrix& outputs, std::span<const int> y,
                      std::span<const std::size_t> rows);
Metrics real_metrics(const Matrix& outputs, const Matrix& targets,
                     std::span<const std::size_t> rows);

/// The temperature τ by which logits are divided so that their softmax fits the labels of these
/// rows: least Σ cross-entropy(z/τ) + ½(ln τ)². The second term, a normal prior of one e-fold,
/// keeps τ finite where few rows are all classified right. Rows that the network was not fitted on
/// make it honest. Guo et al., ICML 2017, without the prior. 1 without rows. Cost O(n K).
double calibration_temperature(const Matrix& outputs, std::span<const int> y,
                               std::span<const std::size_t> rows);
/// Mean cross-entropy of z/τ on these rows, nats, with the τ above of the same rows: comparable
/// between networks whose targets had different temperatures, also on few rows.
double calibrated_loss(const Matrix& outputs, std::span<const int> y,
                       std::span<const std::size_t> rows);

}  // namespace cch
