#include <algorithm>
#include <cmath>
#include <string>

#include "cch/core/parallel.hpp"
#include "cch/estimators/ksg1.hpp"
#include "cch/estimators/ross.hpp"
#include "cch/estimators/scale.hpp"
#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/neural/driver.hpp"
#include "estimators/row_terms.hpp"

namespace cch {
namespace {

using detail::FloatMatrix;
using detail::LatentFit;
using detail::NeuralFold;
using detail::Preparation;
using Eigen::Index;
using Eigen::MatrixXd;

constexpr std::size_t kMostJoint = 3;  // KSG in 3 + 3 dimensions is still good

MatrixXd as_matrix(const FloatMatrix& m, std::size_t begin, std::size_t count) {
  MatrixXd out(static_cast<Index>(count), static_cast<Index>(m.cols));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < m.cols; ++j) {
      out(static_cast<Index>(i), static_cast<Index>(j)) = m.values[(begin + i) * m.cols + j];
    }
  }
  return out;
}

// Unit variances by the rows that directions are fitted on.
void standardise(MatrixXd& fitted, MatrixXd& other) {
  for (Index j = 0; j < fitted.cols(); ++j) {
    const double mean = fitted.col(j).mean();
    const double sd = std::sqrt((fitted.col(j).array() - mean).square().mean());
    const double scale = sd > 1e-12 ? 1.0 / sd : 0.0;
    fitted.col(j) = (fitted.col(j).array() - mean) * scale;
    other.col(j) = (other.col(j).array() - mean) * scale;
  }
}

Samples scores_of(const MatrixXd& m, Index columns, const Execution& exec) {
  Matrix values(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(columns));
  for (std::size_t i = 0; i < values.rows(); ++i) {
    for (std::size_t j = 0; j < values.cols(); ++j) {
      values(i, j) = m(static_cast<Index>(i), static_cast<Index>(j));
    }
  }
  std::vector<Warning> ignored;
  return scaled(Samples::from(std::move(values), "latent codes"), Scale::rank, ignored, exec);
}

// The codes of some rows in canonical coordinates; for labels v is empty.
struct Codes {
  MatrixXd u;
  MatrixXd v;
  std::vector<std::size_t> rows;
};

// What the leading `pairs` coordinates say: a joint reading, or the sum of single ones.
struct Reading {
  std::size_t pairs = 1;
  bool joint = true;
};

class Reader {
 public:
  Reader(const Variable& y, const Groups& groups, const LatentOptions& options,
         const Execution& exec)
      : y_(y), groups_(groups), options_(options), exec_(exec) {}

  // One term a row; where only a part of the rows was asked, all get their mean.
  [[nodiscard]] std::vector<double> terms(const Reading& reading, const Codes& codes) const {
    if (reading.joint) return block(codes, 0, static_cast<Index>(reading.pairs));
    std::vector<double> sum(codes.rows.size(), 0.0);
    for (std::size_t p = 0; p < reading.pairs; ++p) {
      const std::vector<double> one = block(codes, static_cast<Index>(p), 1);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
    }
    return sum;
  }

  [[nodiscard]] double value(const Reading& reading, const Codes& codes) const {
    return detail::mean_of(terms(reading, codes));
  }

 private:
  [[nodiscard]] std::vector<double> block(const Codes& codes, Index first, Index count) const {
    const Groups own = groups_.select(codes.rows);
    const Samples u = scores_of(codes.u.middleCols(first, count), count, exec_);
    Estimate estimate;
    if (const auto* labels = std::get_if<ClassLabels>(&y_)) {
      estimate = ross(u, labels->select(codes.rows), own, {.k = options_.k}, exec_);
    } else {
      const Samples v = scores_of(codes.v.middleCols(first, count), count, exec_);
      estimate = ksg1(u, v, own, {.k = options_.k}, exec_);
    }
    if (estimate.row_terms.size() == codes.rows.size()) return estimate.row_terms;
    return std::vector<double>(codes.rows.size(), estimate.nats);
  }

  const Variable& y_;
  const Groups& groups_;
  const LatentOptions& options_;
  const Execution& exec_;
};

std::vector<std::size_t> as_rows(const std::vector<std::int64_t>& rows) {
  return {rows.begin(), rows.end()};
}

