#include "cch/criterion/pilot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "cch/core/nearest_name.hpp"
#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/criterion/linear/checks.hpp"
#include "estimators/criterion/linear/pilot_interval.hpp"
#include "estimators/criterion/linear/pilot_table.hpp"
#include "estimators/row_terms.hpp"

namespace cch {
namespace {

using namespace detail;

/// The arms of the pilot; T says nothing to real values.
std::vector<Arm> arms_of(const PilotOptions& options, bool classes) {
  if (options.lambda) return {{*options.lambda / (1.0 + *options.lambda), 1.0}};
  std::vector<Arm> arms{{0.3, 1.0}, {0.5, 1.0}, {0.8, 1.0}};
  if (classes) arms.push_back({0.5, 2.0});
  return arms;
}

/// Per-row values of all outer folds, in row order.
struct Rows {
  std::vector<double> loss;
  std::vector<double> correct;
};

void place(const Scored& scored, Rows& rows) {
  for (std::size_t j = 0; j < scored.rows.size(); ++j) {
    rows.loss[scored.rows[j]] = scored.loss[j];
    rows.correct[scored.rows[j]] = scored.correct[j];
  }
}

/// l0 − l1 of every row, or g + ½(e0/MSE₀ − e1/MSE_KD), the delta method's: their mean is the gain.
class GainTerms {
 public:
  GainTerms(const std::vector<double>& alone, const std::vector<double>& taught, bool classes)
      : classes_(classes), alone_(mean_of(alone)), taught_(mean_of(taught)) {}

  [[nodiscard]] std::vector<double> of(const std::vector<double>& alone,
                                       const std::vector<double>& taught) const {
    std::vector<double> terms(alone.size());
    const double gain = 0.5 * std::log(alone_ / taught_);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      terms[i] =
          classes_ ? alone[i] - taught[i] : gain + 0.5 * (alone[i] / alone_ - taught[i] / taught_);
    }
    return terms;
  }

