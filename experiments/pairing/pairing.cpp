#include "cch/experiments/pairing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "experiments/pairing/store.hpp"

namespace cch {
namespace {

using detail::PairingCell;
using detail::PairingStore;

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

/// By the runs whose features were ranked, where that is known; else by the names.
bool ranks(const RankedTeacher& ranked, const PairingStore& store, std::uint32_t i) {
  const PairingCell& cell = store.cell(i);
  if (ranked.scenario != cell.scenario) return false;
  const auto of_student = store.feature_runs.find(ranked.student_hash);
  const auto of_teacher = store.feature_runs.find(ranked.teacher_hash);
  if (of_student != store.feature_runs.end() && of_teacher != store.feature_runs.end()) {
    return of_student->second == store.run(i).student &&
           of_teacher->second == store.run(i).teacher_run;
  }
  return ranked.student == cell.student_name && ranked.teacher == cell.teacher_name;
}

/// Several rankings of one teacher count as repetitions: means.
void add_rankings(const PairingStore& store, std::uint32_t i, Numbers& scores) {
  if (store.cell(i).student_name.empty()) return;
  std::map<std::string, std::pair<double, double>> sums;
  for (const RankedTeacher& ranked : store.ranked) {
    if (!ranks(ranked, store, i)) continue;
    for (const auto* numbers : {&ranked.scores, &ranked.decisions}) {
      for (const auto& [name, value] : *numbers) {
        sums[name].first += value;
        sums[name].second += 1.0;
      }
    }
  }
  for (const auto& [name, sum] : sums) scores[name] = sum.first / sum.second;
}

PairSeed pair_seed(const PairingStore& store, std::uint32_t i) {
  PairSeed out;
  out.seed = store.run(i).seed;
  out.student = store.metrics(store.student_of(i).value());
  out.distilled = store.metrics(i);
  out.gains = gains_over(out.distilled, out.student);
  if (const auto teacher = store.teacher_of(i)) out.teacher = store.metrics(*teacher);
  if (store.cell(i).role != "distilled") return out;
  out.scores = store.criteria_of(i);
  add_closed_form(store.predicted(i), out.scores);
  add_baselines(out, out.scores);
  add_rankings(store, i, out.scores);
  return out;
}

/// Puts runs of one cell together.
class Pairing {
 public:
  explicit Pairing(const PairingStore& store) : store_(store), used_(store.ranked.size(), 0) {}

  void pair(PairedRuns& out) {
    for (std::uint32_t i = 0; i < store_.size(); ++i) {
      if (store_.cell(i).paired() && has_gain(i)) add(i);
    }
    for (auto& [name, pair] : pairs_) {
      order(pair.runs);
      (pair.control.empty() ? out.pairs : out.controls).push_back(std::move(pair));
    }
    warn(out.warnings);
  }

 private:
  bool has_gain(std::uint32_t i) {
    const auto student = store_.student_of(i);
    if (!student) {
      ++lonely_;
      return false;
    }
    const bool gains = !gains_over(store_.metrics(i), store_.metrics(*student)).empty();
    if (!gains) ++without_gain_;
    return gains;
  }

  void add(std::uint32_t i) {
    const PairingCell& cell = store_.cell(i);
    // As their JSON texts are sorted, which end a title so.
    TrainedPair& pair = pairs_[{store_.study_of(i) + '"', cell.cell}];
    if (pair.runs.empty()) {
      pair.study = store_.study_of(i);
      pair.cell = cell.cell;
      pair.control = cell.role == "control" ? cell.control : "";
    }
    pair.runs.push_back(i);
    if (cell.role != "distilled" || cell.student_name.empty()) return;
    for (std::size_t r = 0; r < used_.size(); ++r) {
      if (used_[r] == 0 && ranks(store_.ranked[r], store_, i)) used_[r] = 1;
    }
  }

  /// By seed; of one seed the first that was added.
  void order(std::vector<std::uint32_t>& runs) {
    const auto seed = [this](std::uint32_t i) { return store_.run(i).seed; };
    std::stable_sort(runs.begin(), runs.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return seed(a) < seed(b); });
    const auto end = std::unique(runs.begin(), runs.end(), [&](std::uint32_t a, std::uint32_t b) {
      return seed(a) == seed(b);
    });
    repeated_ += static_cast<std::size_t>(runs.end() - end);
    runs.erase(end, runs.end());
    runs.shrink_to_fit();
  }

  void warn(std::vector<Warning>& warnings) const {
    if (lonely_ > 0) {
      warnings.push_back(
          {"runs-without-student",
           fmt::format("Runs without a finished student to be paired with are left out: {}",
                       lonely_)});
    }
    if (without_gain_ > 0) {
      warnings.push_back(
          {"runs-without-gain",
           fmt::format("Runs that share no finite metric with their student are left out: {}",
                       without_gain_)});
    }
    if (repeated_ > 0) {
      warnings.push_back(
          {"repeated-seeds",
           fmt::format("Runs that repeat a seed of their cell, as studies of one title with other "
                       "settings have them, are left out: {}",
                       repeated_)});
    }
    const auto unused = std::count(used_.begin(), used_.end(), 0);
    if (unused > 0) {
      warnings.push_back(
          {"ranking-unmatched",
           fmt::format(
               "{} of {} ranked teachers match no trained pair: a pair matches by the scenario "
               "and the runs whose features were ranked, or by the name of its teacher "
               "and the student named in its unit's setting",
               unused, used_.size())});
    }
  }

  const PairingStore& store_;
  std::map<std::pair<std::string, std::string>, TrainedPair> pairs_;  ///< by study and cell
  std::vector<char> used_;                                            ///< rankings
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

void PairedRuns::each_seed(const TrainedPair& pair,
                           const std::function<void(const PairSeed&)>& take) const {
  for (const std::uint32_t run : pair.runs) take(pair_seed(*store, run));
}

std::vector<PairSeed> PairedRuns::seeds(const TrainedPair& pair) const {
  std::vector<PairSeed> out;
  each_seed(pair, [&](const PairSeed& seed) { out.push_back(seed); });
  return out;
}

RunPairing::RunPairing() : store_(std::make_shared<PairingStore>()) {}

void RunPairing::add(const PairableRun& run) {
  store_->add(run);
}

void RunPairing::add(const TeacherCriteria& criteria) {
  store_->add(criteria);
}

void RunPairing::add(const RankedTeacher& ranked) {
  store_->ranked.push_back(ranked);
}

void RunPairing::add_features(const std::string& hash, const std::string& key) {
  store_->feature_runs[hash] = ShortName::of(key);
}

std::size_t RunPairing::bytes() const {
  return store_->bytes();
}

PairedRuns RunPairing::paired() {
  PairedRuns out;
  store_->index(out.warnings);
  std::set<std::string> decisions(store_->decisions.begin(), store_->decisions.end());
  for (const RankedTeacher& ranked : store_->ranked) {
    for (const auto& [name, value] : ranked.decisions) decisions.insert(name);
  }
  out.decisions.assign(decisions.begin(), decisions.end());
  out.store = store_;
  Pairing(*store_).pair(out);
  return out;
}

}  // namespace cch
