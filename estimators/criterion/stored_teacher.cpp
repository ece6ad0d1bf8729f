#include "cch/criterion/stored_teacher.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "cch/core/random.hpp"

namespace cch {
namespace {

constexpr std::array<std::string_view, 3> kTeacherKinds{"features", "logits", "probabilities"};
constexpr double kSumTolerance = 1e-3;  // float16 keeps three digits

bool is_distribution(std::span<const double> row) {
  return std::all_of(row.begin(), row.end(), [](double p) { return p >= 0.0; }) &&
         std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0) <= kSumTolerance;
}

/// One column of two classes becomes two.
Matrix column_a_class(const Samples& outputs, TeacherKind kind, const ClassLabels& labels) {
  const std::size_t classes = labels.classes();
  Matrix out(outputs.size(), classes);
  const bool single = classes == 2 && outputs.dim() == 1;
  for (std::size_t i = 0; i < out.rows(); ++i) {
    if (single) {
      out(i, 0) = kind == TeacherKind::probabilities ? 1.0 - outputs(i, 0) : 0.0;
      out(i, 1) = outputs(i, 0);
      continue;
    }
    const auto from = outputs.view().row(i);
    std::copy(from.begin(), from.end(), out.row(i).begin());
  }
  return out;
}

void check_columns(const Samples& outputs, const ClassLabels& labels) {
  const std::size_t classes = labels.classes();
  if (outputs.dim() == classes || (outputs.dim() == 1 && classes == 2)) return;
  refuse_data("outputs-columns",
              outputs.name() + " has " + std::to_string(outputs.dim()) +
                  " columns of outputs, the labels have " + std::to_string(classes) + " classes",
              {}, "each column is the score of one class, in the order of the sorted classes",
              "Give one column a class, from '" + labels.names().front() + "' to '" +
                  labels.names().back() +
                  "'; outputs for another task are features: leave out --teacher-kind");
}

void check_values(const Samples& outputs, TeacherKind kind, const ClassLabels& labels) {
  const Matrix columns = column_a_class(outputs, TeacherKind::probabilities, labels);
  std::size_t distributions = 0;
  std::size_t first = columns.rows();
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    const bool good = is_distribution(std::as_const(columns).row(i));
    distributions += good ? 1 : 0;
    if (!good) first = std::min(first, i);
  }
  if (kind == TeacherKind::probabilities && distributions < columns.rows()) {
    refuse_data("outputs-not-probabilities",
                "row " + std::to_string(first) + " (from 0) of " + outputs.name() +
                    " is no row of probabilities",
                std::to_string(columns.rows() - distributions) + " of " +
                    std::to_string(columns.rows()) + " rows",
                "probabilities are not negative and add up to 1",
                "Say --teacher-kind logits if they are scores before the softmax");
  }
  if (kind == TeacherKind::logits && distributions == columns.rows()) {
    refuse_data("outputs-are-probabilities",
                "every row of " + outputs.name() + " is a row of probabilities", {},
                "as logits, probabilities would be made flat by a second softmax",
                "Say --teacher-kind probabilities");
  }
}

/// ln p from scores, in place.
void normalise(std::span<double> row) {
  const double largest = *std::max_element(row.begin(), row.end());
  double total = 0.0;
  for (const double z : row) total += std::exp(z - largest);
  for (double& z : row) z -= largest + std::log(total);
}

/// √(j/(j+1)) of the j-th contrast, which sets the mean of j classes against the next one.
double contrast(std::size_t j) {
  const auto n = static_cast<double>(j);
  return std::sqrt(n / (n + 1.0));
}

