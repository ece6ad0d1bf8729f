#include <algorithm>
#include <cmath>
#include <limits>
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

// One way of reading a fold's codes, and what it says: one term a row.
struct Reading {
  std::string name;
  std::vector<double> terms;
  [[nodiscard]] double value() const { return detail::mean_of(terms); }
};

class Reader {
 public:
  Reader(const Variable& y, const Groups& groups, const LatentOptions& options,
         const Execution& exec)
      : y_(y), groups_(groups), options_(options), exec_(exec) {
    extrapolate_from(options.k);
  }

  // Joint readings of up to three leading coordinates, and sums of up to `significant` of them.
  [[nodiscard]] std::vector<Reading> all(const std::string& name, const Codes& codes,
                                         std::size_t significant) const {
    std::vector<Reading> out;
    const auto available = static_cast<std::size_t>(codes.u.cols());
    for (std::size_t r = 1; r <= std::min(kMostJoint, available); ++r) {
      out.push_back({name + ", joint " + std::to_string(r), block(codes, 0, r)});
    }
    if (!is_discrete(y_)) add_sums(name, codes, std::min(significant, available), out);
    return out;
  }

 private:
  // One by one, less what the coordinates of a side know about each other: to second order their
  // total correlation, which a sum can count twice.
  void add_sums(const std::string& name, const Codes& codes, std::size_t most,
                std::vector<Reading>& out) const {
    if (most <= kMostJoint) return;
    std::vector<double> sum(codes.rows.size(), 0.0);
    double twice_u = 0.0;
    double twice_v = 0.0;
    for (std::size_t p = 0; p < most; ++p) {
      const std::vector<double> one = block(codes, p, 1);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
      twice_u += shared_with_earlier(codes.u, p, codes.rows);
      twice_v += shared_with_earlier(codes.v, p, codes.rows);
      if (p < kMostJoint) continue;
      Reading reading{name + ", sum " + std::to_string(p + 1), sum};
      for (double& term : reading.terms) term -= std::min(twice_u, twice_v);
      out.push_back(std::move(reading));
    }
  }

  // Σ_{i<p} I(u_i; u_p). Readings that chance explains are left out: there are many.
  [[nodiscard]] double shared_with_earlier(const MatrixXd& u, std::size_t p,
                                           const std::vector<std::size_t>& rows) const {
    const Groups own = groups_.select(rows);
    const double chance = 2.0 / std::sqrt(static_cast<double>(own.count()));
    const Samples last = scores_of(u.middleCols(static_cast<Index>(p), 1), 1, exec_);
    double sum = 0.0;
    for (std::size_t i = 0; i < p; ++i) {
      const Samples earlier = scores_of(u.middleCols(static_cast<Index>(i), 1), 1, exec_);
      const double nats = ksg1(earlier, last, own, {.k = options_.k}, exec_).nats;
      if (nats > chance) sum += nats;
    }
    return sum;
  }

  // Where only a part of the rows was asked, all get their mean.
  [[nodiscard]] std::vector<double> block(const Codes& codes, std::size_t first,
                                          std::size_t count) const {
    const Groups own = groups_.select(codes.rows);
    const auto begin = static_cast<Index>(first);
    const auto columns = static_cast<Index>(count);
    const Samples u = scores_of(codes.u.middleCols(begin, columns), columns, exec_);
    if (const auto* labels = std::get_if<ClassLabels>(&y_)) {
      return terms_of(ross(u, labels->select(codes.rows), own, {.k = options_.k}, exec_),
                      codes.rows.size());
    }
    const Samples v = scores_of(codes.v.middleCols(begin, columns), columns, exec_);
    std::vector<double> out(codes.rows.size(), 0.0);
    const auto estimates = ksg1_sweep(u, v, own, neighbours_, {}, exec_);
    for (std::size_t e = 0; e < estimates.size(); ++e) {
      const std::vector<double> terms = terms_of(estimates[e], out.size());
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += weights_[e] * terms[i];
    }
    return out;
  }

  static std::vector<double> terms_of(const Estimate& estimate, std::size_t rows) {
    if (estimate.row_terms.size() == rows) return estimate.row_terms;
    return std::vector<double>(rows, estimate.nats);
  }

  // KSG is low in proportion to k / N where dependence is strong. The line through the readings of
  // about k/2 to 3k/2 neighbours is followed to 0 neighbours: Σ_j w_j I(k_j),
  // w_j = 1/m − k̄ (k_j − k̄) / Σ (k_j − k̄)².
  void extrapolate_from(std::size_t k) {
    for (std::size_t step = 2; step <= 6; ++step) {
      const std::size_t one = std::max<std::size_t>(1, (k * step + 2) / 4);
      if (neighbours_.empty() || one > neighbours_.back()) neighbours_.push_back(one);
    }
    const auto m = static_cast<double>(neighbours_.size());
    double mean = 0.0;
    for (const std::size_t one : neighbours_) mean += static_cast<double>(one) / m;
    double squares = 0.0;
    for (const std::size_t one : neighbours_) {
      squares += (static_cast<double>(one) - mean) * (static_cast<double>(one) - mean);
    }
    for (const std::size_t one : neighbours_) {
      const double away = static_cast<double>(one) - mean;
      weights_.push_back(1.0 / m - (squares > 0.0 ? mean * away / squares : 0.0));
    }
  }

