#include "estimators/criterion/feasibility/planted_question.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "cch/core/random.hpp"
#include "estimators/even_columns.hpp"
#include "estimators/planting.hpp"

namespace cch::detail {
namespace {

constexpr double kTurn = 0.25;  // radians for each unit of radius
constexpr double kLargestCorrelation = 1.0 - 1e-12;

void bend(Matrix& values, double sense) {
  const std::size_t pairs = values.cols() / 2;
  for (std::size_t i = 0; i < values.rows(); ++i) {
    const auto row = values.row(i);
    for (std::size_t p = 0; p < pairs; ++p) {
      const double a = row[2 * p];
      const double b = row[2 * p + 1];
      const double angle = sense * kTurn * std::hypot(a, b);
      row[2 * p] = std::cos(angle) * a - std::sin(angle) * b;
      row[2 * p + 1] = std::sin(angle) * a + std::cos(angle) * b;
    }
    if (values.cols() % 2 == 1) row.back() *= std::sqrt(std::abs(row.back()));
  }
}

}  // namespace

PlantedQuestion::PlantedQuestion(QuestionShape shape, PlantedFamily family, Scale scale,
                                 std::uint64_t seed)
    : shape_(std::move(shape)), family_(family), scale_(scale), seed_(seed) {
  if (shape_.labels) {
    classes_.emplace(*shape_.labels, shape_.dim_student, seed);
    strength_ = classes_->separation(shape_.i_student_labels);
    return;
  }
  const auto columns = static_cast<double>(std::min(shape_.dim_labels, shape_.dim_student));
  strength_ = std::sqrt(-std::expm1(-2.0 * shape_.i_student_labels / columns));
}

PlantedQuestion::Draw PlantedQuestion::draw(std::size_t r) const {
  const std::uint64_t seed = derive_seed(seed_, "planted-question", r);
  Random random(seed);
  Matrix student = grouped_noise(shape_.groups, shape_.dim_student, shape_.icc, random);
  if (classes_) {
    classes_->shift(student, *shape_.labels, strength_);
    const double realised = classes_->realised(student, *shape_.labels, strength_);
    Samples features = seen(student, shape_.spectrum_student, "student");
    return {std::move(student), std::move(features), *shape_.labels, seed, realised};
  }
  Matrix labels = grouped_noise(shape_.groups, shape_.dim_labels, shape_.icc, random);
  const double realised =
      correlate(student, labels, std::min(labels.cols(), student.cols()), strength_);
  std::vector<Warning> ignored;
  Samples values = scaled(Samples::from(std::move(labels)), scale_, ignored, Execution{}.serial());
  Samples features = seen(student, shape_.spectrum_student, "student");
  return {std::move(student), std::move(features), std::move(values), seed, realised};
}

PlantedQuestion::Teacher PlantedQuestion::teacher(const Draw& draw, const TeacherShape& teacher,
                                                  double rho) const {
  Random random(derive_seed(draw.seed, "planted-teacher"));
  Matrix values = grouped_noise(shape_.groups, teacher.dim, shape_.icc, random);
  // ln p(t|s) / φ(t), and what a mixture of class means has over φ.
  double realised = correlate(draw.gaussian, values, teacher.pairs, rho);
  if (classes_) {
    realised -= classes_->mixture_over_noise(values, teacher.pairs, rho * strength_);
  }
  return {seen(std::move(values), teacher.spectrum, "teacher"), realised};
}

double PlantedQuestion::information(const TeacherShape& teacher, double rho) const {
  const double noise = -0.5 * static_cast<double>(teacher.pairs) * std::log1p(-rho * rho);
  if (!classes_) return noise;
  return noise + classes_->leading(teacher.pairs).information(rho * strength_);
}

double PlantedQuestion::correlation(const TeacherShape& teacher, double information) const {
  if (information <= 0.0) return 0.0;
  // Noise alone would need this much; the classes add nothing negative.
  const double alone =
      std::sqrt(-std::expm1(-2.0 * information / static_cast<double>(teacher.pairs)));
  if (!classes_) return std::min(alone, kLargestCorrelation);
  const PlantedClasses shown = classes_->leading(teacher.pairs);
  const auto off = [&](double rho) {
    return -0.5 * static_cast<double>(teacher.pairs) * std::log1p(-rho * rho) +
           shown.information(rho * strength_) - information;
  };
  const double most = std::min(alone, kLargestCorrelation);
  return zero_of({0.0, -information, most, off(most)}, off);
}

Samples PlantedQuestion::seen(Matrix values, const std::vector<double>& spectrum,
                              std::string_view side) const {
  const double sense = side == "student" ? 1.0 : -1.0;
  if (family_ == PlantedFamily::curved) bend(values, sense);
  spread_evenly(values, spectrum, derive_seed(seed_, side));
  std::vector<Warning> ignored;  // planted columns neither tie nor stand still
  return scaled(Samples::from(std::move(values)), scale_, ignored, Execution{}.serial());
}

}  // namespace cch::detail