std::size_t likeliest_column(std::span<const double> row) {
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

/// The column for each class: the pair with the most rows first, then the next that is free.
std::vector<std::size_t> greedy_match(const std::vector<std::size_t>& rows_of, std::size_t k) {
  std::vector<std::size_t> pairs(k * k);
  std::iota(pairs.begin(), pairs.end(), std::size_t{0});
  // Among equals the order as given comes first, so that what no row speaks for stays.
  std::stable_sort(pairs.begin(), pairs.end(), [&](std::size_t a, std::size_t b) {
    if (rows_of[a] != rows_of[b]) return rows_of[a] > rows_of[b];
    return (a / k == a % k) && (b / k != b % k);
  });
  std::vector<std::size_t> column_of(k, k);
  std::vector<char> taken(k, 0);
  for (const std::size_t pair : pairs) {
    if (column_of[pair / k] != k || taken[pair % k]) continue;
    column_of[pair / k] = pair % k;
    taken[pair % k] = 1;
  }
  return column_of;
}

std::string percent(double share) {
  const std::string tenths = std::to_string(std::lround(1000.0 * share));
  return (tenths.size() > 1 ? tenths.substr(0, tenths.size() - 1) : "0") + "." + tenths.back() +
         " %";
}

/// "2 for 'a', 0 for 'b', 1 for 'c' (columns from 0)".
std::string in_words(const ColumnMatch& match, const ClassLabels& labels) {
  constexpr std::size_t kShown = 10;
  std::string out;
  for (std::size_t c = 0; c < match.column_of.size() && c < kShown; ++c) {
    out += (c == 0 ? "" : ", ") + std::to_string(match.column_of[c]) + " for '" +
           labels.names()[c] + "'";
  }
  return out + (match.column_of.size() > kShown ? ", …" : "") + " (columns from 0)";
}

/// Of neighbouring rows one half may be of one class, so halves are drawn.
bool first_half(std::size_t group) {
  return derive_seed(group, "half of the columns' check") % 2 == 0;
}

}  // namespace

std::string_view to_string(TeacherKind kind) {
  return kTeacherKinds[static_cast<std::size_t>(kind)];
}

TeacherKind parse_teacher_kind(std::string_view name) {
  for (std::size_t i = 0; i < kTeacherKinds.size(); ++i) {
    if (kTeacherKinds[i] == name) return static_cast<TeacherKind>(i);
  }
  const std::vector<std::string> names(kTeacherKinds.begin(), kTeacherKinds.end());
  refuse_usage("unknown-teacher-kind", "there is no kind of teacher '" + std::string(name) + "'",
               "a teacher's file holds features, logits or probabilities",
               "Did you mean '" + nearest_name(name, names) + "'?");
}

Matrix class_scores(const Samples& outputs, TeacherKind kind, const ClassLabels& labels) {
  check_columns(outputs, labels);
  check_values(outputs, kind, labels);
  Matrix columns = column_a_class(outputs, kind, labels);
  if (kind != TeacherKind::probabilities) return columns;
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    for (double& p : columns.row(i)) p = std::log(std::max(p, kLeastProbability));
  }
  return columns;
}

Samples log_ratios(MatrixView scores, std::string name) {
  Matrix out(scores.rows(), scores.cols() - 1);
  for (std::size_t i = 0; i < out.rows(); ++i) {
    double sum = 0.0;
    for (std::size_t j = 1; j < scores.cols(); ++j) {
      sum += scores(i, j - 1);
      out(i, j - 1) = contrast(j) * (sum / static_cast<double>(j) - scores(i, j));
    }
  }
  return Samples::from(std::move(out), std::move(name));
}

Samples log_ratios(const Samples& outputs, TeacherKind kind, const ClassLabels& labels) {
  return log_ratios(class_scores(outputs, kind, labels).view(), outputs.name());
}

Matrix log_probabilities(MatrixView log_ratios) {
  const std::size_t k = log_ratios.cols() + 1;
  Matrix out(log_ratios.rows(), k);
  for (std::size_t i = 0; i < out.rows(); ++i) {
    // Σ_j z_j e_j with e_j = √(j/(j+1)) (1/j, …, 1/j, −1, 0, …), from the last class.
    double later = 0.0;
    for (std::size_t c = k; c-- > 0;) {
      const double own = c > 0 ? contrast(c) * log_ratios(i, c - 1) : 0.0;
      out(i, c) = later - own;
      if (c > 0) later += own / static_cast<double>(c);
    }
    normalise(out.row(i));
  }
  return out;
}

