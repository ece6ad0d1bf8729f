#include <algorithm>
#include <array>

#include "cch/criterion/discrete_decomposition.hpp"
#include "cch/criterion/rivals.hpp"
#include "cch/criterion/saliency.hpp"
#include "cch/estimators/catalog.hpp"
#include "experiments/criteria_parts.hpp"

namespace cch::detail {
namespace {

/// Probabilities of classes add up to 1, so one column says nothing.
Samples coordinates(const Matrix& all, bool classes) {
  const std::size_t k = classes ? all.cols() - 1 : all.cols();
  Matrix some(all.rows(), k);
  for (std::size_t i = 0; i < all.rows(); ++i) {
    std::copy_n(all.row(i).begin(), k, some.row(i).begin());
  }
  return Samples::from(std::move(some), "predictions");
}

/// One column a class, or the real labels.
Matrix label_columns(const StudyDraw& draw, const std::vector<std::size_t>& rows) {
  Matrix y(rows.size(), std::max(draw.classes, draw.targets.cols()));
  for (std::size_t i = 0; i < y.rows(); ++i) {
    if (draw.classes > 0) {
      y(i, static_cast<std::size_t>(draw.y[rows[i]])) = 1.0;
    } else {
      std::copy_n(draw.targets.row(rows[i]).begin(), y.cols(), y.row(i).begin());
    }
  }
  return y;
}

/// The likeliest classes of both probes and the labels split as by Bertschinger et al. (2014).
void add_discrete_decomposition(const ProbePair& probes, const ClassLabels& y,
                                const Execution& exec, CriteriaResult& out) {
  const auto parts = unless_refused([&] {
    return decompose_discrete(likeliest(probes.teacher.predictions.view()),
                              likeliest(probes.student.predictions.view()), y, {}, exec);
  });
  const auto add = [&](const char* name, double DiscreteDecomposition::*part) {
    out.scores.emplace_back(name, parts ? Score(*parts.*part) : std::nullopt);
  };
  add("discrete PID, redundancy", &DiscreteDecomposition::redundancy);
  add("discrete PID, unique to the teacher", &DiscreteDecomposition::unique_teacher);
  add("discrete PID, synergy", &DiscreteDecomposition::synergy);
}

template <class Part>
void add_score(const char* name, Part&& score, CriteriaResult& out) {
  const auto value = unless_refused([&]() -> Score { return score(); });
  out.scores.emplace_back(name, value ? *value : std::nullopt);
}

/// What teacher and student know of the labels together and apart, by label bounds of one kind.
void add_label_information(const CriteriaRows& of, const Samples& teacher, const Samples& student,
                           CriteriaResult& out) {
  const Variable& y = of.input.labels;
  const auto known = unless_refused([&] {
    const Samples both = side_by_side(teacher, student);
    const EstimatorOptions options = choose_estimator(both, y, of.input.groups).options;
    const auto nats = [&](const Samples& x) {
      return estimate(options, x, y, of.input.groups, of.exec).nats;
    };
    return std::array{nats(teacher), nats(student), nats(both)};
  });
  Score shared;
  Score added;
  if (known) {
    const auto& [i_teacher, i_student, i_both] = *known;
    shared = i_teacher + i_student - i_both;
    added = i_both - i_student;
  }
  out.scores.emplace_back("label-relevant information I(T;S;Y)", shared);
  out.scores.emplace_back("I(T;Y|S)", added);
}

}  // namespace

void add_feature_rivals(const CriteriaRows& of, const Samples& teacher, const Samples& student,
                        CriteriaResult& out) {
  const Variable& y = of.input.labels;
  add_score(
      "LogME difference", [&] { return log_me(teacher, y).value - log_me(student, y).value; }, out);
  add_score(
      "debiased linear CKA", [&] { return debiased_linear_cka(teacher, student); }, out);
  const auto ratios = unless_refused(
      [&] { return separation_ratios(teacher, student, y, of.input.groups, of.exec.seed); });
  out.scores.emplace_back("separation ratio Δ_CA", ratios ? ratios->alignment : Score());
  out.scores.emplace_back("separation ratio Δ_CP", ratios ? ratios->prediction : Score());
  add_label_information(of, teacher, student, out);
  add_score(
      "MFH saliency share",
      [&] { return modality_saliency(teacher, student, y, of.input.groups, {}, of.exec).share; },
      out);
}

void add_class_rivals(const CriteriaRows& of, const Samples& teacher, const Samples& student,
                      const ProbePair& probes, CriteriaResult& out) {
  const auto* y = std::get_if<ClassLabels>(&of.input.labels);
  if (y == nullptr) return;
  const MatrixView p = probes.teacher.predictions.view();
  const MatrixView q = probes.student.predictions.view();
  add_score(
      "LEEP difference", [&] { return leep(p, *y) - leep(q, *y); }, out);
  add_score(
      "NCE difference",
      [&] { return negative_conditional_entropy(p, *y) - negative_conditional_entropy(q, *y); },
      out);
  add_score(
      "H-score difference", [&] { return h_score(teacher, *y) - h_score(student, *y); }, out);
  add_score(
      "Kendall τ of logits", [&] { return mean_kendall_tau(p, q); }, out);
  add_discrete_decomposition(probes, *y, of.exec, out);
}

void add_gaussian_decomposition(const CriteriaRows& of, const ProbePair& probes,
                                CriteriaResult& out) {
  const bool classes = of.draw.classes > 0;
  const auto both = unless_refused([&] {
    const Samples labels = coordinates(label_columns(of.draw, of.rows.labelled), classes);
    const auto information = [&](const Probe& probe) {
      return estimate(default_options("gaussian"), coordinates(probe.predictions, classes), labels,
                      of.input.groups, of.exec)
          .nats;
    };
    return std::pair(information(probes.teacher), information(probes.student));
  });
  Score redundancy;
  Score unique;
  if (both) {
    redundancy = std::min(both->first, both->second);
    unique = both->first - *redundancy;
  }
  out.scores.emplace_back("Gaussian PID, redundancy", redundancy);
  out.scores.emplace_back("Gaussian PID, unique to the teacher", unique);
}

}  // namespace cch::detail
