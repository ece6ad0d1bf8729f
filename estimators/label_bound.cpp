#include "cch/estimators/label_bound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "estimators/classifiers/cross_fit.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/row_terms.hpp"

namespace cch {
namespace {

using detail::FoldResult;

/// Classes with fewer rows, or groups, than this are named in a warning.
constexpr std::size_t kSmallClass = 10;
constexpr std::size_t kFewGroups = 20;

void check_rows(const Samples& x, const ClassLabels& y, const Groups& groups) {
  if (x.size() == y.size() && x.size() == groups.rows()) return;
  refuse_data("unequal-rows", "the inputs have different numbers of rows",
              x.name() + ": " + std::to_string(x.size()) + ", labels: " + std::to_string(y.size()) +
                  ", groups: " + std::to_string(groups.rows()),
              "rows are paired by position", "Align the files on their ids first");
}

std::vector<std::size_t> groups_per_class(const ClassLabels& y, const Groups& groups) {
  std::vector<std::size_t> count(y.classes(), 0);
  std::vector<std::size_t> last(y.classes(), groups.count());
  for (std::size_t g = 0; g < groups.count(); ++g) {
    for (const std::size_t i : groups.members(g)) {
      const auto c = static_cast<std::size_t>(y[i]);
      if (last[c] != g) ++count[c];
      last[c] = g;
    }
  }
  return count;
}

std::string quoted(const ClassLabels& y, std::size_t c) {
  return "'" + y.names()[c] + "'";
}

/// Refuses classes that cannot be held out, and names those that are nearly so.
void check_classes(const ClassLabels& y, const Groups& groups, std::vector<Warning>& warnings) {
  const auto counts = y.counts();
  const auto spread = groups_per_class(y, groups);
  std::size_t present = 0;
  std::string lone;
  std::string small;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    ++present;
    const std::string text = quoted(y, c) + " (" + std::to_string(counts[c]) + " rows, " +
                             std::to_string(spread[c]) + (spread[c] == 1 ? " group)" : " groups)");
    if (spread[c] < 2) lone += (lone.empty() ? "" : ", ") + text;
    if (spread[c] >= 2 && spread[c] < kSmallClass) small += (small.empty() ? "" : ", ") + text;
  }
  if (present < 2) {
    refuse_data("one-class", "the labels have fewer than two classes",
                std::to_string(present) + " classes",
                "their entropy is 0, so nothing can be known about them", "Give other labels");
  }
  if (!lone.empty()) {
    refuse_data("lone-class", "a class has rows in one group only", lone,
                "it cannot be learned and held out at once", "Merge or drop these classes");
  }
  if (!small.empty()) {
    warnings.push_back({"small-class", "few rows or groups to learn these classes from: " + small});
  }
}

void check_options(const LabelBoundOptions& options, const Groups& groups) {
  if (options.folds < 3) {
    refuse_usage("too-few-folds",
                 "label-bound needs at least 3 folds, not " + std::to_string(options.folds),
                 "one is held out, one calibrates and the rest are learned from", "Use 5 folds");
  }
  if (groups.count() < 3) {
    refuse_data("too-few-groups", "label-bound needs at least 3 groups",
                std::to_string(groups.count()) + " groups",
                "whole groups are held out, used to calibrate and learned from",
                "Give more groups");
  }
}

/// Codes of the classes that have rows, numbered from 0 in their order.
std::vector<int> present_codes(const ClassLabels& y, std::size_t& classes) {
  const auto counts = y.counts();
  std::vector<int> number(counts.size(), -1);
  classes = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) number[c] = static_cast<int>(classes++);
  }
  std::vector<int> codes(y.size());
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = number[static_cast<std::size_t>(y[i])];
  return codes;
}

void describe(const std::vector<FoldResult>& results, Estimate& out) {
  double correct = 0.0;
  std::array<double, detail::kFamilies> ce{};
  double pooled = 0.0;
  for (std::size_t f = 0; f < results.size(); ++f) {
    const detail::Decision& d = results[f].decision;
    std::string text;
    for (std::size_t m = 0; m < d.pool.size(); ++m) {
      text += (m ? " + " : "") + detail::candidate_name(d.pool[m], d.choice[d.pool[m]]) + " x " +
              std::to_string(d.calibration.tau(static_cast<Eigen::Index>(m)));
    }
    out.diagnostics.note("winner_fold_" + std::to_string(f), text);
    out.diagnostics.set("doubt_fold_" + std::to_string(f), d.calibration.doubt);
    correct += static_cast<double>(results[f].correct);
    pooled += d.calibration.cross_entropy;
    for (std::size_t m = 0; m < ce.size(); ++m) ce[m] += d.cross_entropy[m];
  }
  const auto folds = static_cast<double>(results.size());
  out.diagnostics.set("folds", folds);
  out.diagnostics.set("accuracy", correct / static_cast<double>(out.n));
  for (std::size_t m = 0; m < ce.size(); ++m) {
    out.diagnostics.set("inner_cross_entropy_" + detail::family_name(m), ce[m] / folds);
  }
  out.diagnostics.set("inner_cross_entropy_pool", pooled / folds);
}

/// Row terms ln(q(y_i|x_i) / p(y_i)) in the order of the rows.
std::vector<double> row_terms(const detail::ClassProblem& p,
                              const std::vector<FoldResult>& results) {
  std::vector<double> counts(p.classes, 0.0);
  for (const int c : p.y) counts[static_cast<std::size_t>(c)] += 1.0;
  const auto n = static_cast<double>(p.y.size());
  std::vector<double> terms(p.y.size());
  std::vector<std::size_t> next(p.folds, 0);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::size_t f = p.fold[i];
    const double log_prior = std::log(counts[static_cast<std::size_t>(p.y[i])] / n);
    terms[i] = results[f].log_q[next[f]++] - log_prior;
  }
  return terms;
}

}  // namespace

Estimate label_bound(const Samples& x, const ClassLabels& y, const Groups& groups,
                     const LabelBoundOptions& options, const Execution& exec) {
  check_rows(x, y, groups);
  check_options(options, groups);
  Estimate out;
  check_classes(y, groups, out.warnings);
  detail::ClassProblem p;
  p.x = x.view();
  p.y = present_codes(y, p.classes);
  p.folds = std::min(options.folds, groups.count());
  p.fold = detail::stratified_folds(p.y, p.classes, groups, p.folds, exec.seed);
  p.max_dim = options.max_dim;
  const std::vector<FoldResult> results = detail::cross_fit(p, exec);

  out.n = x.size();
  out.dim_x = x.dim();
  out.dim_y = 1;
  out.method = "label-bound";
  out.row_terms = row_terms(p, results);
  out.nats = detail::mean_of(out.row_terms);
  detail::set_error_bars(out, groups);
  out.diagnostics.set("entropy_nats", y.entropy_nats());
  describe(results, out);
  if (groups.count() < kFewGroups) {
    out.warnings.push_back(
        {"few-groups", std::to_string(groups.count()) + " groups: the error bars are exploratory"});
  }
  return out;
}

}  // namespace cch
