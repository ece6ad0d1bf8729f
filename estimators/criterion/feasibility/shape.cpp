#include <algorithm>
#include <cmath>
#include <string>

#include "cch/criterion/feasibility.hpp"
#include "estimators/criterion/ranking_scale.hpp"
#include "estimators/criterion/representation.hpp"

namespace cch {
namespace {

// Planted class means run off to infinity at H(Y), and without any information nothing is planted.
constexpr double kLeastShare = 0.02;
constexpr double kMostShare = 0.9;
constexpr double kLeastNats = 0.005;

std::vector<TeacherShape> teacher_shapes(const detail::Scaled& data) {
  std::vector<TeacherShape> out;
  const double student = effective_dimension(data.student);
  for (const Samples& features : data.teachers) {
    const double spread = std::min(student, effective_dimension(features));
    const auto pairs = static_cast<std::size_t>(std::max(1.0, std::round(spread)));
    out.push_back({{},
                   features.dim(),
                   std::min({pairs, features.dim(), data.student.dim()}),
                   direction_spectrum(features)});
  }
  return out;
}

double likeness(const detail::Scaled& data, const Groups& groups) {
  const auto* classes = std::get_if<ClassLabels>(&data.labels);
  double sum = intraclass_correlation(data.student, groups, classes);
  for (const Samples& features : data.teachers) {
    sum += intraclass_correlation(features, groups, classes);
  }
  return sum / static_cast<double>(data.teachers.size() + 1);
}

// What the label estimate stands for on planted data of this shape.
double known_about_labels(const detail::Scaled& data, const Groups& groups,
                          const RankOptions& options, const Execution& exec) {
  const detail::RepresentationLevel level(options.estimators.front(), data.student, data.labels,
                                          groups, options, exec);
  const double estimate = level.i_student_labels().nats;
  PlantedOptions planted;
  planted.scale = options.scale;
  const double truth =
      planted_bias_near(level.student_labels_options(),
                        planted_shape(data.student, data.labels, groups), estimate, planted, exec)
          .bias.truth;
  const auto* classes = std::get_if<ClassLabels>(&data.labels);
  if (classes == nullptr) return std::max(kLeastNats, truth);
  const double entropy = classes->entropy_nats();
  return std::clamp(truth, kLeastShare * entropy, kMostShare * entropy);
}

}  // namespace

QuestionShape question_shape(const RankInput& input, const RankOptions& options,
                             const Execution& outer) {
  Execution exec = outer;
  exec.sink = nullptr;           // the steps inside say nothing of the whole
  std::vector<Warning> ignored;  // the ranking's own
  const detail::Scaled data = detail::put_on_scale(input, options.scale, ignored, exec);
  QuestionShape shape;
  shape.groups = input.groups;
  shape.icc = likeness(data, input.groups);
  shape.dim_student = data.student.dim();
  shape.spectrum_student = direction_spectrum(data.student);
  shape.teachers = teacher_shapes(data);
  for (std::size_t t = 0; t < shape.teachers.size(); ++t) {
    shape.teachers[t].name = input.teachers[t].name;
  }
  if (const auto* classes = std::get_if<ClassLabels>(&data.labels)) shape.labels = *classes;
  shape.dim_labels = dim(data.labels);
  shape.i_student_labels = known_about_labels(data, input.groups, options, exec);
  return shape;
}

std::vector<double> power_law_spectrum(std::size_t dim, double effective) {
  auto participation = [&](double a) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t i = 1; i <= dim; ++i) {
      const double v = std::pow(static_cast<double>(i), -a);
      sum += v;
      squares += v * v;
    }
    return sum * sum / squares;
  };
  double lo = 0.0;
  double hi = 20.0;
  for (int step = 0; step < 60; ++step) {
    const double middle = (lo + hi) / 2.0;
    (participation(middle) > effective ? lo : hi) = middle;
  }
  std::vector<double> out;
  for (std::size_t i = 1; i <= dim; ++i) out.push_back(std::pow(static_cast<double>(i), -lo / 2.0));
  return out;
}

double effective_rows(const Groups& groups, double icc) {
  double squares = 0.0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    squares += std::pow(static_cast<double>(groups.members(g).size()), 2);
  }
  const auto n = static_cast<double>(groups.rows());
  return n / (1.0 + (squares / n - 1.0) * icc);
}

}  // namespace cch
