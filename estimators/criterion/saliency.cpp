#include "cch/criterion/saliency.hpp"

#include <Eigen/Core>
#include <cmath>

#include "cch/core/random.hpp"
#include "estimators/covariance.hpp"
#include "estimators/criterion/linear/checks.hpp"

namespace cch {
namespace {

using Eigen::Index;
using Rows = std::vector<Index>;
using Array = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic>;

constexpr double kRate = 0.05;
constexpr double kFirst = 0.9;
constexpr double kSecond = 0.999;

/// Columns standardised by the rows fitted on; those that are constant there become 0.
struct Standardisation {
  Eigen::RowVectorXd mean;
  Eigen::RowVectorXd inverse;

  explicit Standardisation(const Eigen::MatrixXd& x) : mean(x.colwise().mean()) {
    const Eigen::MatrixXd centred = x.rowwise() - mean;
    inverse =
        (centred.colwise().squaredNorm() / static_cast<double>(x.rows())).unaryExpr([](double v) {
          return v > 1e-20 ? 1.0 / std::sqrt(v) : 0.0;
        });
  }
  [[nodiscard]] Eigen::MatrixXd operator()(const Eigen::MatrixXd& x) const {
    return (x.rowwise() - mean).array().rowwise() * inverse.array();
  }
};

Array softmax(const Array& z) {
  Array p = (z.colwise() - z.rowwise().maxCoeff()).exp();
  p.colwise() /= p.rowwise().sum().eval();
  return p;
}

/// A linear model and the state of Adam.
class Model {
 public:
  Model(Eigen::MatrixXd x, Index outputs, bool classes)
      : x_(std::move(x)), classes_(classes), w_(Eigen::MatrixXd::Zero(x_.cols(), outputs)) {
    first_ = w_;
    second_ = w_;
    offset_ = Eigen::RowVectorXd::Zero(outputs);
  }

  [[nodiscard]] Array scores(const Eigen::MatrixXd& x) const {
    return (x * w_).rowwise() + offset_;
  }
  [[nodiscard]] Array outputs() const { return link(scores(x_)); }
  [[nodiscard]] Array link(const Array& z) const { return classes_ ? softmax(z) : z; }
  [[nodiscard]] const Eigen::MatrixXd& weights() const { return w_; }

  /// One step towards the mean of two targets, which is what the losses to both have in common.
  void step(const Array& target, double strength, std::size_t s) {
    const auto n = static_cast<double>(x_.rows());
    const Eigen::MatrixXd error = (2.0 / n) * (outputs() - target).matrix();
    const Eigen::MatrixXd g = x_.transpose() * error + (strength / n) * w_;
    const auto at = static_cast<double>(s + 1);
    first_ = kFirst * first_ + (1.0 - kFirst) * g;
    second_ = kSecond * second_ + (1.0 - kSecond) * g.cwiseAbs2();
    w_.array() -= kRate / (1.0 - std::pow(kFirst, at)) * first_.array() /
                  ((second_.array() / (1.0 - std::pow(kSecond, at))).sqrt() + 1e-8);
    offset_ -= kRate * static_cast<double>(x_.rows()) * error.colwise().mean();
  }

 private:
  Eigen::MatrixXd x_;
  bool classes_;
  Eigen::MatrixXd w_;
  Eigen::MatrixXd first_;
  Eigen::MatrixXd second_;
  Eigen::RowVectorXd offset_;
};

/// Half of the groups, and the other half.
std::pair<Rows, Rows> halves(const Groups& groups, std::uint64_t seed) {
  std::pair<Rows, Rows> out;
  Random random(derive_seed(seed, "saliency halves"));
  for (const std::size_t g : random.permutation(groups.count())) {
    Rows& part = out.first.size() <= out.second.size() ? out.first : out.second;
    for (const std::size_t i : groups.members(g)) part.push_back(static_cast<Index>(i));
  }
  return out;
}

/// Sums over rows: of the rise of the distance to the student's outputs, and to the teacher's own.
struct Rises {
  std::vector<double> to_student;
  double to_itself = 0.0;
};

class HalfFit {
 public:
  HalfFit(const Eigen::MatrixXd& teacher, const Eigen::MatrixXd& student, const Eigen::MatrixXd& y,
          bool classes, const Rows& fitted, const Rows& held, const SaliencyOptions& options)
      : scale_a_(teacher(fitted, Eigen::all)),
        scale_b_(student(fitted, Eigen::all)),
        a_(scale_a_(teacher(fitted, Eigen::all)), y.cols(), classes),
        b_(scale_b_(student(fitted, Eigen::all)), y.cols(), classes),
        classes_(classes),
        held_a_(scale_a_(teacher(held, Eigen::all))),
        held_b_(scale_b_(student(held, Eigen::all))) {
    const Array target = y(fitted, Eigen::all).array();
    for (std::size_t s = 0; s < options.steps; ++s) {
      const Array said_a = a_.outputs();
      const Array said_b = b_.outputs();
      a_.step(0.5 * (target + said_b), options.strength, s);
      b_.step(0.5 * (target + said_a), options.strength, s);
    }
  }