Samples against_others(const Samples& log_ratios, std::size_t class_code) {
  const Matrix ln_p = log_probabilities(log_ratios.view());
  Matrix out(ln_p.rows(), 1);
  for (std::size_t i = 0; i < out.rows(); ++i) {
    double others = 0.0;
    for (std::size_t c = 0; c < ln_p.cols(); ++c) {
      if (c != class_code) others += std::exp(ln_p(i, c));
    }
    out(i, 0) = contrast(1) * (std::log(std::max(others, kLeastProbability)) -
                               std::max(ln_p(i, class_code), std::log(kLeastProbability)));
  }
  return Samples::from(std::move(out), log_ratios.name());
}

ColumnMatch match_columns(MatrixView log_ratios, const ClassLabels& labels, const Groups& groups) {
  const Matrix ln_p = log_probabilities(log_ratios);
  const std::size_t k = ln_p.cols();
  const auto n = static_cast<double>(labels.size());
  std::vector<std::size_t> column(labels.size());
  std::vector<std::size_t> rows_of(k * k, 0);  // class × column, in the first half
  ColumnMatch out;
  for (std::size_t i = 0; i < column.size(); ++i) {
    column[i] = likeliest_column(std::as_const(ln_p).row(i));
    const auto y = static_cast<std::size_t>(labels[i]);
    out.accuracy += column[i] == y ? 1.0 / n : 0.0;
    if (first_half(groups.of(i))) ++rows_of[y * k + column[i]];
  }
  const std::vector<std::size_t> counts = labels.counts();
  out.base_rate = static_cast<double>(*std::max_element(counts.begin(), counts.end())) / n;
  out.column_of = greedy_match(rows_of, k);
  double rows = 0.0;
  std::vector<double> gained(groups.count(), 0.0);
  std::vector<double> size(groups.count(), 0.0);
  for (std::size_t i = 0; i < column.size(); ++i) {
    const std::size_t g = groups.of(i);
    if (first_half(g)) continue;
    const auto y = static_cast<std::size_t>(labels[i]);
    gained[g] += (column[i] == out.column_of[y] ? 1.0 : 0.0) - (column[i] == y ? 1.0 : 0.0);
    size[g] += 1.0;
    rows += 1.0;
  }
  if (rows == 0.0) return out;
  out.gain = std::accumulate(gained.begin(), gained.end(), 0.0) / rows;
  double squares = 0.0;
  for (std::size_t g = 0; g < gained.size(); ++g) {
    squares += std::pow(gained[g] - out.gain * size[g], 2);
  }
  out.standard_error = std::sqrt(squares) / rows;
  return out;
}

std::optional<Fault> columns_fault(const std::string& name, const ColumnMatch& match,
                                   const ClassLabels& labels, std::vector<Warning>& warnings) {
  if (match.permuted()) {
    return Fault{"outputs-permuted",
                 "the columns of '" + name + "' are not in the order of the classes",
                 percent(match.accuracy) + " of the rows are right as they stand, " +
                     percent(match.gain) + " more in the order " + in_words(match, labels),
                 "each column is taken for one class, in the order of the sorted classes",
                 "Put the columns into that order, or take them as features"};
  }
  if (match.at_chance()) {
    warnings.push_back({"outputs-at-chance", "'" + name + "' names the right class in " +
                                                 percent(match.accuracy) +
                                                 " of the rows, the commonest class would in " +
                                                 percent(match.base_rate) +
                                                 "; are its rows in the order of the labels?"});
  }
  return std::nullopt;
}

}  // namespace cch