 private:
  bool classes_;
  double alone_;
  double taught_;
};

PilotOutcome outcome_of(const PilotTeacher& teacher) {
  if (teacher.gain.interval95.lo > 0.0) return PilotOutcome::helps;
  if (teacher.gain.interval95.hi < 0.0) return PilotOutcome::harms;
  return teacher.equivalent ? PilotOutcome::equivalent : PilotOutcome::undecided;
}

/// The arm that most folds picked, the first of equals.
Arm commonest(const std::vector<Arm>& picked) {
  auto votes = [&](const Arm& arm) {
    return std::count_if(picked.begin(), picked.end(), [&](const Arm& other) {
      return other.weight == arm.weight && other.temperature == arm.temperature;
    });
  };
  return *std::max_element(picked.begin(), picked.end(),
                           [&](const Arm& a, const Arm& b) { return votes(a) < votes(b); });
}

using Folds = std::vector<std::unique_ptr<PilotFold>>;

/// Gains of the inner students, `gain` of what the students alone and taught score on a row.
template <class Gain>
std::vector<InnerGains> inner_gains(const Folds& alone,
                                    const std::vector<PilotFold::Distilled>& taught, Gain gain) {
  std::vector<InnerGains> out;
  for (std::size_t f = 0; f < taught.size(); ++f) {
    InnerGains& gains = out.emplace_back();
    gains.rows = taught[f].scored.rows;
    for (std::size_t h = 0; h < taught[f].inner.size(); ++h) {
      gains.terms.push_back(gain(alone[f]->inner_alone()[h], taught[f].inner[h]));
    }
  }
  return out;
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out(a.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = a[i] - b[i];
  return out;
}

PilotTeacher summarise(const Folds& folds, const std::vector<PilotFold::Distilled>& distilled,
                       const Rows& alone, const PilotTable& table, double equivalence) {
  Rows taught{std::vector<double>(table.pairs), std::vector<double>(table.pairs)};
  PilotTeacher out;
  std::vector<Arm> picked;
  for (const auto& fold : distilled) {
    place(fold.scored, taught);
    picked.push_back(fold.arm);
    out.weights.push_back(fold.arm.weight);
    out.temperatures.push_back(fold.arm.temperature);
    out.teacher_score += fold.teacher_score / static_cast<double>(distilled.size());
  }
  const bool classes = table.targets.classes;
  const GainTerms gain(alone.loss, taught.loss, classes);
  out.row_terms = gain.of(alone.loss, taught.loss);
  out.gain = gain_with_interval(
      out.row_terms,
      inner_gains(folds, distilled,
                  [&](const Scored& a, const Scored& b) { return gain.of(a.loss, b.loss); }),
      table.groups);
  out.equivalent = out.gain.interval95.lo >= -equivalence && out.gain.interval95.hi <= equivalence;
  out.outcome = outcome_of(out);
  if (classes) {
    out.row_terms_accuracy = difference(taught.correct, alone.correct);
    out.gain_accuracy = gain_with_interval(out.row_terms_accuracy,
                                           inner_gains(folds, distilled,
                                                       [](const Scored& a, const Scored& b) {
                                                         return difference(b.correct, a.correct);
                                                       }),
                                           table.groups);
  }
  out.weight = commonest(picked).weight;
  out.temperature = commonest(picked).temperature;
  return out;
}

constexpr std::array<std::string_view, 3> kScenarios{"same-rows", "more-labels",
                                                     "unlabelled-pairs"};

}  // namespace

std::string_view to_string(Scenario scenario) {
  return kScenarios[static_cast<std::size_t>(scenario)];
}

Scenario parse_scenario(std::string_view name) {
  for (std::size_t i = 0; i < kScenarios.size(); ++i) {
    if (kScenarios[i] == name) return static_cast<Scenario>(i);
  }
  const std::vector<std::string> names(kScenarios.begin(), kScenarios.end());
  refuse_usage("unknown-scenario", "no scenario is called '" + std::string(name) + "'",
               "there are same-rows, more-labels and unlabelled-pairs",
               "Did you mean " + nearest_name(name, names) + "?");
}

std::string_view to_string(PilotOutcome outcome) {
  constexpr std::array<std::string_view, 4> kNames{"helps", "harms", "equivalent", "undecided"};
  return kNames[static_cast<std::size_t>(outcome)];
}

PilotResult pilot(const PilotInput& input, const PilotOptions& options, const Execution& exec) {
  check_pilot(input, options);
  PilotResult result;
  const PilotTable table = make_table(input, options, exec.seed, result);
  check_probe_input(table.pairs, table.pairs, table.groups, options.folds);
  const bool classes = table.targets.classes;
  const std::vector<int> codes(table.targets.codes.begin(),
                               table.targets.codes.begin() + static_cast<long>(table.pairs));
  const auto fold = stratified_folds(codes, label_classes(table.targets), table.groups,
                                     options.folds, derive_seed(exec.seed, "pilot-folds"));
  Folds folds(options.folds);
  parallel_for(options.folds, exec, [&](std::size_t f) {
    folds[f] = std::make_unique<PilotFold>(table, fold, f, exec.seed);
  });
  Rows alone{std::vector<double>(table.pairs), std::vector<double>(table.pairs)};
  for (const auto& part : folds) place(part->alone(), alone);
  result.score_alone = mean_of(alone.loss);
  if (classes) result.accuracy_alone = mean_of(alone.correct);

  const std::vector<Arm> arms = arms_of(options, classes);
  const std::size_t teachers = table.teachers.size();
  std::vector<std::vector<PilotFold::Distilled>> taught(
      teachers, std::vector<PilotFold::Distilled>(options.folds));
  parallel_for(teachers * options.folds, exec, [&](std::size_t i) {
    taught[i / options.folds][i % options.folds] =
        folds[i % options.folds]->distil(i / options.folds, arms);
  });
  for (const auto& parts : taught) {
    result.teachers.push_back(summarise(folds, parts, alone, table, options.equivalence));
  }
  return result;
}

}  // namespace cch
