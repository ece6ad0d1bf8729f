#include "tools/cch/compare_facts.hpp"

#include <algorithm>
#include <cmath>

#include "tools/cch/document_parts.hpp"
#include "tools/report/field.hpp"

namespace cch {
namespace {

using nlohmann::json;
using report::field;

constexpr const char* kBaselines[] = {"always distil", "never distil", "best-accuracy teacher"};
/// The criteria that predict where none was asked for, the first that a pair has.
constexpr const char* kPredicting[] = {"cch rank: verdict",
                                       "combined verdict, decision",
                                       "prediction-level CCH, decision",
                                       "representation-level CCH, auto, decision",
                                       "closed-form CCH margin",
                                       "best-accuracy teacher"};

Facet facet_of(const std::string& name, const json& value) {
  return {name, report::plain_value(value),
          value.is_number() ? std::optional(value.get<double>()) : std::nullopt};
}

void add_facet(ComparedCell& cell, const std::string& name, const json& value) {
  if (!value.is_null() && !value.is_structured()) cell.facets.push_back(facet_of(name, value));
}

void add_facets(ComparedCell& cell, const std::string& prefix, const json& values) {
  if (!values.is_object()) return;
  for (const auto& [name, value] : values.items()) add_facet(cell, prefix + name, value);
}

void add_all_facets(ComparedCell& cell, const TrainedPair& pair) {
  add_facet(cell, "study", pair.study);
  add_facet(cell, "metric", cell.unit);
  add_facet(cell, "task", field(pair.unit, "task"));
  add_facet(cell, "scenario", field(pair.unit, "scenario"));
  add_facet(cell, "lambda", field(pair.loss, "lambda"));
  add_facet(cell, "temperature", field(pair.loss, "temperature"));
  add_facets(cell, "teacher: ", field(pair.teacher, "parameters"));
  add_facets(cell, "setting: ", field(pair.unit, "setting"));
  add_facet(cell, "labelled", field(pair.unit, "labelled"));
  add_facet(cell, "labels from", field(pair.teacher, "labels_from"));
  add_facet(cell, "loss", field(pair.loss, "form"));
  add_facet(cell, "weighting", field(pair.loss, "weighting"));
}

/// Means over seeds of every number, by name.
json means_of(const TrainedPair& pair, std::map<std::string, double> PairSeed::*numbers) {
  std::map<std::string, std::pair<double, double>> sums;
  for (const PairSeed& seed : pair.seeds) {
    for (const auto& [name, value] : seed.*numbers) {
      sums[name].first += value;
      sums[name].second += 1.0;
    }
  }
  json out = json::object();
  for (const auto& [name, sum] : sums) out[name] = sum.first / sum.second;
  return out;
}

json all_gains(const TrainedPair& pair) {
  json out = json::object();
  for (const std::string& metric : gain_metrics()) {
    const std::vector<double> gains = gains_in(pair, metric);
    if (!gains.empty()) out[metric] = gain_json(summarise_gains(gains));
  }
  return out;
}

bool is_decision(const std::string& name, const std::vector<std::string>& decisions) {
  return std::find(decisions.begin(), decisions.end(), name) != decisions.end();
}

/// What a criterion says about the pair: decisions by the majority of their seeds.
json says_json(const std::string& name, const json& scores, const PairedRuns& all) {
  const double mean = scores.at(name).get<double>();
  const double bar = is_decision(name, all.decisions) ? 0.5 : 0.0;
  const char* says = mean > bar ? "distil" : (mean < -bar ? "do-not-distil" : "undecided");
  return {{"by", name}, {"score", mean}, {"says", says}};
}

json predicted_json(const json& scores, const PairedRuns& all, const std::string& by) {
  if (!by.empty()) return scores.contains(by) ? says_json(by, scores, all) : json();
  for (const char* name : kPredicting) {
    if (scores.contains(name)) return says_json(name, scores, all);
  }
  return nullptr;
}

json agrees_json(const json& predicted, int sign) {
  if (predicted.is_null() || sign == 0 || predicted["says"] == "undecided") return nullptr;
  return (predicted["says"] == "distil") == (sign > 0);
}

/// The gains of the seeds that both have, teacher less control.
json difference_json(const TrainedPair& pair, const TrainedPair& control,
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
  return differences.empty() ? json() : gain_json(summarise_gains(differences));
}

json controls_json(const JudgedPair& judged, const PairedRuns& all) {
  const TrainedPair& pair = *judged.pair;
  json out = json::array();
  for (const TrainedPair& control : all.controls) {
    if (control.study != pair.study || control.unit != pair.unit || control.loss != pair.loss) {
      continue;
    }
    if (!control.teacher.is_null() && control.teacher != pair.teacher) continue;
    const std::vector<double> gains = gains_in(control, judged.metric);
    if (gains.empty()) continue;
    const json difference = difference_json(pair, control, judged.metric);
    const json gained_more =
        difference.is_null() ? json() : json(difference["mean"].get<double>() > 0.0);
    out.push_back({{"control", control.control},
                   {"gain", gain_json(summarise_gains(gains))},
                   {"difference", difference},
                   {"teacher_gains_more", gained_more}});
  }
  return out;
}

json measured_json(const Measured& measured) {
  return {{"value", optional_json(measured.value)},
          {"interval95", interval_json(measured.interval95)},
          {"cases", measured.cases}};
}

const char* resampled_words(const CriterionScore& score) {
  if (score.clusters == 1) return "seeds";
  return score.resampled_seeds ? "clusters and seeds" : "clusters";
}

json share_json(const MeasuredShare& share) {
  return {{"value", optional_json(share.value)},
          {"count", share.count},
          {"of", share.of},
          {"wilson95", interval_json(share.wilson95)},
          {"interval95", interval_json(share.interval95)}};
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

ComparedCell compared_cell(const TrainedPair& pair, const std::string& metric) {
  ComparedCell cell;
  cell.cluster = json{pair.study, field(pair.unit, "task"), field(pair.unit, "setting")}.dump();
  // Criteria are measured before it is known whose rows the teacher will label.
  cell.group = json{pair.study, pair.unit, pair.loss, field(pair.teacher, "labels_from")}.dump();
  cell.unit = metric;
  add_all_facets(cell, pair);
  for (const PairSeed& seed : pair.seeds) {
    const auto gain = seed.gains.find(metric);
    if (gain != seed.gains.end()) cell.seeds.push_back({seed.seed, gain->second, seed.scores});
  }
  return cell;
}

json gain_json(const GainSummary& gain) {
  return {{"mean", gain.mean},
          {"standard_deviation", optional_json(gain.standard_deviation)},
          {"standard_error", optional_json(gain.standard_error)},
          {"interval95", interval_json(gain.interval95)},
          {"seeds", gain.seeds}};
}

std::string sign_word(int sign) {
  return sign > 0 ? "+" : (sign < 0 ? "-" : "undecided");
}

json pair_json(const JudgedPair& judged, const PairedRuns& all, const std::string& by) {
  const TrainedPair& pair = *judged.pair;
  const json scores = means_of(pair, &PairSeed::scores);
  const json predicted = predicted_json(scores, all, by);
  std::vector<std::uint64_t> seeds;
  for (const PairSeed& seed : pair.seeds) seeds.push_back(seed.seed);
  return {{"study", pair.study},
          {"unit", pair.unit},
          {"teacher", pair.teacher},
          {"loss", pair.loss},
          {"seeds", seeds},
          {"metric", judged.metric},
          {"predicted", predicted},
          {"observed_gain", gain_json(judged.gain)},
          {"sign", sign_word(judged.gain.sign)},
          {"agrees", agrees_json(predicted, judged.gain.sign)},
          {"gains", all_gains(pair)},
          {"student", means_of(pair, &PairSeed::student)},
          {"distilled", means_of(pair, &PairSeed::distilled)},
          {"teacher_alone", means_of(pair, &PairSeed::teacher)},
          {"scores", scores},
          {"controls", controls_json(judged, all)}};
}

json criterion_json(const CriterionScore& score) {
  json calibration = json::array();
  for (const CalibrationBin& bin : score.calibration) {
    calibration.push_back({{"cells", bin.cells},
                           {"predicted", bin.predicted},
                           {"observed", bin.observed},
                           {"interval95", interval_json(bin.interval95)}});
  }
  return {{"cells", score.cells},
          {"plus", score.plus},
          {"minus", score.minus},
          {"clusters", score.clusters},
          {"resampled", resampled_words(score)},
          {"sign_auroc", measured_json(score.sign_auroc)},
          {"hit_rate", share_json(score.hits)},
          {"false_holds", share_json(score.false_holds)},
          {"top1_regret", measured_json(score.top1_regret)},
          {"kendall_tau", measured_json(score.kendall_tau)},
          {"kendall_tau_overall", measured_json(score.kendall_tau_overall)},
          {"slope", measured_json(score.slope)},
          {"intercept", measured_json(score.intercept)},
          {"calibration", calibration}};
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
  if (name.find("pilot") == std::string::npos) return {};
  if (name.find("accuracy") != std::string::npos) return {"accuracy"};
  if (name.find("nats") != std::string::npos) return {"cross-entropy", "mse"};
  return {};
}

}  // namespace cch
