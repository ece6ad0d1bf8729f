#include "cch/estimators/label_bound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "estimators/classifiers/checks.hpp"
#include "estimators/classifiers/cross_fit.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/row_terms.hpp"

namespace cch {
namespace {

using detail::FoldResult;

constexpr std::size_t kFewGroups = 20;

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
  detail::check_paired_rows(x, y.size(), groups);
  check_options(options, groups);
  Estimate out;
  detail::check_classes(y, groups, out.warnings);
  detail::ClassProblem p;
  p.x = x.view();
  p.y = detail::present_codes(y, p.classes);
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
