#include "cch/criterion/cch.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace cch {
namespace {

constexpr double kOneSidedLevel = 0.025;
constexpr std::array<std::string_view, 4> kVerdicts{"distil", "do_not_distil", "inconclusive",
                                                    "unreliable"};

CchVerdict holding(const CchEvidence& e, CchVerdict result) {
  if (result.trivially_satisfied) {
    result.verdict = Verdict::inconclusive;
    result.reasons.emplace_back(
        "CCH is trivially satisfied: I(teacher; student) exceeds the label entropy H(Y), which "
        "I(student; labels) can never reach, so the comparison says nothing about the task.");
    return result;
  }
  const double missed = e.i_student_labels_upper - e.i_student_labels;
  if (e.mixed_families && e.margin.interval95->lo <= missed) {
    result.verdict = Verdict::inconclusive;
    result.reasons.emplace_back(
        "CCH holds against the estimate of I(student; labels), but not against its upper value; "
        "the "
        "two sides come from different families of estimators, so the difference could be bias.");
    return result;
  }
  result.verdict = Verdict::distil;
  result.reasons.emplace_back(
      "CCH holds: the teacher shares more information with the student than the student has about "
      "the labels. Shared nuisance (the same pixels, the same speaker) can also cause this.");
  return result;
}

}  // namespace

std::string_view to_string(CchOutcome outcome) {
  constexpr std::array<std::string_view, 3> names{"holds", "fails", "undecided"};
  return names[static_cast<std::size_t>(outcome)];
}

std::string_view to_string(Verdict verdict) {
  return kVerdicts[static_cast<std::size_t>(verdict)];
}

Verdict parse_verdict(std::string_view name) {
  std::string plain(name);
  std::replace(plain.begin(), plain.end(), '-', '_');
  const auto found = std::find(kVerdicts.begin(), kVerdicts.end(), plain);
  if (found == kVerdicts.end()) {
    refuse_usage("unknown-verdict", "there is no verdict '" + std::string(name) + "'", {},
                 "Use distil, do-not-distil, inconclusive or unreliable");
  }
  return static_cast<Verdict>(found - kVerdicts.begin());
}

Margin paired_margin(const Measurement& teacher_student, const Measurement& student_labels,
                     const Execution& exec, std::string* why_not) {
  Margin margin;
  margin.nats = teacher_student.estimate().nats - student_labels.estimate().nats;
  const std::array<Term, 2> terms{Term{&teacher_student, 1.0}, Term{&student_labels, -1.0}};
  const auto bar = error_bar(terms, exec, why_not);
  if (!bar) return margin;
  margin.standard_error = bar->standard_error;
  margin.interval95 = interval95(margin.nats, *bar);
  margin.p_above = p_above_zero(margin.nats, *bar);
  margin.p_below = p_above_zero(-margin.nats, *bar);
  return margin;
}

std::vector<double> holm_adjusted(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, static_cast<double>(p.size() - i) * p[order[i]]);
    adjusted[order[i]] = std::min(1.0, largest);
  }
  return adjusted;
}

CchOutcome cch_outcome(const Margin& margin) {
  if (margin.p_above && *margin.p_above < kOneSidedLevel) return CchOutcome::holds;
  if (margin.p_below && *margin.p_below < kOneSidedLevel) return CchOutcome::fails;
  return CchOutcome::undecided;
}

CchVerdict decide_by_cch(const CchEvidence& e) {
  CchVerdict result;
  result.outcome = cch_outcome(e.margin);
  result.trivially_satisfied =
      e.entropy_labels && e.i_teacher_student_low && *e.i_teacher_student_low > *e.entropy_labels;
  if (!e.unreliable.empty()) {
    result.verdict = Verdict::unreliable;
    result.reasons = e.unreliable;
    return result;
  }
  if (result.outcome == CchOutcome::holds) return holding(e, std::move(result));
  if (result.outcome == CchOutcome::fails) {
    result.verdict = Verdict::do_not_distil;
    result.reasons.emplace_back(
        "CCH fails: the teacher shares less information with the student than the student already "
        "has about the labels. CCH is sufficient, not necessary, so this is no proof of harm.");
    return result;
  }
  result.reasons.emplace_back(e.margin.interval95
                                  ? "The margin's interval includes zero once all teachers are "
                                    "taken into account: more rows "
                                    "or groups would be needed to decide."
                                  : "The margin has no error bar, so it decides nothing.");
  return result;
}

}  // namespace cch
