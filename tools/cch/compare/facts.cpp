#include "tools/cch/compare/facts.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "tools/documents/json.hpp"
#include "tools/documents/recorded.hpp"
#include "tools/report/kit/fact.hpp"

namespace cch {
namespace {

using nlohmann::json;

constexpr const char* kBaselines[] = {"always distil", "never distil", "best-accuracy teacher"};
/// The criteria that predict where none was asked for, the first that a pair has.
constexpr const char* kPredicting[] = {"cch rank: verdict",
                                       "combined verdict, decision",
                                       "prediction-level CCH, decision",
                                       "representation-level CCH, auto, decision",
                                       "closed-form CCH margin",
                                       "best-accuracy teacher"};

using documents::Fact;

/// A number of a plain value.
std::optional<double> number_of(const Fact& fact) {
  if (const auto* whole = std::get_if<std::uint64_t>(&fact)) return static_cast<double>(*whole);
  if (const auto* whole = std::get_if<std::int64_t>(&fact)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&fact)) return *number;
  return std::nullopt;
}

void add_facet(ComparedCell& cell, const std::string& name, const std::optional<Fact>& value) {
  if (!value || std::holds_alternative<std::monostate>(*value)) return;
  const bool list = std::holds_alternative<std::vector<double>>(*value) ||
                    std::holds_alternative<std::vector<std::string>>(*value);
  if (!list) cell.facets.push_back({name, report::plain_value(*value), number_of(*value)});
}

void add_facets(ComparedCell& cell, const std::string& prefix, const documents::Facts& values) {
  for (const auto& [name, value] : values) add_facet(cell, prefix + name, value);
}

void add_all_facets(ComparedCell& cell, const std::string& study, const RunQuestion& question) {
  const documents::ComparedLoss loss = question.loss.value_or(documents::ComparedLoss());
  const documents::ComparedTeacher teacher =
      question.teacher.value_or(documents::ComparedTeacher());
  add_facet(cell, "study", study);
  add_facet(cell, "metric", cell.unit);
  add_facet(cell, "task", question.unit.task);
  add_facet(cell, "scenario", question.unit.scenario);
  add_facet(cell, "lambda", loss.lambda);
  add_facet(cell, "temperature", loss.temperature);
  add_facets(cell, "teacher: ", teacher.parameters.value_or(documents::Facts()));
  add_facets(cell, "setting: ", question.unit.setting);
  add_facet(cell, "labelled", question.unit.labelled);
  add_facet(cell, "labels from", teacher.labels_from);
  add_facet(cell, "loss", loss.form);
  add_facet(cell, "weighting", loss.weighting);
}

/// Means of numbers by name.
class Means {
 public:
  void add(const std::map<std::string, double>& numbers) {
    for (const auto& [name, value] : numbers) {
      auto& [sum, count] = sums_[name];
      sum += value;
      count += 1.0;
    }
  }
  [[nodiscard]] documents::Numbers means() const {
    documents::Numbers out;
    for (const auto& [name, sum] : sums_) out[name] = sum.first / sum.second;
    return out;
  }

 private:
  std::map<std::string, std::pair<double, double>> sums_;
};

bool is_decision(const std::string& name, const std::vector<std::string>& decisions) {
  return std::find(decisions.begin(), decisions.end(), name) != decisions.end();
}

/// What a criterion says about the pair: decisions by the majority of their seeds. Nothing where
/// the pair does not have it.
std::optional<documents::PairPrediction> said_by(const std::string& name,
                                                 const documents::Numbers& scores,
                                                 const PairedRuns& all) {
  const auto found = scores.find(name);
  if (found == scores.end()) return std::nullopt;
  const double mean = *found->second;
  const double bar = is_decision(name, all.decisions) ? 0.5 : 0.0;
  const char* says = mean > bar ? "distil" : (mean < -bar ? "do-not-distil" : "undecided");
  return documents::PairPrediction{name, mean, says};
}

std::optional<documents::PairPrediction> prediction_of(const documents::Numbers& scores,
                                                       const PairedRuns& all,
                                                       const std::string& by) {
  if (!by.empty()) return said_by(by, scores, all);
  for (const char* name : kPredicting) {
    if (scores.contains(name)) return said_by(name, scores, all);
  }
  return std::nullopt;
}

std::optional<bool> agrees(const std::optional<documents::PairPrediction>& predicted, int sign) {
  if (!predicted || sign == 0 || predicted->says == "undecided") return std::nullopt;
  return (predicted->says == "distil") == (sign > 0);
}

/// The gains of the seeds that both have, teacher less control.
std::optional<GainSummary> difference_of(const BySeed& pair, const BySeed& control) {
  std::vector<double> differences;
  auto other = control.begin();
  for (const auto& [seed, gain] : pair) {
    while (other != control.end() && other->first < seed) ++other;
    if (other != control.end() && other->first == seed) differences.push_back(gain - other->second);
  }
  if (differences.empty()) return std::nullopt;
  return summarise_gains(differences);
}

template <class T>
json as_json(const std::optional<T>& part) {
  return part ? documents::to_json(*part) : json();
}

/// What a control and the pairs that it stands beside have in common.
std::string side_text(const std::string& study, const RunQuestion& question) {
  return json{study, documents::to_json(question.unit), as_json(question.loss)}.dump();
}

const char* resampled_words(const CriterionScore& score) {
  if (score.clusters == 1) return "seeds";
  return score.resampled_seeds ? "clusters and seeds" : "clusters";
}

std::string sign_word(int sign) {
  return sign > 0 ? "+" : (sign < 0 ? "-" : "undecided");
}

}  // namespace

