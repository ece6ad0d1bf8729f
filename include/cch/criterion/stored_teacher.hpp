#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"
#include "cch/core/samples.hpp"

// Teachers that were trained before and bring what they said: class scores, one row a sample. They
// enter as log-ratios, which are as good as the probabilities (each follows from the other) and,
// unlike these, have no column too many. Only one temperature is ever fitted to them.

namespace cch {

/// What the file of a teacher holds.
enum class TeacherKind {
  features,       ///< of its modality: teachers are fitted to them
  logits,         ///< class scores before the softmax; logarithms of probabilities as well
  probabilities,  ///< class probabilities
};
std::string_view to_string(TeacherKind kind);
/// "features", "logits" or "probabilities"; a usage Error that names the nearest otherwise.
TeacherKind parse_teacher_kind(std::string_view name);

/// Of a teacher whose features are the log-ratios of its outputs.
struct StoredOutputs {
  TeacherKind kind = TeacherKind::logits;
  /// The teacher was trained with labels of these rows, those of cross-fitting included: what it
  /// says of one row then depends on the labels of the rows that a student is scored with, which it
  /// passes on. The pilot's gain is overstated by .003 to .010 nats (400 rows, a teacher of 72
  /// columns; docs/statistics.md), where nothing is gained.
  bool saw_rows = false;
};

/// Probabilities below this enter as this: so much is lost where they were stored as float32.
inline constexpr double kLeastProbability = 1e-7;

/// What the outputs say of each class, N × K: logits as they are, of probabilities ln max(p, 1e-7).
/// `outputs` is N × K with the classes in the order of `labels`; for two classes one column is that
/// of the second class: a logit against 0, or its probability. Data Errors, with the name of the
/// outputs and the row: "outputs-columns" (not one a class), "outputs-not-probabilities" (negative,
/// or a sum that is further than .001 from 1), "outputs-are-probabilities" (logits whose every row
/// is one). Cost O(N K).
Matrix class_scores(const Samples& outputs, TeacherKind kind, const ClassLabels& labels);

/// Isometric log-ratios (Egozcue et al. 2003) of the class probabilities p, N × (K − 1):
///
///   z_j = √(j/(j+1)) (mean_{i ≤ j} ln p_i − ln p_{j+1}),  j = 1 … K − 1
///
/// from class scores (ln p up to a constant a row). Cost O(N K).
Samples log_ratios(MatrixView scores, std::string name);
/// The same from outputs; errors as class_scores.
Samples log_ratios(const Samples& outputs, TeacherKind kind, const ClassLabels& labels);

/// ln p, N × K: the inverse. Cost O(N K).
Matrix log_probabilities(MatrixView log_ratios);

/// Log-ratios of one class against all others together, N × 1. Cost O(N K).
Samples against_others(const Samples& log_ratios, std::size_t class_code);

/// Whether the columns of a teacher's outputs are the classes in their order.
struct ColumnMatch {
  double accuracy = 0.0;   ///< share of rows whose likeliest column is their class
  double base_rate = 0.0;  ///< share of the commonest class
  /// Column that fits each class best on one half of the groups (the most rows first).
  std::vector<std::size_t> column_of;
  double gain = 0.0;  ///< of accuracy on the other half, by that order
  double standard_error = 0.0;

  /// Another order is better by more than .1 and 4 standard errors.
  [[nodiscard]] bool permuted() const { return gain > 0.1 && gain > 4.0 * standard_error; }
  /// No better than naming the commonest class.
  [[nodiscard]] bool at_chance() const { return accuracy <= base_rate; }
};

/// Rows of log-ratios and labels are the same samples. Whole groups go to either half, always
/// the same. The standard error is that over groups. Cost O(N K + K² log K).
ColumnMatch match_columns(MatrixView log_ratios, const ClassLabels& labels, const Groups& groups);

/// What a match says of the teacher `name`: the fault "outputs-permuted", or nothing and, at
/// chance, the warning "outputs-at-chance".
std::optional<Fault> columns_fault(const std::string& name, const ColumnMatch& match,
                                   const ClassLabels& labels, std::vector<Warning>& warnings);

}  // namespace cch
