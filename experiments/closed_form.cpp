#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <memory>

#include "cch/experiments/unit.hpp"
#include "cch/gaussian/distillation_risk.hpp"
#include "estimators/linalg/cholesky.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kMostColumns = 512;

Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

Eigen::MatrixXd centred(Eigen::MatrixXd values) {
  values.rowwise() -= values.colwise().mean().eval();
  return values;
}

/// ±1 for two classes, one-hot for more, real labels as they are.
Eigen::MatrixXd label_values(const StudyDraw& d, const std::vector<std::size_t>& rows) {
  const std::size_t k = d.classes == 2 ? 1 : d.classes > 0 ? d.classes : d.targets.cols();
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(index(rows.size()), index(k));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (d.classes == 2) {
      out(index(i), 0) = d.y[rows[i]] == 1 ? 1.0 : -1.0;
    } else if (d.classes > 0) {
      out(index(i), d.y[rows[i]]) = 1.0;
    } else {
      for (std::size_t c = 0; c < k; ++c) out(index(i), index(c)) = d.targets(rows[i], c);
    }
  }
  return out;
}

/// The teacher's outputs on the same scale: softmax for classes.
Eigen::MatrixXd teacher_values(const StudyDraw& d, const std::vector<std::size_t>& rows,
                               const Matrix& outputs) {
  const std::size_t k = d.classes == 2 ? 1 : outputs.cols();
  Eigen::MatrixXd out(index(rows.size()), index(k));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto z = outputs.row(rows[i]);
    if (d.classes == 2) {
      out(index(i), 0) = std::tanh(0.5 * (z[1] - z[0]));  // p_1 − p_0
      continue;
    }
    const double most = d.classes > 0 ? *std::max_element(z.begin(), z.end()) : 0.0;
    double sum = 0.0;
    for (const double v : z) sum += std::exp(v - most);
    for (std::size_t c = 0; c < k; ++c) {
      out(index(i), index(c)) = d.classes > 0 ? std::exp(z[c] - most) / sum : z[c];
    }
  }
  return out;
}

double product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return (a.array() * b.array()).sum();
}

bool holds_for(const DistilLoss& loss, bool classes) {
  if (!classes) return loss.form == DistilForm::prediction;
  return loss.form == DistilForm::kl && loss.temperature == 1.0;
}

}  // namespace

struct ClosedFormSource::Fit {
  std::vector<std::size_t> rows;
  Eigen::MatrixXd x;  // centred
  detail::Cholesky products;
  Eigen::MatrixXd y;
  Eigen::MatrixXd y_fitted;

  [[nodiscard]] Eigen::MatrixXd fitted(const Eigen::MatrixXd& values) const {
    return x * products.solve(x.transpose() * values);
  }
};

ClosedFormSource::ClosedFormSource(const StudyDraw& draw, std::size_t labelled)
    : draw_(draw), labelled_(labelled) {
  const std::size_t p = draw.x.cols();
  const auto& rows = draw.moments.empty() ? draw.test : draw.moments;
  if (p > kMostColumns || labelled <= p + 2 || rows.size() < 2 * p + 10) return;
  auto fit = std::make_shared<Fit>();
  fit->rows = rows;
  Eigen::MatrixXd x(index(rows.size()), index(p));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < p; ++j) x(index(i), index(j)) = draw.x(rows[i], j);
  }
  fit->x = centred(std::move(x));
  fit->products = detail::Cholesky(fit->x.transpose() * fit->x);
  if (!fit->products.positive_definite()) return;
  fit->y = centred(label_values(draw, rows));
  fit->y_fitted = fit->fitted(fit->y);
  fit_ = std::move(fit);
}

std::optional<ClosedForm> ClosedFormSource::operator()(const Matrix& teacher_outputs,
                                                       const DistilLoss& loss) const {
  if (!fit_ || !holds_for(loss, draw_.classes > 0)) return std::nullopt;
  const Eigen::MatrixXd t = centred(teacher_values(draw_, fit_->rows, teacher_outputs));
  const Eigen::MatrixXd t_fitted = fit_->fitted(t);
  const Eigen::MatrixXd e = fit_->y - fit_->y_fitted;
  const Eigen::MatrixXd h = t - t_fitted;
  const auto n = static_cast<double>(fit_->rows.size());
  const auto p = static_cast<double>(draw_.x.cols());
  const auto residual = [&](const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
    return product(a, b) / (n - p - 1.0);
  };
  DistillationMoments m;
  m.p = draw_.x.cols();
  m.outputs = static_cast<std::size_t>(t.cols());
  m.ve = residual(e, e);
  m.vh = residual(h, h);
  m.c = residual(e, h);
  // A fit on n rows takes p/n of the residual covariance for signal.
  const double noise = p / n;
  m.vs = product(fit_->y_fitted, fit_->y_fitted) / n - noise * m.ve;
  const double t_s = product(t_fitted, fit_->y_fitted) / n - noise * m.c;
  const double t_t = product(t_fitted, t_fitted) / n - noise * m.vh;
  if (m.vs <= 0.0) return std::nullopt;
  m.beta_s = t_s / m.vs;
  m.b = std::max(t_t - 2.0 * t_s + m.vs, (1.0 - m.beta_s) * (1.0 - m.beta_s) * m.vs);
  const double lambda = loss.weighting == Weighting::added
                            ? loss.lambda
                            : loss.lambda / std::max(1.0 - loss.lambda, 1e-12);
  try {
    const DistillationRisk risk(m, {labelled_, true});
    ClosedForm out;
    out.cch_margin = risk.cch_margin();
    out.beta_s = m.beta_s;
    out.beta_e = m.beta_e();
    out.mse_gain = risk.gain(lambda);
    out.direction_gain = risk.cosine(lambda) - risk.cosine(0.0);
    if (draw_.classes == 2) {
      out.accuracy_gain = risk.accuracy_change(lambda, latent_correlation_of_signs(m));
    }
    return out;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt;  // moments that no distribution has: too few rows to take them from
  }
}

}  // namespace cch::detail
