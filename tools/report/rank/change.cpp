#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cch/criterion/decide.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kTeachersWithRows = 4;

/// "The pilot gain of fac", with its name isolated.
std::string subject(std::string_view what, const std::string& name) {
  return fmt::format("The {} of {}", what, name);
}

std::string far_from_zero(std::string_view what, const std::string& name, const Value& value) {
  const double size = std::abs(*value.nats);
  std::string errors;
  if (value.standard_error.value_or(0) > 0) {
    const double times = size / *value.standard_error;
    errors = fmt::format(" ({} standard errors)", fixed(times, times < 10));
  }
  return fmt::format("{} would have to be {} nats{} {} than estimated to change sign.",
                     subject(what, name), fixed(size, decimals_for(value.standard_error)), errors,
                     *value.nats > 0 ? "smaller" : "larger");
}

/// A pilot interval inside the region of practical equivalence is a decision of its own.
bool inside_equivalence(const Value& gain) {
  return gain.low && gain.high && *gain.low > -kPracticalEquivalence &&
         *gain.high < kPracticalEquivalence;
}

void add_deciding(const RankDocument& document, const JudgedTeacher& first, const std::string& name,
                  std::vector<std::string>& out) {
  if (chance_decides(document)) {
    const std::string moved = moved_by(first);
    if (!moved.empty())
      out.push_back(fmt::format("The chance of {} was moved by {}.", name, moved));
    return;
  }
  const Value value = deciding_value(document, first);
  if (!value.nats || !value.low || !value.high) return;
  const std::string_view what = deciding_name(document);
  if (pilot_decides(document) && !excludes_zero(value) && inside_equivalence(value)) {
    out.push_back(fmt::format(
        "{} lies within ±{} nats of zero, which counts as no difference; only another student or "
        "scenario could change that.",
        subject(what, name), kPracticalEquivalence));
    return;
  }
  if (excludes_zero(value)) {
    out.push_back(far_from_zero(what, name, value));
    return;
  }
  out.push_back(fmt::format("The interval of the {} of {} contains zero.", what, name));
  const std::string rows = rows_that_would_decide(document, first);
  if (!rows.empty()) out.back() += ' ' + rows;
}

/// Rows for further teachers without a verdict; those for the first stand beside the verdict.
void add_open_teachers(const RankDocument& document, std::vector<std::string>& out) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  for (std::size_t i = 1; i < std::min(teachers.size(), kTeachersWithRows); ++i) {
    if (teachers[i].verdict != "inconclusive") continue;
    const std::string rows = rows_that_would_decide(document, teachers[i]);
    if (!rows.empty()) out.push_back(rows);
  }
}

/// Under the combined rule the second vote: what it would take for it to contradict.
void add_second_vote(const RankDocument& document, const JudgedTeacher& first,
                     const std::string& name, std::vector<std::string>& out) {
  if (rule_of(document) != Rule::combined) return;
  const Value margin = prediction_margin(first);
  const std::string outcome = first.prediction ? first.prediction->outcome : "";
  if (!margin.nats || outcome.empty()) return;
  const std::string& verdict = first.verdict;
  std::string turn;
  if (verdict == "distil") turn = "; if it failed, the verdict would be inconclusive";
  if (verdict == "do_not_distil") turn = "; if it held, the verdict would be inconclusive";
  out.push_back(fmt::format("The margin on predictions of {} is {} nats ({}){}.", name,
                            with_error(margin.nats, margin.standard_error),
                            outcome_name(first.prediction), turn));
}

/// How large I(S;Y) can be, where the margin of representations decides.
void add_upper_side(const RankDocument& document, const JudgedTeacher& first,
                    const std::string& name, std::vector<std::string>& out) {
  const documents::Number entropy = document.labels.entropy_nats;
  const Value margin = first.margin;
  const Value teacher = first.i_teacher_student;
  if (!entropy || !teacher.low || !margin.low || *margin.low <= 0) return;
  const std::string limit = fixed(entropy, 3);
  if (*teacher.low > *entropy) {
    out.push_back(
        fmt::format("No value of I(student; labels) would change it: even H(Y) = {} nats lies "
                    "below the interval of I({}; student).",
                    limit, name));
  } else {
    out.push_back(
        fmt::format("I(student; labels) can be as large as H(Y) = {} nats; at that value the "
                    "margin of {} would not be shown to be positive.",
                    limit, name));
  }
}

void add_lead_of_margin(const RankDocument& document, const std::string& first,
                        const std::string& second, std::vector<std::string>& out) {
  for (const auto& pair : document.differences) {
    if (pair.first != first || pair.second != second) continue;
    const Value& gap = pair;
    if (!gap.low || !gap.high) return;
    out.push_back(fmt::format("The lead of {} over {} is {} nats: the order of the two is {}.",
                              name_in_sentence(first), name_in_sentence(second),
                              with_error(gap.nats, gap.standard_error),
                              excludes_zero(gap) ? "settled" : "not settled"));
    return;
  }
}

/// Pilot gains have no interval of their difference: overlap is all that can be said.
void add_overlap(const RankDocument& document, const JudgedTeacher& first,
                 const JudgedTeacher& second, std::vector<std::string>& out) {
  if (chance_decides(document)) return;
  const Value a = deciding_value(document, first);
  const Value b = deciding_value(document, second);
  if (!a.low || !b.high || first.verdict != second.verdict) return;
  const bool apart = *a.low > *b.high;
  out.push_back(fmt::format("The intervals of the {}s of {} and {} {}.", deciding_name(document),
                            name_in_sentence(first.name), name_in_sentence(second.name),
                            apart ? "do not overlap" : "overlap: their order is not shown"));
}

void add_runner_up(const RankDocument& document, std::vector<std::string>& out) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  if (teachers.size() < 2) return;
  if (margins_decide(document)) {
    add_lead_of_margin(document, teachers[0].name, teachers[1].name, out);
  } else {
    add_overlap(document, teachers[0], teachers[1], out);
  }
}

}  // namespace

std::vector<std::string> what_would_change_it(const RankDocument& document) {
  std::vector<std::string> out;
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  if (teachers.empty()) return out;
  const JudgedTeacher& first = teachers.front();
  const std::string name = name_in_sentence(first.name);
  if (what_would_decide(document).empty()) add_deciding(document, first, name, out);
  add_open_teachers(document, out);
  add_second_vote(document, first, name, out);
  if (margins_decide(document)) add_upper_side(document, first, name, out);
  add_runner_up(document, out);
  const std::string& scenario = document.scenario;
  if (pilot_decides(document)) {
    out.emplace_back(
        "The pilot is a linear student on saved features; a deep student may gain more or less.");
  }
  if (pilot_decides(document) && scenario == "same-rows" && what_would_decide(document).empty()) {
    out.emplace_back(
        "Unlabelled pairs or a teacher with more labels are other questions: ask them with "
        "--scenario.");
  }
  return out;
}

}  // namespace cch::report