  const Variable& y_;
  const Groups& groups_;
  const LatentOptions& options_;
  const Execution& exec_;
  std::vector<std::size_t> neighbours_;
  std::vector<double> weights_;
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

// Canonical coordinates of whole codes of the test rows, fitted on the validation rows: the codes
// of the fitted rows are too good, since the encoders know them. Returns how many pairs are
// significant.
std::size_t turn_codes(const LatentFit& fit, const NeuralFold& fold, const Variable& y,
                       Codes& test) {
  const std::size_t n = fold.validation.size();
  MatrixXd x = as_matrix(fit.x, 0, n);
  MatrixXd x_test = as_matrix(fit.x, n, fold.test.size());
  standardise(x, x_test);
  MatrixXd other;
  MatrixXd other_test;
  if (is_discrete(y)) {
    other = indicators(y, as_rows(fold.validation));
  } else {
    other = as_matrix(fit.y, 0, n);
    other_test = as_matrix(fit.y, n, fold.test.size());
    standardise(other, other_test);
  }
  const detail::CanonicalPairs pairs = detail::fit_canonical_pairs(x, other);
  test.u = pairs.project_x(x_test);
  if (!is_discrete(y)) test.v = pairs.project_y(other_test);
  return std::max<std::size_t>(1, pairs.significant());
}

// Every way of reading one fold: whole codes, and their leading entries alone, which are the
// canonical variates of the fitted rows.
std::vector<Reading> read_fold(const LatentFit& fit, const NeuralFold& fold, const Variable& y,
                               const Reader& reader) {
  Codes codes;
  codes.rows = as_rows(fold.test);
  const std::size_t significant = turn_codes(fit, fold, y, codes);
  std::vector<Reading> out = reader.all("codes", codes, significant);
  const auto r = static_cast<Index>(fold.rho.size());
  if (is_discrete(y) || r == 0) return out;
  const std::size_t n = fold.validation.size();
  codes.u = as_matrix(fit.x, n, fold.test.size()).leftCols(r);
  codes.v = as_matrix(fit.y, n, fold.test.size()).leftCols(r);
  for (Reading& reading : reader.all("canonical variates", codes, fold.rho.size())) {
    out.push_back(std::move(reading));
  }
  return out;
}

// The reading of `own` that was highest on the other folds, so that none is chosen by the number
// that is then reported.
const Reading& choose_reading(const std::vector<Reading>& own,
                              const std::vector<const std::vector<Reading>*>& others) {
  const Reading* best = &own.front();
  double highest = -std::numeric_limits<double>::infinity();
  for (const Reading& candidate : own) {
    double sum = 0.0;
    bool everywhere = true;
    for (const auto* other : others) {
      const auto same = std::find_if(other->begin(), other->end(), [&](const Reading& reading) {
        return reading.name == candidate.name;
      });
      everywhere = everywhere && same != other->end();
      if (everywhere) sum += same->value();
    }
    if (!everywhere || sum <= highest) continue;
    highest = sum;
    best = &candidate;
  }
  return *best;
}

std::string_view name_of(LatentTie tie) {
  return tie == LatentTie::cross  ? "latent"
         : tie == LatentTie::mine ? "latent-mine"
                                  : "latent-infonce";
}

void check_latent(std::string_view method, const LatentOptions& o) {
  if (o.latents >= 1 && o.k >= 2 && o.dropout >= 0.0 && o.dropout < 1.0) return;
  refuse_usage("option-out-of-range",
               std::string(method) +
                   " needs at least one latent entry, two neighbours and a dropout "
                   "below 1",
               {}, "Use the defaults");
}

}  // namespace

Estimate latent(const Samples& x, const Variable& y, const Groups& groups,
                const LatentOptions& options, const Execution& exec, LatentTie tie) {
  const std::string_view method = name_of(tie);
  check_latent(method, options);
  const detail::NeuralBackend& backend = detail::neural_backend();
  const Preparation prepared =
      detail::prepare(method, x, y, groups, options.training, detail::StartKind::pairs, exec);
  Estimate out;
  out.method = method;
  out.n = x.size();
  out.dim_x = x.dim();
  out.dim_y = dim(y);
  out.warnings = prepared.warnings;
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

  std::vector<std::vector<Reading>> readings(fits.size());
  parallel_for(fits.size(), exec, [&](std::size_t i) {
    const Execution serial = exec.serial();
    const Reader reader(y, groups, options, serial);
    readings[i] = read_fold(fits[i], prepared.folds[i], y, reader);
  });
  std::vector<std::vector<double>> terms;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    std::vector<const std::vector<Reading>*> others;
    for (std::size_t j = i % options.training.restarts; j < fits.size();
         j += options.training.restarts) {
      if (j != i) others.push_back(&readings[j]);
    }
    const Reading& chosen = choose_reading(readings[i], others);
    terms.push_back(chosen.terms);
    out.diagnostics.note("reading_" + std::to_string(i), chosen.name);
  }
  detail::combine_terms(prepared, options.training, terms, groups, out);
  detail::describe_training(records, options.training, out);
  out.diagnostics.set("k", static_cast<double>(options.k));
  return out;
}

}  // namespace cch