BySeed gains_in(const PairedRuns& all, const TrainedPair& pair, const std::string& metric) {
  BySeed out;
  all.each_seed(pair, [&](const PairSeed& seed) {
    const auto gain = seed.gains.find(metric);
    if (gain != seed.gains.end()) out.emplace_back(seed.seed, gain->second);
  });
  return out;
}

std::vector<double> values_of(const BySeed& by_seed) {
  std::vector<double> out;
  out.reserve(by_seed.size());
  for (const auto& [seed, value] : by_seed) out.push_back(value);
  return out;
}

ComparedCell CellMaker::operator()(const TrainedPair& pair, const std::string& metric) {
  ComparedCell cell;
  const RunQuestion& question = questions_[pair.cell];
  const documents::ComparedUnit& unit = question.unit;
  cell.cluster = json{pair.study, unit.task, documents::to_json(unit.setting)}.dump();
  // Criteria are measured before it is known whose rows the teacher will label.
  const json labels_from = question.teacher ? as_json(question.teacher->labels_from) : json();
  cell.group =
      json{pair.study, documents::to_json(unit), as_json(question.loss), labels_from}.dump();
  cell.unit = metric;
  add_all_facets(cell, pair.study, question);
  std::set<std::string> found;
  all_.each_seed(pair, [&](const PairSeed& seed) {
    if (!seed.gains.contains(metric)) return;
    for (const auto& [name, value] : seed.scores) found.insert(name);
  });
  const std::vector<std::string> names(found.begin(), found.end());
  CriterionNames& shared = names_[names];
  if (!shared) shared = std::make_shared<const std::vector<std::string>>(names);
  cell.criteria = shared;
  all_.each_seed(pair, [&](const PairSeed& seed) {
    const auto gain = seed.gains.find(metric);
    if (gain == seed.gains.end()) return;
    CellSeed& one = cell.seeds.emplace_back(CellSeed{seed.seed, gain->second, {}});
    for (const std::string& name : *shared) {
      const auto score = seed.scores.find(name);
      one.scores.push_back(score == seed.scores.end() ? std::nan("") : score->second);
    }
  });
  return cell;
}

PairMaker::PairMaker(const PairedRuns& all, const RunQuestions& questions, std::string by)
    : all_(all), questions_(questions), by_(std::move(by)) {
  for (const TrainedPair& control : all.controls) {
    controls_[side_text(control.study, questions[control.cell])].push_back(&control);
  }
}

std::vector<documents::PairControl> PairMaker::controls_of(const JudgedPair& judged) const {
  std::vector<documents::PairControl> out;
  const RunQuestion& question = questions_[judged.pair->cell];
  const auto beside = controls_.find(side_text(judged.pair->study, question));
  if (beside == controls_.end()) return out;
  const BySeed own = gains_in(all_, *judged.pair, judged.metric);
  for (const TrainedPair* control : beside->second) {
    // In the place of this teacher, or of any.
    const auto& teacher = questions_[control->cell].teacher;
    if (teacher && as_json(teacher) != as_json(question.teacher)) continue;
    const BySeed gains = gains_in(all_, *control, judged.metric);
    if (gains.empty()) continue;
    const auto difference = difference_of(own, gains);
    std::optional<bool> gained_more;
    if (difference) gained_more = difference->mean > 0.0;
    out.push_back({control->control, summarise_gains(values_of(gains)), difference, gained_more});
  }
  return out;
}

documents::ComparedPair PairMaker::operator()(const JudgedPair& judged) const {
  const TrainedPair& pair = *judged.pair;
  const RunQuestion& question = questions_[pair.cell];
  documents::ComparedPair out;
  out.unit = question.unit;
  out.teacher = question.teacher.value();
  out.loss = question.loss.value();
  out.study = pair.study;
  Means scores;
  Means student;
  Means distilled;
  Means teacher;
  std::map<std::string, std::vector<double>> gains;
  all_.each_seed(pair, [&](const PairSeed& seed) {
    out.seeds.push_back(seed.seed);
    scores.add(seed.scores);
    student.add(seed.student);
    distilled.add(seed.distilled);
    teacher.add(seed.teacher);
    for (const auto& [metric, gain] : seed.gains) gains[metric].push_back(gain);
  });
  out.metric = judged.metric;
  out.scores = scores.means();
  out.predicted = prediction_of(out.scores, all_, by_);
  out.observed_gain = judged.gain;
  out.sign = sign_word(judged.gain.sign);
  out.agrees = agrees(out.predicted, judged.gain.sign);
  for (const auto& [metric, values] : gains) out.gains[metric] = summarise_gains(values);
  out.student = student.means();
  out.distilled = distilled.means();
  out.teacher_alone = teacher.means();
  out.controls = controls_of(judged);
  return out;
}

documents::ScoredCriterion scored(const CriterionScore& score) {
  return {score, resampled_words(score)};
}

std::string criterion_kind(const std::string& name, const std::vector<std::string>& decisions) {
  if (is_decision(name, decisions)) return "decision";
  const bool baseline =
      std::find(std::begin(kBaselines), std::end(kBaselines), name) != std::end(kBaselines);
  return baseline ? "baseline" : "score";
}

std::vector<std::string> predicted_metrics(const std::string& name) {
  if (name == "closed-form accuracy gain") return {"accuracy"};
  if (name == "closed-form MSE gain") return {"mse-difference"};
  if (name == "cch rank: expected gain, f1") return {"weighted-f1"};
  if (name == "cch rank: expected gain, auc") return {"auc"};
  if (name.find("pilot") == std::string::npos) return {};
  if (name.find("accuracy") != std::string::npos) return {"accuracy"};
  if (name.find("nats") != std::string::npos) return {"cross-entropy", "mse"};
  return {};
}

}  // namespace cch