  void add_rises(Rises& rises, std::size_t permutations, Random& random) const {
    const Array z = a_.scores(held_a_);
    const Array said_a = a_.link(z);
    const Array said_b = b_.link(b_.scores(held_b_));
    for (Index j = 0; j < held_a_.cols(); ++j) {
      for (std::size_t m = 0; m < permutations; ++m) {
        const auto order = random.permutation(static_cast<std::size_t>(held_a_.rows()));
        Eigen::VectorXd moved(held_a_.rows());
        for (Index i = 0; i < moved.size(); ++i) {
          moved(i) = held_a_(static_cast<Index>(order[static_cast<std::size_t>(i)]), j);
        }
        moved -= held_a_.col(j);
        const Array permuted = z + (moved * a_.weights().row(j)).array();
        rises.to_student[static_cast<std::size_t>(j)] += rise(said_b, z, permuted);
        rises.to_itself += rise(said_a, z, permuted);
      }
    }
  }

 private:
  /// Σ over rows of Dist(p, f(permuted)) − Dist(p, f(z)).
  [[nodiscard]] double rise(const Array& p, const Array& z, const Array& permuted) const {
    if (!classes_) return (p - permuted).square().sum() - (p - z).square().sum();
    const auto log_sum = [](const Array& v) -> Eigen::ArrayXd {
      const Eigen::ArrayXd most = v.rowwise().maxCoeff();
      return most + (v.colwise() - most).exp().rowwise().sum().log();
    };
    return (p * (z - permuted)).sum() + (log_sum(permuted) - log_sum(z)).sum();
  }

  Standardisation scale_a_;
  Standardisation scale_b_;
  Model a_;
  Model b_;
  bool classes_;
  Eigen::MatrixXd held_a_;
  Eigen::MatrixXd held_b_;
};

/// One-hot classes, or standardised values.
Eigen::MatrixXd targets_of(const Variable& labels) {
  if (const auto* values = std::get_if<Samples>(&labels)) {
    const Eigen::MatrixXd y = detail::as_eigen(values->view());
    return Standardisation(y)(y);
  }
  const auto& classes = std::get<ClassLabels>(labels);
  Eigen::MatrixXd y = Eigen::MatrixXd::Zero(static_cast<Index>(classes.size()),
                                            static_cast<Index>(classes.classes()));
  for (std::size_t i = 0; i < classes.size(); ++i) y(static_cast<Index>(i), classes[i]) = 1.0;
  return y;
}

}  // namespace

ModalitySaliency modality_saliency(const Samples& teacher, const Samples& student,
                                   const Variable& labels, const Groups& groups,
                                   const SaliencyOptions& options, const Execution& exec) {
  const Eigen::MatrixXd y = targets_of(labels);
  const bool classes = std::holds_alternative<ClassLabels>(labels);
  detail::check_rows("student", student.size(), teacher.size());
  detail::check_probe_input(teacher.size(), static_cast<std::size_t>(y.rows()), groups, 2);
  const Eigen::MatrixXd a = detail::as_eigen(teacher.view());
  const Eigen::MatrixXd b = detail::as_eigen(student.view());
  const auto [one, other] = halves(groups, exec.seed);
  Rises rises{std::vector<double>(teacher.dim()), 0.0};
  Random random(derive_seed(exec.seed, "saliency permutations"));
  for (const auto& [fitted, held] : {std::pair(one, other), std::pair(other, one)}) {
    exec.throw_if_stopped();
    HalfFit(a, b, y, classes, fitted, held, options).add_rises(rises, options.permutations, random);
  }
  const auto count = static_cast<double>(teacher.size() * options.permutations);
  ModalitySaliency out;
  double sum = 0.0;
  for (const double rise : rises.to_student) {
    out.channels.push_back(rise / count);
    sum += rise;
  }
  if (rises.to_itself > 0.0) out.share = sum / rises.to_itself;
  return out;
}

}  // namespace cch
