#include "estimators/criterion/linear/direction_gain.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cch/core/parallel.hpp"
#include "estimators/classifiers/projection.hpp"
#include "estimators/criterion/linear/zones.hpp"

namespace cch::detail {
namespace {

struct FoldPredictions {
  RowIndices rows;
  Eigen::MatrixXd s;
  Eigen::MatrixXd g;
  double df = 0.0;
};

/// Ridge on both targets side by side: columns 0..K−1 are Y, K..2K−1 are t.
FoldPredictions fit_fold(const Eigen::MatrixXf& z, const Eigen::MatrixXf& both,
                         const Targets& values, const std::vector<std::size_t>& zone) {
  const std::vector<char> all(zone.size(), 1);
  const RowIndices training = rows_outside(zone, zone_bit(kTest), all);
  auto data = [&](const Eigen::MatrixXf& y, const RowIndices& rows) {
    return LinearData{false, rows_of(z, rows), rows_of(y, rows),
                      Eigen::VectorXf::Ones(static_cast<Eigen::Index>(rows.size()))};
  };
  std::vector<InnerPath> inner;
  for (std::size_t h = 0; h < kInnerFolds; ++h) {
    const RowIndices in = rows_outside(zone, inner_fold(h) | zone_bit(kTest), all);
    inner.push_back({LinearPath(data(values.values, in)), rows_inside(zone, inner_fold(h), all)});
  }
  const double strength = kStrengths[best_strength(std::move(inner), z, values).index];
  FoldPredictions result{rows_inside(zone, zone_bit(kTest), all), {}, {}, 0.0};
  const auto fit = LinearPath(data(both, training)).fit(strength);
  const Eigen::MatrixXd scores = held_scores(fit, z, result.rows).scores.cast<double>();
  result.s = scores.leftCols(values.outputs());
  result.g = scores.rightCols(values.outputs());
  result.df = ridge_degrees(rows_of(z, training), strength);
  return result;
}

void centre(Eigen::MatrixXd& m) {
  m.rowwise() -= m.colwise().mean().eval();
}

double traced(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return a.cwiseProduct(b).sum() / static_cast<double>(a.rows());
}

/// Undoes the shrinkage of out-of-fold predictions; 0 for one that predicts nothing.
void rescale(Eigen::MatrixXd& prediction, const Eigen::MatrixXd& target) {
  const double variance = traced(prediction, prediction);
  const double covariance = traced(target, prediction);
  prediction *= variance > 0.0 ? covariance / variance : 0.0;
}

}  // namespace

double direction_gain(const DirectionMoments& d, double lambda) {
  const double u = lambda / (1.0 + lambda);
  auto cosine = [&](double w) {
    const double m = 1.0 - w + w * d.beta;
    const double rest =
        w * w * std::max(0.0, d.vg - d.beta * d.beta * d.vs) +
        d.kappa * ((1.0 - w) * (1.0 - w) * d.ve + 2.0 * w * (1.0 - w) * d.c + w * w * d.vh);
    return m * std::sqrt(d.vs) / std::sqrt(m * m * d.vs + rest);
  };
  return cosine(u) - cosine(0.0);
}

std::optional<DirectionMoments> direction_moments(const Samples& x, const Eigen::MatrixXd& t,
                                                  const Targets& targets, const Groups& groups,
                                                  const std::vector<std::size_t>& fold,
                                                  const Execution& exec) {
  const Eigen::Index k = targets.outputs();
  Targets values = targets;
  values.classes = false;  // one-hot columns as real values
  Eigen::MatrixXf both(targets.values.rows(), 2 * k);
  both << targets.values, t.cast<float>();
  const std::size_t folds = *std::max_element(fold.begin(), fold.end()) + 1;
  const Eigen::MatrixXf z = leading_coordinates(x.view(), kMostComponents, exec);
  std::vector<FoldPredictions> parts(folds);
  parallel_for(folds, exec, [&](std::size_t f) {
    parts[f] =
        fit_fold(z, both, values,
                 zones_for(fold, f, targets.codes, label_classes(targets), groups, exec.seed));
  });
  Eigen::MatrixXd s(t.rows(), k);
  Eigen::MatrixXd g(t.rows(), k);
  double df = 0.0;
  for (const FoldPredictions& part : parts) {
    df += part.df / static_cast<double>(folds);
    for (std::size_t j = 0; j < part.rows.size(); ++j) {
      s.row(static_cast<Eigen::Index>(part.rows[j])) = part.s.row(static_cast<Eigen::Index>(j));
      g.row(static_cast<Eigen::Index>(part.rows[j])) = part.g.row(static_cast<Eigen::Index>(j));
    }
  }
  Eigen::MatrixXd y = targets.values.cast<double>();
  Eigen::MatrixXd teacher = t;
  for (Eigen::MatrixXd* m : {&s, &g, &y, &teacher}) centre(*m);
  rescale(s, y);
  rescale(g, teacher);
  const Eigen::MatrixXd e = y - s;
  const Eigen::MatrixXd h = teacher - g;
  const auto n = static_cast<double>(t.rows());
  DirectionMoments d{traced(s, s), traced(g, g), traced(e, e), traced(h, h),
                     traced(e, h), 0.0,          0.0};
  if (!(d.vs > 0.0) || !(n - df - 1.0 > 0.0)) return std::nullopt;
  d.beta = traced(g, s) / d.vs;
  d.kappa = df / (n - df - 1.0);
  return d;
}

}  // namespace cch::detail
