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

constexpr double kMostTimes = 1000.0;  // the rows; further is no plan

/// The number that keeps a verdict open, and what it is; no value where none does.
struct Open {
  std::string what;
  Value value;
  std::string over = {};
};

Open open_number(const RankDocument& document, const JudgedTeacher& teacher) {
  Open open{std::string(deciding_name(document)), deciding_value(document, teacher)};
  const bool gains = open.value.low && *open.value.low > 0;
  if (!pilot_decides(document) || !gains) return open;
  open.over = " over uninformed soft labels";
  open.value = teacher.pilot ? teacher.pilot->gain_over_uninformed.value_or(Value{}) : Value{};
  return open;
}

/// Half-widths shrink as 1/√N, so the interval leaves zero at N · (half-width / |value|)² rows; a
/// pilot gain is settled too where its interval lies inside ±kPracticalEquivalence.
double times_the_rows(const Open& open, bool equivalence) {
  const double half_width = (*open.value.high - *open.value.low) / 2;
  const double away = std::abs(*open.value.nats);
  const double reach = equivalence ? std::max(away, kPracticalEquivalence - away) : away;
  return std::pow(half_width / reach, 2);
}

/// Two digits, upwards.
std::int64_t rounded_up(double rows) {
  const double step = std::pow(10, std::max(0.0, std::floor(std::log10(rows)) - 1));
  return static_cast<std::int64_t>(std::ceil(rows / step) * step);
}

std::string rows_words(const RankDocument& document, double times) {
  const std::size_t now =
      pilot_decides(document) && document.pilot ? document.pilot->rows : document.rows;
  if (!document.groups || now < document.rows) {
    return fmt::format("about {} rows would decide it (now {})",
                       count(rounded_up(times * double(now))), count(now));
  }
  return fmt::format("about {} rows in {} groups would decide it (now {} in {})",
                     count(rounded_up(times * double(now))),
                     count(rounded_up(times * double(document.groups->count))), count(now),
                     count(document.groups->count));
}

/// By the chance's forecast with more rows (cch/criterion/what_decides.hpp).
std::string rows_for_a_firm_chance(const JudgedTeacher& teacher) {
  const ChanceOfGain* chance = deciding_chance(teacher);
  if (!teacher.what_decides || chance == nullptr) return "";
  std::string out;
  for (const documents::FirmWithRows& one : teacher.what_decides->forecast) {
    const double distil = one.p_distil.value_or(0);
    const double do_not = one.p_do_not.value_or(0);
    out +=
        fmt::format("{}{} with {}{} ({})", out.empty() ? "" : ", ", chance_percent(distil + do_not),
                    count(one.rows), out.empty() ? " labelled rows" : "",
                    distil > do_not ? "rather distil" : "rather do not");
  }
  if (out.empty()) return "";
  std::string curve;
  for (const documents::GainOnRows& point : teacher.what_decides->curve) {
    curve += fmt::format("{}{} on {}", curve.empty() ? " The linear pilot gained " : ", ",
                         with_error(point.nats, point.standard_error), count(point.rows));
  }
  if (!curve.empty()) curve += " rows (nats).";
  return fmt::format("The chance that the verdict for {} becomes firm: {}; now {} rows.{}",
                     name_in_sentence(teacher.name), out, count(chance->rows), curve);
}

std::string capital(std::string words) {
  if (!words.empty() && words.front() >= 'a' && words.front() <= 'z') words.front() -= 'a' - 'A';
  return words;
}

}  // namespace

std::string rows_that_would_decide(const RankDocument& document, const JudgedTeacher& teacher) {
  if (chance_decides(document)) return rows_for_a_firm_chance(teacher);
  const Open open = open_number(document, teacher);
  const std::string name = name_in_sentence(teacher.name);
  if (pilot_decides(document) && excludes_zero(open.value)) {
    return fmt::format(
        "The pilot and the CCH on predictions disagree about {}: more rows need not decide it.",
        name);
  }
  if (!open.value.nats || !open.value.low || !open.value.high || excludes_zero(open.value))
    return "";
  const bool equivalence = pilot_decides(document) && open.over.empty();
  const double times = times_the_rows(open, equivalence);
  if (std::isnan(times) || times <= 1) return "";
  const std::string stays =
      fmt::format("if the {} of {}{} stays at {} nats", open.what, name, open.over,
                  fixed(open.value.nats, decimals_for(open.value.standard_error)));
  if (times > kMostTimes) {
    return capital(stays) + ", not even a thousand times the rows would decide it.";
  }
  return capital(stays) + ", " + rows_words(document, times) + '.';
}

namespace {

/// What the measured scores say about other scenarios than the same rows.
std::string scenario_that_might(const RankDocument& document, const JudgedTeacher& teacher) {
  if (document.scenario != "same-rows" || !pilot_decides(document)) return "";
  const auto own = teacher.pilot ? teacher.pilot->teacher_score : std::nullopt;
  const auto alone = document.pilot ? document.pilot->score_alone : std::nullopt;
  if (!own || !alone) return "";
  const Value beyond =
      teacher.i_teacher_labels_given_student.value_or(documents::ConditionalValue{});
  const bool better = *own < *alone && (!beyond.low || *beyond.low > 0);
  const std::string figures =
      fmt::format("{} against {}{}", fixed(own, 3), fixed(alone, 3),
                  real_labels(document) ? " mean squared error" : " nats of cross-entropy");
  const std::string name = name_in_sentence(teacher.name);
  if (!better) {
    return fmt::format(
        "Nothing measured here speaks for another scenario: {} itself is not shown to predict "
        "held-out labels better than the student ({}).",
        name, figures);
  }
  const std::size_t without = document.alignment.rows_without_label;
  return fmt::format(
      "{} itself predicts held-out labels better than the student ({}), so its labels may be worth "
      "more on {} (--scenario unlabelled-pairs){}.",
      name, figures,
      without > 0 ? fmt::format("the {} rows without a label", count(without))
                  : "pairs without a label",
      teacher.stored ? ""  // it learns no more
                     : ", and after learning from further labelled rows (--scenario more-labels)");
}

}  // namespace

std::vector<std::string> what_would_decide(const RankDocument& document) {
  std::vector<std::string> out;
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  if (teachers.empty() || teachers.front().verdict != "inconclusive") return out;
  for (std::string sentence : {rows_that_would_decide(document, teachers.front()),
                               scenario_that_might(document, teachers.front())}) {
    if (!sentence.empty()) out.push_back(std::move(sentence));
  }
  return out;
}

}  // namespace cch::report
