#include "cch/criterion/prediction_level.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string>

#include "cch/core/random.hpp"
#include "cch/estimators/error_bars.hpp"
#include "cch/estimators/gaussian.hpp"
#include "cch/estimators/mixed_ksg.hpp"
#include "estimators/criterion/linear/checks.hpp"
#include "estimators/criterion/linear/direction_gain.hpp"
#include "estimators/criterion/linear/traces.hpp"
#include "estimators/math.hpp"

namespace cch {
namespace {

using namespace detail;

constexpr std::size_t kBlocks = 20;

/// Whole groups dealt at random, each to the block with the fewest rows so far.
std::vector<RowIndices> jackknife_blocks(const Groups& groups, std::uint64_t seed) {
  std::vector<RowIndices> blocks(std::min(kBlocks, groups.count()));
  Random random(derive_seed(seed, "prediction-level-blocks"));
  for (const std::size_t g : random.permutation(groups.count())) {
    auto smallest = std::min_element(
        blocks.begin(), blocks.end(),
        [](const RowIndices& a, const RowIndices& b) { return a.size() < b.size(); });
    const auto members = groups.members(g);
    smallest->insert(smallest->end(), members.begin(), members.end());
  }
  for (RowIndices& block : blocks) std::sort(block.begin(), block.end());
  return blocks;
}

/// The traces of all rows and without each block.
struct Replicated {
  Traces all;
  std::vector<Traces> without;
};

Replicated replicate(const Eigen::MatrixXd& t, const Eigen::MatrixXd& s, const Eigen::MatrixXd& y,
                     const Groups& groups, std::uint64_t seed) {
  std::vector<TraceSums> sums;
  for (const RowIndices& block : jackknife_blocks(groups, seed)) sums.emplace_back(t, s, y, block);
  TraceSums total = sums.front();
  for (std::size_t b = 1; b < sums.size(); ++b) total += sums[b];
  Replicated result{total.traces(), {}};
  for (const TraceSums& block : sums) {
    TraceSums rest = total;
    rest -= block;
    result.without.push_back(rest.traces());
  }
  return result;
}

/// SE² = (B−1)/B Σ_b (θ_(b) − θ̄)², t with B − 1 degrees of freedom.
ErrorBar jackknife(const Replicated& data, const std::function<double(const Traces&)>& value) {
  const auto b = static_cast<double>(data.without.size());
  double mean = 0.0;
  for (const Traces& traces : data.without) mean += value(traces) / b;
  double squares = 0.0;
  for (const Traces& traces : data.without) squares += std::pow(value(traces) - mean, 2);
  return {std::sqrt((b - 1.0) / b * squares), b - 1.0, "delete-block jackknife of whole groups"};
}

JackknifeValue with_jackknife(const Replicated& data,
                              const std::function<double(const Traces&)>& value) {
  const double at_all = value(data.all);
  const ErrorBar bar = jackknife(data, value);
  return {at_all, bar.standard_error, interval95(at_all, bar)};
}

double margin_of(const Traces& traces) {
  const double r = traces.r_ts();
  return std::copysign(scalar_information(r), r) - scalar_information(traces.r_sy());
}

void fill_pooled(PredictionLevel& out, const Replicated& data) {
  out.r_teacher_student = data.all.r_ts();
  out.r_student_labels = data.all.r_sy();
  out.i_teacher_student = scalar_information(out.r_teacher_student);
  out.i_student_labels = scalar_information(out.r_student_labels);
  out.capped = is_capped(out.r_teacher_student) || is_capped(out.r_student_labels);
  out.opposed = out.r_teacher_student <= 0.0;
  const ErrorBar bar = jackknife(data, margin_of);
  out.margin.nats = margin_of(data.all);
  out.margin.standard_error = bar.standard_error;
  out.margin.interval95 = interval95(out.margin.nats, bar);
  out.margin.p_above = p_above_zero(out.margin.nats, bar);
  out.margin.p_below = p_above_zero(-out.margin.nats, bar);
  out.outcome = out.opposed ? CchOutcome::fails : cch_outcome(out.margin);
  out.beta_s = with_jackknife(data, [](const Traces& traces) { return traces.beta_s(); });
  out.beta_e = with_jackknife(data, [](const Traces& traces) { return traces.beta_e(); });
  if (!(data.all.ss > 0.0) || !(data.all.tt > 0.0)) {
    out.warnings.push_back({"constant-predictions",
                            "a probe predicts the same for every row, so correlations with it "
                            "and its shares count as 0"});
  }
  if (!out.capped) return;
  out.warnings.push_back({"capped-correlation",
                          "predictions agree so closely (r² above .9999) that their information "
                          "was capped at 4.6 nats; is the teacher a copy of the student?"});
}

/// The first columns as Samples.
Samples leading_columns(const Eigen::MatrixXd& m, Eigen::Index columns) {
  Matrix out(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(columns));
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      out(static_cast<std::size_t>(i), static_cast<std::size_t>(j)) = m(i, j);
    }
  }
  return Samples::from(std::move(out), "predictions");
}

