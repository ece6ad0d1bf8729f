#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kFewestGroups = 20;  // below, errors by groups are exploratory
constexpr double kFirmPlace = 0.9;         // share of draws that calls a first place firm

struct Caveats {
  std::vector<std::string> severe;
  std::vector<std::string> mild;
};

/// Signs that the estimators give to the margin of one teacher: one entry an estimator with a
/// decision.
std::vector<std::string> outcomes_of(const RankDocument& document, const std::string& name) {
  std::vector<std::string> outcomes;
  for (const auto& pair : document.estimators) {
    for (const auto& teacher : pair.teachers) {
      if (teacher.name != name) continue;
      const std::string& outcome = teacher.representation.outcome;
      if (outcome == "holds" || outcome == "fails") outcomes.push_back(outcome);
    }
  }
  return outcomes;
}

/// What the representations say matters where they decide.
void look_at_representations(const RankDocument& document, const JudgedTeacher& first,
                             const std::string& name, Caveats& found) {
  const std::vector<std::string> outcomes = outcomes_of(document, first.name);
  if (std::adjacent_find(outcomes.begin(), outcomes.end(), std::not_equal_to<>()) !=
      outcomes.end()) {
    found.severe.push_back(
        fmt::format("The estimators disagree about the sign of the margin of {}.", name));
  }
  if (first.planted_bias && first.planted_bias->could_flip) {
    found.severe.push_back(fmt::format(
        "The expected bias of the estimators could turn the sign of the margin of {}.", name));
  }
  if (first.representation.mixed_families) {
    found.mild.push_back(
        "The two sides of the margin come from different estimator families, whose biases differ.");
  }
  if (!first.planted_bias) {
    found.mild.push_back(
        "The estimators' bias at this size and dimension was not measured; the intervals cover "
        "sampling error only.");
  }
  const documents::Number top = first.stability ? first.stability->top1 : std::nullopt;
  if (top && *top < kFirmPlace) {
    found.mild.push_back(fmt::format("{} has the largest I(T;S) in only {} % of the draws.", name,
                                     fixed(*top * 100, 0)));
  }
}

/// The margin of prediction level by another estimator lies on the other side of zero.
bool other_side(const std::optional<documents::Sides>& sides, double margin) {
  return sides && sides->i_teacher_student && sides->i_student_labels &&
         (*sides->i_teacher_student - *sides->i_student_labels) * margin < 0;
}

void look_at_predictions(const JudgedTeacher& first, const std::string& name, Caveats& found) {
  const auto margin = prediction_margin(first).nats;
  const auto& level = first.prediction_level;
  if (margin && level &&
      (other_side(level->gaussian, *margin) || other_side(level->mixed_ksg, *margin)))
    found.mild.push_back(fmt::format(
        "At prediction level another estimator gives the margin of {} the other sign.", name));
}

void look_at_pilot(const RankDocument& document, const JudgedTeacher& first,
                   const std::string& name, Caveats& found) {
  if (!first.pilot) {
    found.severe.push_back(fmt::format("There is no pilot for {}.", name));
    return;
  }
  const Value gain = first.pilot->gain_cross_entropy;
  const Value accuracy = first.pilot->gain_accuracy.value_or(documents::Amount{});
  if (excludes_zero(gain) && excludes_zero(accuracy) && gain.nats && accuracy.nats &&
      *gain.nats * *accuracy.nats < 0) {
    found.mild.push_back(
        fmt::format("With {} the pilot's accuracy moves against its cross-entropy.", name));
  }
  if (rule_of(document) != Rule::combined) return;
  const std::string prediction = first.prediction ? first.prediction->outcome : "";
  const std::string against = gain.low && *gain.low > 0 ? "fails" : "holds";
  if (excludes_zero(gain) && prediction == against) {
    found.mild.push_back(fmt::format(
        "The CCH on predictions {} for {}, against what the pilot says.", prediction, name));
  } else if (prediction == "undecided") {
    found.mild.push_back(
        fmt::format("The CCH on predictions is undecided for {}: the pilot stands alone.", name));
  }
}

void look_at_chance(const JudgedTeacher& first, const std::string& name, Caveats& found) {
  const ChanceOfGain* of = deciding_chance(first);
  if (of == nullptr) {
    found.severe.push_back(fmt::format("There is no chance for {}: no pilot could run.", name));
  } else if (!of->in_range) {
    found.mild.push_back(fmt::format("The chance of {} rests on its pilot alone ({}).", name,
                                     of->basis.empty() ? "no reason" : printable(of->basis)));
  }
}

void look_at_first(const RankDocument& document, const JudgedTeacher& first, Caveats& found) {
  const std::string name = name_in_sentence(first.name);
  if (first.verdict == "unreliable") {
    found.severe.push_back(fmt::format("A check of the estimates for {} failed.", name));
  }
  const Rule rule = rule_of(document);
  if (chance_decides(document)) look_at_chance(first, name, found);
  if (pilot_decides(document)) look_at_pilot(document, first, name, found);
  if (rule == Rule::combined || rule == Rule::cch_prediction) {
    look_at_predictions(first, name, found);
  }
  if (margins_decide(document)) {
    look_at_representations(document, first, name, found);
  }
}

void look_at_data(const RankDocument& document, Caveats& found) {
  if (document.groups && document.groups->count < kFewestGroups) {
    found.severe.push_back(
        fmt::format("There are only {} groups; below {} the intervals are exploratory.",
                    document.groups->count, kFewestGroups));
  }
  if (!document.alignment.verified) {
    found.mild.push_back("Rows were paired by their order, which nothing in the files confirms.");
  }
}

void look_at_rule(const RankDocument& document, Caveats& found) {
  if (rule_of(document) == Rule::cch) {
    found.mild.push_back(
        "The CCH on representations decided alone; no student was trained to confirm it.");
  }
  if (rule_of(document) == Rule::cch_prediction) {
    found.mild.push_back(
        "The CCH on predictions decided alone; no student was trained to confirm it.");
  }
  const std::vector<std::string> wrong = controls_to_distil(document);
  if ((pilot_decides(document) || chance_decides(document)) && !wrong.empty()) {
    found.severe.push_back(fmt::format("{} came out as distil, though no student can gain from it.",
                                       list_in_words(wrong, 4)));
  }
}

}  // namespace

std::vector<std::string> controls_to_distil(const RankDocument& document) {
  std::vector<std::string> names;
  for (const JudgedTeacher& control : document.controls) {
    if (control.verdict == "distil") {
      names.push_back(name_in_sentence(control.name));
    }
  }
  return names;
}

Reliability reliability(const RankDocument& document) {
  Caveats found;
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  if (teachers.empty()) found.severe.emplace_back("No teacher was ranked.");
  if (!teachers.empty()) look_at_first(document, teachers.front(), found);
  look_at_data(document, found);
  look_at_rule(document, found);
  const std::string word = !found.severe.empty() ? "low" : found.mild.empty() ? "high" : "moderate";
  found.severe.insert(found.severe.end(), found.mild.begin(), found.mild.end());
  return {word, found.severe};
}

}  // namespace cch::report
