#include "tools/cch/compare/facts.hpp"

#include <algorithm>
#include <cmath>

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

/// Means over seeds of every number, by name.
documents::Numbers means_of(const TrainedPair& pair,
                            std::map<std::string, double> PairSeed::*numbers) {
  std::map<std::string, std::pair<double, double>> sums;
  for (const PairSeed& seed : pair.seeds) {
    for (const auto& [name, value] : seed.*numbers) {
      sums[name].first += value;
      sums[name].second += 1.0;
    }
  }
  documents::Numbers out;
  for (const auto& [name, sum] : sums) out[name] = sum.first / sum.second;
  return out;
}

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
std::optional<GainSummary> difference_of(const TrainedPair& pair, const TrainedPair& control,
                                         const std::string& metric) {
  std::vector<double> differences;
  for (const PairSeed& seed : pair.seeds) {
    for (const PairSeed& other : control.seeds) {
      if (other.seed != seed.seed) continue;
      const auto a = seed.gains.find(metric);
      const auto b = other.gains.find(metric);
      if (a != seed.gains.end() && b != other.gains.end()) {
        differences.push_back(a->second - b->second);
      }
    }
  }
  if (differences.empty()) return std::nullopt;
  return summarise_gains(differences);
}

template <class T>
json as_json(const std::optional<T>& part) {
  return part ? documents::to_json(*part) : json();
}

/// Whether a control stands in the place of this teacher, or of any.
bool controls(const RunQuestion& control, const RunQuestion& pair) {
  return documents::to_json(control.unit) == documents::to_json(pair.unit) &&
         as_json(control.loss) == as_json(pair.loss) &&
         (!control.teacher || as_json(control.teacher) == as_json(pair.teacher));
}

std::vector<documents::PairControl> controls_of(const JudgedPair& judged, const PairedRuns& all,
                                                const RunQuestions& questions) {
  const TrainedPair& pair = *judged.pair;
  std::vector<documents::PairControl> out;
  for (const TrainedPair& control : all.controls) {
    if (control.study != pair.study) continue;
    if (!controls(questions[control.run], questions[pair.run])) continue;
    const std::vector<double> gains = gains_in(control, judged.metric);
    if (gains.empty()) continue;
    const auto difference = difference_of(pair, control, judged.metric);
    std::optional<bool> gained_more;
    if (difference) gained_more = difference->mean > 0.0;
    out.push_back({control.control, summarise_gains(gains), difference, gained_more});
  }
  return out;
}

const char* resampled_words(const CriterionScore& score) {
  if (score.clusters == 1) return "seeds";
  return score.resampled_seeds ? "clusters and seeds" : "clusters";
}

std::string sign_word(int sign) {
  return sign > 0 ? "+" : (sign < 0 ? "-" : "undecided");
}

}  // namespace

std::vector<double> gains_in(const TrainedPair& pair, const std::string& metric) {
  std::vector<double> gains;
  for (const PairSeed& seed : pair.seeds) {
    const auto gain = seed.gains.find(metric);
    if (gain != seed.gains.end()) gains.push_back(gain->second);
  }
  return gains;
}

ComparedCell compared_cell(const TrainedPair& pair, const RunQuestion& question,
                           const std::string& metric) {
  ComparedCell cell;
  const documents::ComparedUnit& unit = question.unit;
  cell.cluster = json{pair.study, unit.task, documents::to_json(unit.setting)}.dump();
  // Criteria are measured before it is known whose rows the teacher will label.
  const json labels_from = question.teacher ? as_json(question.teacher->labels_from) : json();
  cell.group =
      json{pair.study, documents::to_json(unit), as_json(question.loss), labels_from}.dump();
  cell.unit = metric;
  add_all_facets(cell, pair.study, question);
  for (const PairSeed& seed : pair.seeds) {
    const auto gain = seed.gains.find(metric);
    if (gain != seed.gains.end()) cell.seeds.push_back({seed.seed, gain->second, seed.scores});
  }
  return cell;
}

documents::ComparedPair compared_pair(const JudgedPair& judged, const PairedRuns& all,
                                      const RunQuestions& questions, const std::string& by) {
  const TrainedPair& pair = *judged.pair;
  const RunQuestion& question = questions[pair.run];
  documents::ComparedPair out;
  out.unit = question.unit;
  out.teacher = question.teacher.value();
  out.loss = question.loss.value();
  out.study = pair.study;
  for (const PairSeed& seed : pair.seeds) out.seeds.push_back(seed.seed);
  out.metric = judged.metric;
  out.scores = means_of(pair, &PairSeed::scores);
  out.predicted = prediction_of(out.scores, all, by);
  out.observed_gain = judged.gain;
  out.sign = sign_word(judged.gain.sign);
  out.agrees = agrees(out.predicted, judged.gain.sign);
  for (const std::string& metric : gain_metrics()) {
    const std::vector<double> gains = gains_in(pair, metric);
    if (!gains.empty()) out.gains[metric] = summarise_gains(gains);
  }
  out.student = means_of(pair, &PairSeed::student);
  out.distilled = means_of(pair, &PairSeed::distilled);
  out.teacher_alone = means_of(pair, &PairSeed::teacher);
  out.controls = controls_of(judged, all, questions);
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