// One column a class, for the canonical coordinates of codes against labels.
MatrixXd indicators(const Variable& y, const std::vector<std::size_t>& rows) {
  const auto& labels = std::get<ClassLabels>(y);
  MatrixXd out =
      MatrixXd::Zero(static_cast<Index>(rows.size()), static_cast<Index>(labels.classes()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out(static_cast<Index>(i), labels[rows[i]]) = 1.0;
  }
  return out;
}

struct FoldCodes {
  Codes validation;
  Codes test;
  std::size_t significant = 0;
};

// Canonical coordinates are fitted on the validation rows: the codes of the fitted rows are too
// good, since the encoders know them.
FoldCodes turned(const LatentFit& fit, const NeuralFold& fold, const Variable& y) {
  FoldCodes out;
  out.validation.rows = as_rows(fold.validation);
  out.test.rows = as_rows(fold.test);
  const std::size_t n = fold.validation.size();
  MatrixXd x = as_matrix(fit.x, 0, n);
  MatrixXd x_test = as_matrix(fit.x, n, fold.test.size());
  standardise(x, x_test);
  MatrixXd other;
  MatrixXd other_test;
  if (is_discrete(y)) {
    other = indicators(y, out.validation.rows);
  } else {
    other = as_matrix(fit.y, 0, n);
    other_test = as_matrix(fit.y, n, fold.test.size());
    standardise(other, other_test);
  }
  const detail::CanonicalPairs pairs = detail::fit_canonical_pairs(x, other);
  out.significant = std::max<std::size_t>(1, pairs.significant());
  out.validation.u = pairs.project_x(x);
  out.test.u = pairs.project_x(x_test);
  if (!is_discrete(y)) {
    out.validation.v = pairs.project_y(other);
    out.test.v = pairs.project_y(other_test);
  }
  return out;
}

// How many coordinates enter is chosen by what the validation rows say.
Reading choose_reading(const Reader& reader, const FoldCodes& codes, bool discrete) {
  const auto available = static_cast<std::size_t>(codes.validation.u.cols());
  Reading best;
  double highest = reader.value(best, codes.validation);
  const auto consider = [&](const Reading& candidate) {
    const double value = reader.value(candidate, codes.validation);
    if (value <= highest) return;
    highest = value;
    best = candidate;
  };
  for (std::size_t r = 2; r <= std::min(kMostJoint, available); ++r) consider({r, true});
  if (discrete) return best;
  for (std::size_t r = kMostJoint + 1; r <= std::min(codes.significant, available); ++r) {
    consider({r, false});
  }
  return best;
}

std::string_view name_of(LatentTie tie) {
  return tie == LatentTie::cross  ? "latent"
         : tie == LatentTie::mine ? "latent-mine"
                                  : "latent-infonce";
}

void check_latent(std::string_view method, const LatentOptions& o) {
  if (o.latents >= 1 && o.k >= 1 && o.dropout >= 0.0 && o.dropout < 1.0) return;
  refuse_usage("option-out-of-range",
               std::string(method) +
                   " needs at least one latent entry, one neighbour and a dropout "
                   "below 1",
               {}, "Use the defaults");
}

}  // namespace

Estimate latent(const Samples& x, const Variable& y, const Groups& groups,
                const LatentOptions& options, const Execution& exec, LatentTie tie) {
  const std::string_view method = name_of(tie);
  check_latent(method, options);
  const detail::NeuralBackend& backend = detail::neural_backend();
  const Preparation prepared = detail::prepare(method, x, y, groups, options.training,
                                               detail::StartKind::codes, options.latents, exec);
  Estimate out;
  out.method = method;
  out.n = x.size();
  out.dim_x = x.dim();
  out.dim_y = dim(y);
  if (prepared.constant) {
    out.warnings.push_back({"constant-input", "one side is constant: the information is 0"});
    out.row_terms.assign(x.size(), 0.0);
    return out;
  }
  const detail::NetworkRuns runs(method, options.training.epochs, exec);
  const detail::LatentSettings settings{options, tie};
  const auto fits =
      runs(prepared.folds, [&](std::span<const NeuralFold> folds, const Execution& own) {
        return backend.fit_latents(prepared.data, folds, settings, own);
      });
  std::vector<const detail::TrainingRecord*> records;
  for (const LatentFit& fit : fits) records.push_back(&fit.record);
  detail::refuse_divergence(method, records, options.training.restarts);

  std::vector<std::vector<double>> terms(fits.size());
  std::vector<Reading> readings(fits.size());
  parallel_for(fits.size(), exec, [&](std::size_t i) {
    const Execution serial = exec.serial();
    const Reader reader(y, groups, options, serial);
    const FoldCodes codes = turned(fits[i], prepared.folds[i], y);
    readings[i] = choose_reading(reader, codes, is_discrete(y));
    terms[i] = reader.terms(readings[i], codes.test);
  });
  detail::combine_terms(prepared, options.training, terms, groups, out);
  detail::describe_training(records, options.training, out);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    out.diagnostics.note(
        "reading_" + std::to_string(i),
        std::string(readings[i].joint ? "joint " : "sum ") + std::to_string(readings[i].pairs));
  }
  return out;
}

}  // namespace cch
