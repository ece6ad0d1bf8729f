#include "estimators/criterion/linear/model.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <utility>

#include "estimators/classifiers/logistic.hpp"
#include "estimators/linalg/dense.hpp"
#include "estimators/math.hpp"

namespace cch::detail {
namespace {

TrainingSet training_set(const LinearData& data) {
  TrainingSet train;
  train.x = data.x;
  train.scatter = scatter_of(data.x);
  train.targets = data.weights.asDiagonal() * data.targets;
  const Eigen::RowVectorXd sums = train.targets.cast<double>().colwise().sum();
  train.counts.assign(sums.data(), sums.data() + sums.size());
  return train;
}

constexpr double kFarWorse = 0.02;  // nats, or a share

double mean_square_error(const std::vector<HeldScores>& parts, const Targets& targets) {
  double sum = 0.0;
  double n = 0.0;
  for (const HeldScores& part : parts) {
    sum += (part.scores - rows_of(targets.values, part.rows)).cast<double>().squaredNorm();
    n += static_cast<double>(part.rows.size());
  }
  return sum / n;
}

}  // namespace

Targets targets_of(const Variable& labels) {
  Targets targets;
  if (const auto* classes = std::get_if<ClassLabels>(&labels)) {
    targets.classes = true;
    targets.codes.assign(classes->codes().begin(), classes->codes().end());
    targets.values.setZero(static_cast<Eigen::Index>(classes->size()),
                           static_cast<Eigen::Index>(classes->classes()));
    for (std::size_t i = 0; i < targets.codes.size(); ++i) {
      targets.values(static_cast<Eigen::Index>(i), targets.codes[i]) = 1.0F;
    }
    return targets;
  }
  const auto& samples = std::get<Samples>(labels);
  Eigen::MatrixXd values = as_eigen(samples.view());
  values.rowwise() -= values.colwise().mean().eval();
  const auto n = static_cast<double>(values.rows());
  for (Eigen::Index j = 0; j < values.cols(); ++j) {
    const double sd = std::sqrt(values.col(j).squaredNorm() / n);
    if (sd > 0.0) values.col(j) /= sd;
  }
  targets.values = values.cast<float>();
  targets.codes.assign(samples.size(), 0);
  return targets;
}

Eigen::MatrixXf rows_of(const Eigen::MatrixXf& m, const RowIndices& rows) {
  Eigen::MatrixXf out(static_cast<Eigen::Index>(rows.size()), m.cols());
  for (Eigen::Index j = 0; j < m.cols(); ++j) {
    for (Eigen::Index i = 0; i < out.rows(); ++i) {
      out(i, j) = m(static_cast<Eigen::Index>(rows[static_cast<std::size_t>(i)]), j);
    }
  }
  return out;
}

struct LinearPath::Classes {
  explicit Classes(const LinearData& data)
      : train(training_set(data)),
        prior(log_priors(train.counts)),
        path(train, data.smallest_fall) {}

  TrainingSet train;
  Eigen::RowVectorXf prior;
  LogisticPath path;
};

/// XᵀWX and XᵀWY of centred columns, and the weighted means.
struct LinearPath::Values {
  explicit Values(const LinearData& data) {
    const Eigen::VectorXd w = data.weights.cast<double>();
    Eigen::MatrixXd x = data.x.cast<double>();
    Eigen::MatrixXd y = data.targets.cast<double>();
    mean_x = w.transpose() * x / w.sum();
    mean_y = w.transpose() * y / w.sum();
    x.rowwise() -= mean_x;
    y.rowwise() -= mean_y;
    const Eigen::MatrixXd weighted = w.asDiagonal() * x;
    xx = detail::product(weighted.transpose(), x);
    xy = detail::product(weighted.transpose(), y);
  }

