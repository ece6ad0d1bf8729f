#include "tests/gaussian/simulate_ridge.hpp"

#include <Eigen/Core>
#include <cmath>
#include <utility>
#include <vector>

#include "cch/core/parallel.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "gaussian/eigen.hpp"
#include "gaussian/moments.hpp"
#include "gaussian/row_sums.hpp"
#include "gaussian/simulated_mean.hpp"
#include "gaussian/whitened_model.hpp"

namespace cch::test {
namespace {

using detail::WhitenedModel;

/// A teacher drawn once: E[t | z2] = vᵀz2, the noises' variances, and its intercept.
struct Labels {
  Eigen::MatrixXd v;
  double vh = 0.0;
  double c = 0.0;
  double constant = 0.0;  // squared
};

Labels labels_of(const WhitenedModel& model, const Eigen::MatrixXd& w, double scale) {
  Labels out;
  out.v = scale * (model.cross.transpose() * w);
  out.vh = scale * scale * w.squaredNorm() - out.v.squaredNorm();
  out.c = scale * model.y1.cwiseProduct(w).sum() - model.y2.cwiseProduct(out.v).sum();
  return out;
}

/// The exact risk given A of Σ z2 z2ᵀ = A Aᵀ, in z2's coordinates: there the penalty is
/// nℓ Σ_j w_j²/σ_j.
class RiskGivenRows {
 public:
  RiskGivenRows(const WhitenedModel& model, const Eigen::MatrixXd& a, const StudentFit& fit)
      : model_(model), a_(a), products_(a * a.transpose()), fit_(fit) {}

  [[nodiscard]] double at(const Labels& t, const RidgePoint& point) const {
    const double u = std::isinf(point.lambda) ? 1.0 : point.lambda / (1.0 + point.lambda);
    const auto n = static_cast<double>(fit_.n);
    const Eigen::VectorXd penalty = n * point.ridge * model_.variances.cwiseInverse();
    Eigen::MatrixXd penalised = products_;
    penalised.diagonal() += penalty;
    const detail::Cholesky factor(penalised);
    const Eigen::MatrixXd target = (1.0 - u) * model_.y2 + u * t.v;
    const Eigen::MatrixXd shrunk = factor.solve(penalty.asDiagonal() * target);
    const double ve = model_.syy.trace() - model_.y2.squaredNorm();
    const double noise = (1.0 - u) * (1.0 - u) * ve + 2.0 * u * (1.0 - u) * t.c + u * u * t.vh;
    const double spread = noise * factor.solve(a_).squaredNorm();
    const double slopes = (target - shrunk - model_.y2).squaredNorm() + spread;
    if (!fit_.intercept) return slopes;
    return slopes + (noise + spread + shrunk.squaredNorm()) / n + u * u * t.constant;
  }

 private:
  const WhitenedModel& model_;
  const Eigen::MatrixXd& a_;
  Eigen::MatrixXd products_;
  StudentFit fit_;
};

/// Draws the labels of one repeat.
class LabelSource {
 public:
  LabelSource(const WhitenedModel& model, const Teacher& teacher, bool intercept, double scale)
      : model_(model), intercept_(intercept), scale_(scale) {
    const auto* fresh = std::get_if<FreshRowsTeacher>(&teacher);
    if (!fresh) {
      fixed_ = labels_of(model, model.fixed, scale);
      return;
    }
    rows_ = fresh->rows;
    factor_ = detail::semidefinite_factor(model.syy - model.y1.transpose() * model.y1,
                                          model.syy.diagonal());
  }

  [[nodiscard]] Labels draw(Random& random, Eigen::MatrixXd& workspace) const {
    if (rows_ == 0) return fixed_;
    const detail::LeastSquaresFit errors =
        detail::draw_fit_errors(model_.d1(), rows_, intercept_, factor_, random, workspace);
    Labels out = labels_of(model_, model_.y1 + errors.w, scale_);
    out.constant = scale_ * scale_ * errors.b.squaredNorm();
    return out;
  }

 private:
  const WhitenedModel& model_;
  bool intercept_;
  double scale_;
  std::size_t rows_ = 0;  // of a teacher fitted on fresh rows
  Labels fixed_;
  Eigen::MatrixXd factor_;
};

}  // namespace

std::vector<SimulatedRidgePoint> simulate_ridge(const JointGaussian& joint, const Teacher& teacher,
                                                const StudentFit& fit,
                                                const RidgeSimulation& options,
                                                const Execution& exec,
                                                const ModalityBlocks& blocks) {
  const WhitenedModel model =
      detail::whiten(joint, teacher, blocks, detail::StudentAxes::principal);
  const LabelSource source(model, teacher, fit.intercept, options.teacher_scale);
  std::vector<std::vector<double>> risks(options.repeats);
  parallel_for(options.repeats, exec, [&](std::size_t repeat) {
    Random random(derive_seed(exec.seed, "simulate-ridge", repeat));
    Eigen::MatrixXd workspace;
    const Labels labels = source.draw(random, workspace);
    const std::size_t nu = fit.n - (fit.intercept ? 1 : 0);
    Eigen::MatrixXd a = Eigen::MatrixXd::Zero(model.p(), std::min(model.p(), detail::index(nu)));
    detail::draw_bartlett(model.p(), nu, random, a);
    const RiskGivenRows given(model, a, fit);
    for (const RidgePoint& point : options.points) {
      risks[repeat].push_back(given.at(labels, point));
    }
  });
  std::vector<SimulatedRidgePoint> out;
  for (std::size_t i = 0; i < options.points.size(); ++i) {
    std::vector<double> risk;
    std::vector<double> gain;
    for (const auto& repeat : risks) {
      risk.push_back(repeat[i]);
      gain.push_back(repeat[0] - repeat[i]);
    }
    out.push_back({options.points[i], detail::mean_of(risk), detail::mean_of(gain)});
  }
  return out;
}

}  // namespace cch::test
