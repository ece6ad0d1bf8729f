#include "cch/criterion/probes.hpp"

#include <algorithm>
#include <utility>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "cch/criterion/stored_teacher.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/classifiers/projection.hpp"
#include "estimators/criterion/linear/checks.hpp"
#include "estimators/criterion/linear/model.hpp"
#include "estimators/criterion/linear/zones.hpp"
#include "estimators/math.hpp"

namespace cch {
namespace {

using namespace detail;

struct FoldProbe {
  RowIndices rows;
  Eigen::MatrixXd predictions;
  double strength = 0.0;
};

LinearData hard_data(const Eigen::MatrixXf& x, const Targets& targets, const RowIndices& rows) {
  return {targets.classes, rows_of(x, rows), rows_of(targets.values, rows),
          Eigen::VectorXf::Ones(static_cast<Eigen::Index>(rows.size()))};
}

FoldProbe probe_fold(const Eigen::MatrixXf& z, const Targets& targets, const Groups& groups,
                     const std::vector<std::size_t>& fold, std::size_t test, std::uint64_t seed) {
  const auto zone = zones_for(fold, test, targets.codes, label_classes(targets), groups, seed);
  const std::vector<char> all(zone.size(), 1);
  const RowIndices training = rows_outside(zone, zone_bit(kTest), all);
  std::vector<InnerPath> inner;
  for (std::size_t h = 0; h < kInnerFolds; ++h) {
    const RowIndices in = rows_outside(zone, inner_fold(h) | zone_bit(kTest), all);
    inner.push_back({LinearPath(hard_data(z, targets, in)), rows_inside(zone, inner_fold(h), all)});
  }
  const Choice best = best_strength(std::move(inner), z, targets);
  const LinearFit final_fit =
      LinearPath(hard_data(z, targets, training)).fit(kStrengths[best.index]);
  FoldProbe result{rows_inside(zone, zone_bit(kTest), all), {}, kStrengths[best.index]};
  result.predictions =
      predictions(held_scores(final_fit, z, result.rows), best.judgement, targets.classes);
  return result;
}

std::vector<std::size_t> outer_folds(const Targets& targets, const Groups& groups,
                                     const ProbeOptions& options, const Execution& exec) {
  return stratified_folds(targets.codes, label_classes(targets), groups, options.folds,
                          derive_seed(exec.seed, "probe-folds"));
}

/// The predictions of all folds in row order.
Probe joined(const std::vector<FoldProbe>& parts, const Targets& targets,
             const std::vector<std::size_t>& fold) {
  Probe probe;
  probe.fold = fold;
  probe.predictions = Matrix(fold.size(), static_cast<std::size_t>(targets.outputs()));
  const auto n = static_cast<double>(fold.size());
  for (const FoldProbe& part : parts) {
    for (std::size_t j = 0; j < part.rows.size(); ++j) {
      const auto from = part.predictions.row(static_cast<Eigen::Index>(j));
      const std::size_t i = part.rows[j];
      probe.score += row_loss(from, targets, i) / n;
      for (Eigen::Index c = 0; c < from.size(); ++c) {
        probe.predictions(i, static_cast<std::size_t>(c)) =
            targets.classes ? std::exp(from(c)) : from(c);
      }
    }
  }
  return probe;
}

}  // namespace

Probe linear_probe(const Samples& x, const Variable& labels, const Groups& groups,
                   const ProbeOptions& options, const Execution& exec) {
  check_probe_input(x.size(), size(labels), groups, options.folds);
  const Targets targets = targets_of(labels);
  const auto fold = outer_folds(targets, groups, options, exec);
  const Eigen::MatrixXf z = leading_coordinates(x.view(), kMostComponents, exec);
  std::vector<FoldProbe> parts(options.folds);
  parallel_for(options.folds, exec, [&](std::size_t f) {
    parts[f] = probe_fold(z, targets, groups, fold, f, exec.seed);
  });
  Probe probe = joined(parts, targets, fold);
  for (const FoldProbe& part : parts) probe.strengths.push_back(part.strength);
  return probe;
}

Probe stored_probe(const Samples& log_ratios, const ClassLabels& labels, const Groups& groups,
                   const ProbeOptions& options, const Execution& exec) {
  check_probe_input(log_ratios.size(), labels.size(), groups, options.folds);
  const Targets targets = targets_of(labels);
  const auto fold = outer_folds(targets, groups, options, exec);
  const Matrix log_p = log_probabilities(log_ratios.view());
  const Eigen::MatrixXf scores = as_eigen(log_p.view()).cast<float>();
  std::vector<FoldProbe> parts;
  for (std::size_t f = 0; f < options.folds; ++f) {
    RowIndices inside;
    RowIndices outside;
    for (std::size_t i = 0; i < fold.size(); ++i) (fold[i] == f ? inside : outside).push_back(i);
    const Judgement judgement = judge({stored_scores(scores, outside)}, targets);
    parts.push_back({inside, predictions(stored_scores(scores, inside), judgement, true), 0.0});
  }
  return joined(parts, targets, fold);
}

}  // namespace cch