  Eigen::RowVectorXd mean_x;
  Eigen::RowVectorXd mean_y;
  Eigen::MatrixXd xx;
  Eigen::MatrixXd xy;
};

LinearPath::LinearPath(const LinearData& data) {
  if (data.classes) {
    classes_ = std::make_unique<Classes>(data);
  } else {
    values_ = std::make_unique<Values>(data);
  }
}

LinearPath::~LinearPath() = default;
LinearPath::LinearPath(LinearPath&&) noexcept = default;

LinearFit LinearPath::fit(double strength, const LinearRule* start) {
  if (classes_) return {classes_->path.fit(strength, start), classes_->prior};
  const Values& m = *values_;
  Eigen::MatrixXd a = m.xx;
  a.diagonal().array() += strength;
  const Eigen::MatrixXd w = a.llt().solve(m.xy);
  const Eigen::RowVectorXd b = m.mean_y - m.mean_x * w;
  return {LinearRule{w.cast<float>(), b.cast<float>(), false}, {}};
}

std::vector<LinearFit> fit_linear(const LinearData& data, const std::vector<double>& strengths) {
  LinearPath path(data);
  std::vector<LinearFit> fits;
  for (const double strength : strengths) fits.push_back(path.fit(strength));
  return fits;
}

double ridge_degrees(const Eigen::MatrixXf& x, double strength) {
  Eigen::MatrixXd centred = x.cast<double>();
  centred.rowwise() -= centred.colwise().mean().eval();
  const Eigen::MatrixXd xx = detail::gram(centred);
  Eigen::MatrixXd a = xx;
  a.diagonal().array() += strength;
  return a.llt().solve(xx).trace();
}

HeldScores held_scores(const LinearFit& fit, const Eigen::MatrixXf& x, const RowIndices& rows) {
  HeldScores part{rows, rows_of(x, rows) * fit.rule.weights, fit.log_prior};
  part.scores.rowwise() += fit.rule.bias;
  return part;
}

HeldScores stored_scores(const Eigen::MatrixXf& log_p, const RowIndices& rows) {
  const auto classes = static_cast<float>(log_p.cols());
  return {rows, rows_of(log_p, rows),
          Eigen::RowVectorXf::Constant(log_p.cols(), -std::log(classes))};
}

Judgement judge(std::vector<HeldScores> parts, const Targets& targets) {
  if (!targets.classes) return {mean_square_error(parts, targets), {}};
  std::vector<std::vector<int>> codes;
  for (const HeldScores& part : parts) {
    std::vector<int>& y = codes.emplace_back();
    for (const std::size_t row : part.rows) y.push_back(targets.codes[row]);
  }
  std::vector<HeldOut> blocks;
  for (std::size_t b = 0; b < parts.size(); ++b) {
    HeldOut& block = blocks.emplace_back();
    block.evidence.push_back(std::move(parts[b].scores));
    block.log_prior = parts[b].log_prior;
    block.y = codes[b];
  }
  Calibration calibration = calibrate(blocks);
  return {calibration.cross_entropy, std::move(calibration)};
}

Choice best_of(std::vector<std::vector<HeldScores>> candidates, const Targets& targets) {
  Choice best;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Judgement judgement = judge(std::move(candidates[i]), targets);
    if (i > 0 && !(judgement.score < best.judgement.score)) continue;
    best = {i, std::move(judgement)};
  }
  return best;
}

bool far_worse(double score, double best, bool classes) {
  return classes ? score > best + kFarWorse : score > best * (1.0 + kFarWorse);
}

Choice best_strength(std::vector<InnerPath> inner, const Eigen::MatrixXf& x,
                     const Targets& targets) {
  Choice best;
  for (std::size_t s = 0; s < kStrengths.size(); ++s) {
    std::vector<HeldScores> held;
    for (InnerPath& part : inner) {
      held.push_back(held_scores(part.path.fit(kStrengths[s]), x, part.out));
    }
    Judgement found = judge(std::move(held), targets);
    if (s == 0 || found.score < best.judgement.score) {
      best = {s, std::move(found)};
    } else if (far_worse(found.score, best.judgement.score, targets.classes)) {
      break;
    }
  }
  return best;
}

double row_loss(const Eigen::RowVectorXd& prediction, const Targets& targets, std::size_t row) {
  if (targets.classes) return -prediction(targets.codes[row]);
  const auto truth = targets.values.row(static_cast<Eigen::Index>(row)).cast<double>();
  return (prediction - truth).squaredNorm();
}

Eigen::MatrixXd predictions(const HeldScores& part, const Judgement& judgement, bool classes) {
  if (!classes) return part.scores.cast<double>();
  const std::vector<int> unused(part.rows.size(), 0);
  return log_probabilities(HeldOut{{part.scores}, part.log_prior, unused}, judgement.calibration);
}

}  // namespace cch::detail