std::optional<double> value_or_warning(const std::string& name, std::vector<Warning>& warnings,
                                       const std::function<Estimate()>& estimate) {
  try {
    return estimate().nats;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    warnings.push_back({"no-" + name, name + " of the predictions: " + error.what()});
    return std::nullopt;
  }
}

void fill_others(PredictionLevel& out, const Eigen::MatrixXd& t, const Eigen::MatrixXd& s,
                 const Eigen::MatrixXd& y, const Variable& labels, const Groups& groups,
                 const PredictionLevelOptions& options, const Execution& exec) {
  // Class probabilities add up to 1, so one column says nothing.
  const Eigen::Index columns = is_discrete(labels) ? t.cols() - 1 : t.cols();
  if (columns < 1) return;
  const Samples teacher = leading_columns(t, columns);
  const Samples student = leading_columns(s, columns);
  const Samples hard = leading_columns(y, columns);
  MixedKsgOptions ksg;
  if (groups.rows() > options.queries) ksg.queries = options.queries;
  out.gaussian_teacher_student = value_or_warning(
      "gaussian", out.warnings, [&] { return gaussian(teacher, student, groups, {}, exec); });
  out.gaussian_student_labels = value_or_warning(
      "gaussian", out.warnings, [&] { return gaussian(student, hard, groups, {}, exec); });
  out.mixed_ksg_teacher_student = value_or_warning(
      "mixed-ksg", out.warnings, [&] { return mixed_ksg(teacher, student, groups, ksg, exec); });
  out.mixed_ksg_student_labels = value_or_warning(
      "mixed-ksg", out.warnings, [&] { return mixed_ksg(student, labels, groups, ksg, exec); });
}

void check_pair(const Probe& teacher, const Probe& student, const Targets& targets) {
  const auto rows = static_cast<std::size_t>(targets.values.rows());
  const auto columns = static_cast<std::size_t>(targets.outputs());
  for (const Probe* probe : {&teacher, &student}) {
    if (probe->predictions.rows() == rows && probe->predictions.cols() == columns &&
        probe->fold == student.fold) {
      continue;
    }
    refuse_usage("unpaired-probes", "the probes are not of the same rows, labels and folds",
                 "their predictions could not be compared row by row",
                 "Fit both with the same labels, groups, options and seed");
  }
}

}  // namespace

PredictionLevel prediction_level(const Probe& teacher, const Probe& student,
                                 const Samples& student_features, const Variable& labels,
                                 const Groups& groups, const PredictionLevelOptions& options,
                                 const Execution& exec) {
  check_rows("student", student_features.size(), size(labels));
  check_rows("groups", groups.rows(), size(labels));
  if (!(options.lambda > 0.0) || !std::isfinite(options.lambda)) {
    refuse_usage("bad-lambda", "λ is not a positive number", "it weighs the teacher's predictions",
                 "Use for example 1");
  }
  const Targets targets = targets_of(labels);
  check_pair(teacher, student, targets);
  const Eigen::MatrixXd t = as_eigen(teacher.predictions.view());
  const Eigen::MatrixXd s = as_eigen(student.predictions.view());
  const Eigen::MatrixXd y = targets.values.cast<double>();
  PredictionLevel out;
  fill_pooled(out, replicate(t, s, y, groups, exec.seed));
  if (options.other_estimators) fill_others(out, t, s, y, labels, groups, options, exec);
  out.lambda = options.lambda;
  const auto moments = direction_moments(student_features, t, targets, groups, student.fold, exec);
  if (moments) {
    out.predicted_gain = direction_gain(*moments, options.lambda);
  } else {
    out.warnings.push_back({"no-predicted-gain",
                            "the student's features predict nothing out of fold, so the "
                            "direction law has no direction to compare with"});
  }
  return out;
}

}  // namespace cch
