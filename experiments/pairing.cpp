#include "cch/experiments/pairing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

namespace cch {
namespace {

using Numbers = std::map<std::string, double>;

std::optional<double> find(const Numbers& numbers, const std::string& name) {
  const auto found = numbers.find(name);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

/// Names of scores that the closed form gives.
constexpr std::pair<const char*, const char*> kClosedForm[] = {
    {"cch_margin", "closed-form CCH margin"},
    {"accuracy_gain", "closed-form accuracy gain"},
    {"mse_gain", "closed-form MSE gain"},
    {"direction_gain", "closed-form direction gain"}};

void add_closed_form(const Numbers& predicted, Numbers& scores) {
  for (const auto& [field_name, name] : kClosedForm) {
    if (const auto value = find(predicted, field_name)) scores[name] = *value;
  }
  const auto beta_s = find(predicted, "beta_s");
  const auto beta_e = find(predicted, "beta_e");
  if (beta_s && beta_e) scores["closed-form β_s − β_e"] = *beta_s - *beta_e;
}

/// What the teacher gains over the student, by itself.
void add_baselines(const PairSeed& seed, Numbers& scores) {
  scores["always distil"] = 1.0;
  scores["never distil"] = -1.0;
  const Numbers ahead = gains_over(seed.teacher, seed.student);
  for (const char* metric : {"accuracy", "mse", "miou-full"}) {
    if (const auto value = find(ahead, metric)) {
      scores["best-accuracy teacher"] = *value;
      return;
    }
  }
}

class Pairing {
 public:
  explicit Pairing(const PairingInput& inputs) : inputs_(inputs) {
    for (const PairableRun& run : inputs.runs) {
      by_key_[run.key] = &run;
      if (run.role == "student") students_[run.key] = &run;
      if (run.role == "teacher") teachers_[run.unit + run.teacher] = &run;
    }
    for (const TeacherCriteria& criteria : inputs.criteria) {
      criteria_[criteria.unit + criteria.teacher] = &criteria;
      criteria_.emplace(criteria.unit + criteria.teacher_view, &criteria);
      for (const auto& [name, value] : criteria.decisions) decisions_.insert(decision_name(name));
    }
    for (const RankedTeacher& ranked : inputs.ranked) {
      for (const auto& [name, value] : ranked.decisions) decisions_.insert(name);
    }
  }

  PairedRuns run() {
    for (std::size_t i = 0; i < inputs_.runs.size(); ++i) {
      const std::string& role = inputs_.runs[i].role;
      if (role == "distilled" || role == "control") add(i);
    }
    PairedRuns out;
    for (auto& [key, pair] : pairs_) {
      std::sort(pair.seeds.begin(), pair.seeds.end(),
                [](const PairSeed& a, const PairSeed& b) { return a.seed < b.seed; });
      (pair.control.empty() ? out.pairs : out.controls).push_back(std::move(pair));
    }
    out.decisions.assign(decisions_.begin(), decisions_.end());
    warn(out);
    return out;
  }

 private:
  /// A decision may have the name of a score.
  static std::string decision_name(const std::string& name) { return name + ", decision"; }

  void add(std::size_t place) {
    const PairableRun& run = inputs_.runs[place];
    const auto student = students_.find(run.student);
    if (student == students_.end()) {
      ++lonely_;
      return;
    }
    PairSeed seed;
    seed.seed = run.seed;
    seed.gains = gains_over(run.metrics, student->second->metrics);
    if (seed.gains.empty()) {
      ++without_gain_;
      return;
    }
    seed.student = student->second->metrics;
    seed.distilled = run.metrics;
    if (const PairableRun* teacher = teacher_of(run)) seed.teacher = teacher->metrics;
    if (run.role == "distilled") add_scores(run, seed);
    TrainedPair& pair = pairs_[run.cell];
    const auto same_seed = [&](const PairSeed& other) { return other.seed == run.seed; };
    if (std::any_of(pair.seeds.begin(), pair.seeds.end(), same_seed)) {
      ++repeated_;
      return;
    }
    pair.study = run.study;
    pair.run = place;
    pair.control = run.role == "control" ? run.control : "";
    pair.seeds.push_back(std::move(seed));
  }

  [[nodiscard]] const PairableRun* teacher_of(const PairableRun& run) const {
    const auto named = by_key_.find(run.teacher_run);
    if (named != by_key_.end()) return named->second;
    const auto found = teachers_.find(run.unit + run.teacher);
    return found == teachers_.end() ? nullptr : found->second;
  }

  void add_scores(const PairableRun& run, PairSeed& seed) {
    auto criteria = criteria_.find(run.unit + run.teacher);
    if (criteria == criteria_.end()) criteria = criteria_.find(run.unit + run.teacher_view);
    if (criteria != criteria_.end()) {
      seed.scores = criteria->second->scores;
      for (const auto& [name, value] : criteria->second->decisions) {
        seed.scores[decision_name(name)] = value;
      }
    }
    add_closed_form(run.predicted, seed.scores);
    add_baselines(seed, seed.scores);
    add_ranking(run, seed.scores);
  }

  /// By the runs whose features were ranked, where that is known; else by the names.
  [[nodiscard]] bool ranks(const RankedTeacher& ranked, const PairableRun& run) const {
    const auto of_student = inputs_.feature_runs.find(ranked.student_hash);
    const auto of_teacher = inputs_.feature_runs.find(ranked.teacher_hash);
    if (of_student != inputs_.feature_runs.end() && of_teacher != inputs_.feature_runs.end()) {
      return of_student->second == run.student && of_teacher->second == run.teacher_run;
    }
    return ranked.student == run.student_name && ranked.teacher == run.teacher_name;
  }

  /// Several rankings of one teacher count as repetitions: means.
  void add_ranking(const PairableRun& run, Numbers& scores) {
    if (run.student_name.empty()) return;
    std::map<std::string, std::pair<double, double>> sums;
    for (std::size_t i = 0; i < inputs_.ranked.size(); ++i) {
      const RankedTeacher& ranked = inputs_.ranked[i];
      if (ranked.scenario != run.scenario || !ranks(ranked, run)) continue;
      used_.insert(i);
      for (const auto* numbers : {&ranked.scores, &ranked.decisions}) {
        for (const auto& [name, value] : *numbers) {
          sums[name].first += value;
          sums[name].second += 1.0;
        }
      }
    }
    for (const auto& [name, sum] : sums) scores[name] = sum.first / sum.second;
  }

  void warn(PairedRuns& out) const {
    if (lonely_ > 0) {
      out.warnings.push_back(
          {"runs-without-student",
           fmt::format("Runs without a finished student to be paired with are left out: {}",
                       lonely_)});
    }
    if (without_gain_ > 0) {
      out.warnings.push_back(
          {"runs-without-gain",
           fmt::format("Runs that share no finite metric with their student are left out: {}",
                       without_gain_)});
    }
    if (repeated_ > 0) {
      out.warnings.push_back(
          {"repeated-seeds",
           fmt::format("Runs that repeat a seed of their cell, as studies of one title with other "
                       "settings have them, are left out: {}",
                       repeated_)});
    }
    if (used_.size() < inputs_.ranked.size()) {
      out.warnings.push_back(
          {"ranking-unmatched",
           fmt::format(
               "{} of {} ranked teachers match no trained pair: a pair matches by the scenario "
               "and the runs whose features were ranked, or by the name of its teacher "
               "and the student named in its unit's setting",
               inputs_.ranked.size() - used_.size(), inputs_.ranked.size())});
    }
  }

  const PairingInput& inputs_;
  std::map<std::string, const PairableRun*> by_key_;
  std::map<std::string, const PairableRun*> students_;
  std::map<std::string, const PairableRun*> teachers_;
  std::map<std::string, const TeacherCriteria*> criteria_;
  std::map<std::string, TrainedPair> pairs_;
  std::set<std::string> decisions_;
  std::set<std::size_t> used_;
  std::size_t lonely_ = 0;
  std::size_t without_gain_ = 0;
  std::size_t repeated_ = 0;
};

}  // namespace

const std::vector<std::string>& gain_metrics() {
  static const std::vector<std::string> names{"accuracy", "cross-entropy", "weighted-f1",
                                              "auc",      "mse",           "mse-difference",
                                              "miou",     "miou-full",     "miou-worst"};
  return names;
}

std::map<std::string, double> gains_over(const Numbers& run, const Numbers& student) {
  Numbers out;
  const auto add = [&](const char* name, const char* metric, auto&& gain) {
    const auto after = find(run, metric);
    const auto before = find(student, metric);
    if (!after || !before) return;
    const double value = gain(*after, *before);
    if (std::isfinite(value)) out[name] = value;
  };
  const auto more = [](double after, double before) { return after - before; };
  const auto less = [](double after, double before) { return before - after; };
  add("accuracy", "accuracy", more);
  add("weighted-f1", "weighted_f1", more);
  add("auc", "auc", more);
  add("miou", "miou_average", more);
  add("miou-full", "miou_full", more);
  add("miou-worst", "miou_worst", more);
  add("cross-entropy", "calibrated_cross_entropy", less);
  add("mse-difference", "mse", less);
  add("mse", "mse",
      [](double after, double before) { return 0.5 * (std::log(before) - std::log(after)); });
  return out;
}

PairedRuns pair_runs(const PairingInput& input) {
  return Pairing(input).run();
}

}  // namespace cch
