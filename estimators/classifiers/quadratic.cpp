#include "estimators/classifiers/quadratic.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/classifiers/leading.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/dense.hpp"

namespace cch::detail {
namespace {

/// Share of the pooled variance added to every variance: keeps classes that lie in a plane regular.
constexpr double kLeastRidge = 1e-3;

struct Spreads {
  Eigen::MatrixXd means;                 // K × r
  std::vector<Eigen::MatrixXd> scatter;  // n_c S_c, r × r
  Eigen::MatrixXd pooled;                // W
};

Spreads spreads_of(const Eigen::MatrixXf& t, const TrainingSet& train) {
  Spreads out;
  out.means = class_means(t, train.y, train.counts);
  out.pooled = Eigen::MatrixXd::Zero(t.cols(), t.cols());
  std::vector<std::vector<Eigen::Index>> rows(train.counts.size());
  for (Eigen::Index i = 0; i < t.rows(); ++i) {
    rows[static_cast<std::size_t>(train.y[static_cast<std::size_t>(i)])].push_back(i);
  }
  for (std::size_t c = 0; c < rows.size(); ++c) {
    const Eigen::RowVectorXf mean = out.means.row(static_cast<Eigen::Index>(c)).cast<float>();
    const Eigen::MatrixXf centred = t(rows[c], Eigen::all).rowwise() - mean;
    out.scatter.push_back(scatter_of(centred));
    out.pooled += out.scatter.back();
  }
  out.pooled /= std::max(1.0, static_cast<double>(train.rows() - train.classes()));
  const double least = 1e-9 * std::max(1e-20, out.pooled.trace());
  out.pooled.diagonal() = ((1.0 + kLeastRidge) * out.pooled.diagonal().array() + least).matrix();
  return out;
}

QuadraticRule rule_of(const Spreads& s, const TrainingSet& train, double nu) {
  const Eigen::Index r = s.pooled.rows();
  QuadraticRule rule;
  rule.means = s.means.cast<float>();
  rule.bias.resize(train.classes());
  for (Eigen::Index c = 0; c < train.classes(); ++c) {
    const auto class_index = static_cast<std::size_t>(c);
    const Eigen::MatrixXd sigma =
        (s.scatter[class_index] + nu * s.pooled) / (train.counts[class_index] + nu);
    const Eigen::MatrixXd root = Cholesky(sigma).solve_lower(Eigen::MatrixXd::Identity(r, r));
    rule.bias(c) = static_cast<float>(root.diagonal().array().log().sum());
    rule.root.push_back(root.cast<float>());
  }
  return rule;
}

}  // namespace

std::string QuadraticChoice::name() const {
  return "qda(" + std::to_string(axes) +
         " axes, nu = " + std::to_string(static_cast<int>(prior_weight)) + " an axis)";
}

const std::vector<QuadraticChoice>& quadratic_choices() {
  static const std::vector<QuadraticChoice> choices{{6, 1.0},  {6, 8.0},  {16, 1.0},
                                                    {16, 8.0}, {40, 1.0}, {40, 8.0}};
  return choices;
}

std::vector<Rule> fit_quadratic(const TrainingSet& train,
                                const std::vector<QuadraticChoice>& choices) {
  Eigen::Index most = 1;
  for (const QuadraticChoice& choice : choices) most = std::max(most, choice.axes);
  const Eigen::MatrixXf all_axes = leading(train.scatter, std::min(most, train.dim())).vectors;
  std::vector<Rule> rules;
  for (const QuadraticChoice& choice : choices) {
    const Eigen::Index r = std::min(choice.axes, all_axes.cols());
    const Eigen::MatrixXf axes = all_axes.rightCols(r);
    const Spreads spreads = spreads_of(product(train.x, axes), train);
    QuadraticRule rule = rule_of(spreads, train, choice.prior_weight * static_cast<double>(r));
    rule.axes = axes;
    rules.emplace_back(std::move(rule));
  }
  return rules;
}

}  // namespace cch::detail
