#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <memory>
#include <vector>

#include "cch/core/labels.hpp"
#include "estimators/classifiers/calibration.hpp"
#include "estimators/classifiers/rule.hpp"

namespace cch::detail {

/// Strengths s of the penalty (s/2n)‖W‖², from the strongest; one grid for every model compared.
inline const std::vector<double> kStrengths{250.0, 50.0, 10.0, 2.0, 0.4};
/// More columns than this are replaced by their leading principal components, fitted without
/// labels.
inline constexpr Eigen::Index kMostComponents = 64;

using RowIndices = std::vector<std::size_t>;

/// What linear models are fitted to: class probabilities (cross-entropy) or real values (squares).
struct Targets {
  bool classes = false;
  Eigen::MatrixXf values;  ///< N × K: one-hot rows, or columns of mean 0 and variance 1
  std::vector<int> codes;  ///< class of each row; all 0 for real-valued labels

  [[nodiscard]] Eigen::Index outputs() const { return values.cols(); }
};

/// Real-valued columns are standardised, so that no unit outweighs another. Cost O(N K).
Targets targets_of(const Variable& labels);

/// The chosen rows of a matrix.
Eigen::MatrixXf rows_of(const Eigen::MatrixXf& m, const RowIndices& rows);

/// One fitted model: scores x W + b. For classes these are evidence beside the priors, as in Rule.
struct LinearFit {
  LinearRule rule;
  Eigen::RowVectorXf log_prior;  ///< K for classes, else empty
};

struct LinearData {
  bool classes = false;
  Eigen::MatrixXf x;        ///< n × q
  Eigen::MatrixXf targets;  ///< n × K, for classes the rows add up to 1
  Eigen::VectorXf weights;  ///< n
  /// A logistic fit ends when an iteration gains less, nats. Students compared to .001 nats need
  /// 1e-6: at 1e-5 their gain moves by .001 with rounding alone.
  double smallest_fall = 1e-6;
};

/// Linear models of the same rows at one strength after another. Classes: multinomial logistic
/// regression on soft labels, min −(1/n) Σ w_i Σ_c p_ic ln softmax(x_iᵀW + b)_c + (s/2n)‖W‖². Real
/// values: ridge regression, min Σ w_i ‖p_i − x_iᵀW − b‖² + s‖W‖². Cost O(n q K) an iteration, or
/// O(n q²) once and O(q³) a strength.
class LinearPath {
 public:
  explicit LinearPath(const LinearData& data);
  ~LinearPath();
  LinearPath(LinearPath&&) noexcept;
  /// A logistic fit begins at `start`, else where the one before ended.
  LinearFit fit(double strength, const LinearRule* start = nullptr);

 private:
  struct Classes;
  struct Values;
  std::unique_ptr<Classes> classes_;
  std::unique_ptr<Values> values_;
};

/// One model a strength.
std::vector<LinearFit> fit_linear(const LinearData& data, const std::vector<double>& strengths);

/// Ridge degrees of freedom Σ_j σ_j²/(σ_j² + s) of centred x. Cost O(n q² + q³).
double ridge_degrees(const Eigen::MatrixXf& x, double strength);

/// Scores of rows that the model did not see.
struct HeldScores {
  RowIndices rows;
  Eigen::MatrixXf scores;        ///< rows × K
  Eigen::RowVectorXf log_prior;  ///< of the model
};

HeldScores held_scores(const LinearFit& fit, const Eigen::MatrixXf& x, const RowIndices& rows);

/// The same of stored outputs ln p, rows × K: evidence beside equal priors, so that calibration is
/// by a temperature alone.
HeldScores stored_scores(const Eigen::MatrixXf& log_p, const RowIndices& rows);

/// How good held-out scores are against the hard labels: temperature-calibrated cross-entropy
/// (nats), or mean square error summed over columns.
struct Judgement {
  double score = 0.0;
  Calibration calibration;  ///< classes only
};
Judgement judge(std::vector<HeldScores> parts, const Targets& targets);

/// The candidate with the lowest score, the first of equals.
struct Choice {
  std::size_t index = 0;
  Judgement judgement;
};
Choice best_of(std::vector<std::vector<HeldScores>> candidates, const Targets& targets);

/// Whether a score is so far above the best of stronger penalties that no weaker one is tried: held
/// out, the score of a path falls and then rises.
bool far_worse(double score, double best, bool classes);

/// The best of kStrengths on held-out rows: `inner` has the models of every inner fold with the
/// rows that it holds out, of `x`.
struct InnerPath {
  LinearPath path;
  RowIndices out;
};
Choice best_strength(std::vector<InnerPath> inner, const Eigen::MatrixXf& x,
                     const Targets& targets);

/// ln of the calibrated class probabilities, or the scores themselves for real values; rows × K.
Eigen::MatrixXd predictions(const HeldScores& part, const Judgement& judgement, bool classes);

/// Loss of one prediction (as above) against the hard label of `row`: −ln q(y), or the squared
/// error.
double row_loss(const Eigen::RowVectorXd& prediction, const Targets& targets, std::size_t row);

/// Number of classes for stratifying; 1 for real values.
inline std::size_t label_classes(const Targets& targets) {
  return targets.classes ? static_cast<std::size_t>(targets.outputs()) : 1;
}

}  // namespace cch::detail
