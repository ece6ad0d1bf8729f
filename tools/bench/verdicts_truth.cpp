#include "verdicts_truth.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>
#include <utility>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/criterion/linear/pilot_table.hpp"
#include "support/draws.hpp"

namespace cch::bench {
namespace {

struct TestRows {
  Samples student;
  Variable labels;
};

/// z = 0, e_1, .., e_m, −e_1, .., −e_m with (x, y) = L z.
TestRows design_points(const Problem& p) {
  const Eigen::MatrixXd l = student_label_covariance(p).llt().matrixL();
  const auto m = static_cast<std::size_t>(l.rows());
  Matrix x(2 * m + 1, m - 1);
  Matrix y(2 * m + 1, 1);
  for (std::size_t j = 0; j < m; ++j) {
    for (std::size_t i = 0; i < m; ++i) {
      const double v = l(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
      Matrix& to = i + 1 < m ? x : y;
      const std::size_t column = i + 1 < m ? i : 0;
      to(1 + j, column) = v;
      to(1 + m + j, column) = -v;
    }
  }
  return {Samples::from(std::move(x)), Samples::from(std::move(y))};
}

TestRows fresh_rows(const Problem& p, std::size_t rows, std::uint64_t seed) {
  Problem iid = p;
  iid.group_size = 1;
  iid.icc = 0.0;
  iid.extra_rows = 0;
  iid.teachers.clear();
  const PilotInput drawn = draw_problem(iid, rows, seed);
  return {drawn.student, drawn.labels};
}

Samples below(const Samples& top, const Samples& bottom) {
  Matrix out(top.size() + bottom.size(), top.dim());
  for (std::size_t i = 0; i < out.rows(); ++i) {
    for (std::size_t j = 0; j < out.cols(); ++j) {
      out(i, j) = i < top.size() ? top(i, j) : bottom(i - top.size(), j);
    }
  }
  return Samples::from(std::move(out));
}

Variable below(const Variable& top, const Variable& bottom) {
  if (const auto* values = std::get_if<Samples>(&top)) {
    return below(*values, std::get<Samples>(bottom));
  }
  const auto& first = std::get<ClassLabels>(top);
  const auto& second = std::get<ClassLabels>(bottom);
  std::vector<int> codes(first.codes().begin(), first.codes().end());
  codes.insert(codes.end(), second.codes().begin(), second.codes().end());
  return test::labels_of(std::move(codes), first.classes());
}

/// The training rows with the test rows below them, each its own group; teachers never see those.
PilotInput joined(const PilotInput& training, const TestRows& test) {
  PilotInput out = training;
  out.student = below(training.student, test.student);
  out.labels = below(training.labels, test.labels);
  for (Samples& teacher : out.teachers) {
    teacher = below(teacher, Samples::from(Matrix(test.student.size(), teacher.dim())));
  }
  const auto codes = training.groups.codes();
  std::vector<std::size_t> groups(codes.begin(), codes.end());
  for (std::size_t i = 0; i < test.student.size(); ++i) {
    groups.push_back(training.groups.count() + i);
  }
  out.groups = Groups::from(groups);
  return out;
}

double mean_loss(const std::vector<double>& loss, bool classes) {
  if (classes) {
    double sum = 0.0;
    for (const double l : loss) sum += l;
    return sum / static_cast<double>(loss.size());
  }
  double risk = loss[0];
  const std::size_t m = (loss.size() - 1) / 2;
  for (std::size_t j = 1; j <= m; ++j) risk += 0.5 * (loss[j] + loss[m + j]) - loss[0];
  return risk;
}

/// Losses of one training set: the student alone, then taught by each teacher.
std::vector<double> losses(const Problem& p, std::size_t rows, const TruthOptions& options,
                           std::uint64_t seed) {
  const bool classes = p.classes > 0;
  const PilotInput training = draw_problem(p, rows, derive_seed(seed, "training"));
  const TestRows test =
      classes ? fresh_rows(p, options.test_rows, derive_seed(seed, "test")) : design_points(p);
  PilotOptions pilot_options;
  pilot_options.scenario = p.scenario;
  pilot_options.max_rows = std::numeric_limits<std::size_t>::max();
  PilotResult ignored;
  const detail::PilotTable table =
      detail::make_table(joined(training, test), pilot_options, seed, ignored);
  std::vector<std::size_t> fold(table.pairs, 0);
  std::fill_n(fold.begin(), rows, std::size_t{1});
  const detail::PilotFold part(table, fold, 0, seed);
  const std::vector<detail::Arm> arms{{p.lambda / (1.0 + p.lambda), 1.0}};
  std::vector<double> out{mean_loss(part.alone().loss, classes)};
  for (std::size_t t = 0; t < table.teachers.size(); ++t) {
    out.push_back(mean_loss(part.distil(t, arms).scored.loss, classes));
  }
  return out;
}

TrueGain gain_of(const std::vector<std::vector<double>>& losses, std::size_t teacher,
                 bool classes) {
  const auto n = static_cast<double>(losses.size());
  double alone = 0.0;
  double taught = 0.0;
  for (const auto& l : losses) {
    alone += l[0] / n;
    taught += l[1 + teacher] / n;
  }
  TrueGain out;
  out.nats = classes ? alone - taught : 0.5 * std::log(alone / taught);
  double squares = 0.0;
  for (const auto& l : losses) {
    const double term =
        classes ? l[0] - l[1 + teacher] - out.nats : 0.5 * (l[0] / alone - l[1 + teacher] / taught);
    squares += term * term;
  }
  out.spread = std::sqrt(squares / (n - 1.0));
  out.standard_error = out.spread / std::sqrt(n);
  return out;
}

}  // namespace

std::vector<TrueGain> true_gains(const Problem& p, std::size_t rows, const TruthOptions& options,
                                 const Execution& exec) {
  std::vector<std::vector<double>> all(options.trainings);
  parallel_for(options.trainings, exec, [&](std::size_t r) {
    all[r] = losses(p, rows, options, derive_seed(exec.seed, "training-set", r));
  });
  std::vector<TrueGain> out;
  for (std::size_t t = 0; t + 1 < all.front().size(); ++t) {
    out.push_back(gain_of(all, t, p.classes > 0));
  }
  return out;
}

}  // namespace cch::bench
