#include "tools/bench/criteria_cell.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/criterion/prediction_level.hpp"
#include "cch/criterion/rivals.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"
#include "estimators/classifiers/projection.hpp"
#include "estimators/criterion/linear/pilot_fold.hpp"
#include "estimators/criterion/linear/pilot_table.hpp"

namespace cch::bench {
namespace {

using Rows = std::vector<std::size_t>;
using nlohmann::json;

struct Pair {
  Samples teacher;
  Samples student;
  Variable labels;
  Groups groups = Groups::singletons(0);
};

const Samples& modality(const DataSet& set, const std::string& name) {
  const auto at = std::find_if(set.modalities.begin(), set.modalities.end(),
                               [&](const Modality& m) { return m.name == name; });
  return at->features;
}

Pair pair_of(const DataSet& set, const Cell& cell, const Rows& rows) {
  return {modality(set, cell.teacher).select(rows), modality(set, cell.student).select(rows),
          select(set.labels, rows), set.groups.select(rows)};
}

Rows labelled_rows(const Split& split, const Cell& cell) {
  return {split.order.begin(), split.order.begin() + static_cast<std::ptrdiff_t>(cell.n)};
}

Rows extra_rows(const Split& split, const Cell& cell) {
  const std::size_t last = std::min(split.order.size(), cell.n + kMostExtra);
  return {split.order.begin() + static_cast<std::ptrdiff_t>(cell.n),
          split.order.begin() + static_cast<std::ptrdiff_t>(last)};
}

/// The groups of `rows` in the numbering that set.groups.select(base) gives, or one of their own
/// beyond it.
Rows groups_within(const Groups& all, const Rows& base, const Rows& rows) {
  const Groups selected = all.select(base);
  Rows number(all.count());
  std::iota(number.begin(), number.end(), selected.count());
  for (std::size_t i = 0; i < base.size(); ++i) number[all.of(base[i])] = selected.of(i);
  Rows out;
  for (const std::size_t row : rows) out.push_back(number[all.of(row)]);
  return out;
}

PilotInput pilot_input(const DataSet& set, const Split& split, const Cell& cell, const Rows& rows) {
  Pair pair = pair_of(set, cell, rows);
  PilotInput input{pair.student, {pair.teacher}, pair.labels, pair.groups, {}};
  const Scenario scenario = parse_scenario(cell.scenario);
  if (scenario == Scenario::same_rows) return input;
  const Rows extra = extra_rows(split, cell);
  const Pair more = pair_of(set, cell, extra);
  input.extra.teachers = {more.teacher};
  input.extra.groups = groups_within(set.groups, rows, extra);
  if (scenario == Scenario::more_labels) {
    input.extra.labels = more.labels;
  } else {
    input.extra.student = more.student;
  }
  return input;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void measure_truth(const DataSet& set, const Split& split, const Execution& exec,
                   CellResult& result) {
  const Cell& cell = result.cell;
  Rows rows = labelled_rows(split, cell);
  rows.insert(rows.end(), split.test.begin(), split.test.end());
  const PilotInput input = pilot_input(set, split, cell, rows);
  PilotOptions options;
  options.scenario = parse_scenario(cell.scenario);
  options.max_rows = rows.size() + kMostExtra;  // every row is used
  PilotResult unused;
  const auto table = detail::make_table(input, options, exec.seed, unused);
  Rows fold(rows.size(), 0);
  std::fill_n(fold.begin(), cell.n, std::size_t{1});
  const detail::PilotFold trained(table, fold, 0, exec.seed);
  const bool classes = table.targets.classes;
  std::vector<detail::Arm> arms{{0.3, 1.0}, {0.5, 1.0}, {0.8, 1.0}};
  if (classes) arms.push_back({0.5, 2.0});
  const double alone = mean(trained.alone().loss);
  const double taught = mean(trained.distil(0, arms).scored.loss);
  result.gain = classes ? alone - taught : 0.5 * std::log(alone / taught);
  if (!classes) return;
  const auto half = trained.distil(0, {{0.5, 1.0}}).scored;
  result.gain_accuracy = mean(half.correct) - mean(trained.alone().correct);
}

/// Nothing where the criterion refuses the data, for example one row of a class.
std::optional<double> score_or_nothing(const std::function<std::optional<double>()>& score) {
  try {
    return score();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    return std::nullopt;
  }
}

/// The columns that the linear probes see.
Samples probe_columns(const Samples& x) {
  return detail::leading_samples(x, detail::kMostComponents, Execution{});
}

double accuracy(const Probe& probe, const ClassLabels& labels) {
  double correct = 0.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = probe.predictions.row(i);
    const auto best = std::max_element(row.begin(), row.end()) - row.begin();
    correct += best == labels[i] ? 1.0 : 0.0;
  }
  return correct / static_cast<double>(labels.size());
}

/// Point estimates by `auto` on the rank scale, as the ranking takes them.
double representation_margin(const Pair& pair, const Execution& exec) {
  std::vector<Warning> unused;
  const Samples teacher = scaled(pair.teacher, Scale::rank, unused, exec);
  const Samples student = scaled(pair.student, Scale::rank, unused, exec);
  Variable labels = pair.labels;
  if (auto* values = std::get_if<Samples>(&labels)) {
    labels = scaled(*values, Scale::rank, unused, exec);
  }
  const auto shared = choose_estimator(teacher, student, pair.groups);
  const auto known = choose_estimator(student, labels, pair.groups);
  return estimate(shared.options, teacher, student, pair.groups, exec).nats -
         estimate(known.options, student, labels, pair.groups, exec).nats;
}

void score_pilot(const DataSet& set, const Split& split, const Execution& exec,
                 CellResult& result) {
  const PilotInput input = pilot_input(set, split, result.cell, labelled_rows(split, result.cell));
  PilotOptions options;
  options.scenario = parse_scenario(result.cell.scenario);
  const auto taught = pilot(input, options, exec).teachers.front();
  result.scores.emplace_back("pilot, nats", taught.gain.value);
  std::optional<double> share;
  if (taught.gain_accuracy) share = taught.gain_accuracy->value;
  result.scores.emplace_back("pilot, accuracy", share);
}

void score_predictions(const Pair& pair, const Probe& t, const Probe& s, const Execution& exec,
                       CellResult& result) {
  PredictionLevelOptions options;
  options.other_estimators = false;
  const PredictionLevel level =
      prediction_level(t, s, pair.student, pair.labels, pair.groups, options, exec);
  result.prediction_outcome = to_string(level.outcome);
  auto& scores = result.scores;
  scores.emplace_back("prediction-level CCH margin", level.margin.nats);
  scores.emplace_back("closed-form direction gain", level.predicted_gain);
  scores.emplace_back("β_s − β_e", level.beta_s.value - level.beta_e.value);
  const auto* classes = std::get_if<ClassLabels>(&pair.labels);
  std::optional<double> more;
  if (classes != nullptr) more = accuracy(t, *classes) - accuracy(s, *classes);
  scores.emplace_back("teacher − student, accuracy", more);
  scores.emplace_back("teacher − student, held-out loss", s.score - t.score);
}

void score_rivals(const Pair& pair, const Probe& t, const Probe& s, const Execution& exec,
                  CellResult& result) {
  const Samples teacher = probe_columns(pair.teacher);
  const Samples student = probe_columns(pair.student);
  const auto* y = std::get_if<ClassLabels>(&pair.labels);
  auto add = [&](const std::string& name, const std::function<std::optional<double>()>& score) {
    result.scores.emplace_back(name, score_or_nothing(score));
  };
  auto for_classes = [&](const std::string& name, const std::function<double()>& score) {
    add(name, [&]() -> std::optional<double> {
      if (y == nullptr) return std::nullopt;
      return score();
    });
  };
  add("LogME difference",
      [&] { return log_me(teacher, pair.labels).value - log_me(student, pair.labels).value; });
  for_classes("LEEP difference",
              [&] { return leep(t.predictions.view(), *y) - leep(s.predictions.view(), *y); });
  for_classes("NCE difference", [&] {
    return negative_conditional_entropy(t.predictions.view(), *y) -
           negative_conditional_entropy(s.predictions.view(), *y);
  });
  for_classes("H-score difference", [&] { return h_score(teacher, *y) - h_score(student, *y); });
  add("representation-level CCH margin", [&] { return representation_margin(pair, exec); });
  add("debiased linear CKA", [&] { return debiased_linear_cka(teacher, student); });
  add("Kendall τ of logits",
      [&] { return mean_kendall_tau(t.predictions.view(), s.predictions.view()); });
}

}  // namespace

json to_json(const CellResult& result) {
  const Cell& c = result.cell;
  json scores = json::array();
  for (const auto& [name, value] : result.scores) {
    scores.push_back({name, value ? json(*value) : json(nullptr)});
  }
  return {{"set", c.set},
          {"teacher", c.teacher},
          {"student", c.student},
          {"scenario", c.scenario},
          {"n", c.n},
          {"seed", c.seed},
          {"gain", result.gain},
          {"gain_accuracy", result.gain_accuracy ? json(*result.gain_accuracy) : json(nullptr)},
          {"prediction_outcome", result.prediction_outcome},
          {"scores", scores},
          {"seconds", result.seconds}};
}

CellResult cell_result(const json& line) {
  CellResult result;
  result.cell = {line.at("set"),      line.at("teacher"), line.at("student"),
                 line.at("scenario"), line.at("n"),       line.at("seed")};
  result.gain = line.at("gain");
  if (!line.at("gain_accuracy").is_null()) result.gain_accuracy = line.at("gain_accuracy");
  result.prediction_outcome = line.at("prediction_outcome");
  for (const json& score : line.at("scores")) {
    std::optional<double> value;
    if (!score.at(1).is_null()) value = score.at(1);
    result.scores.emplace_back(score.at(0), value);
  }
  result.seconds = line.at("seconds");
  return result;
}

bool has_rows(const Split& split, const Cell& cell) {
  const bool extra = parse_scenario(cell.scenario) != Scenario::same_rows;
  return split.order.size() >= cell.n + (extra ? cell.n / 2 : 0);
}

CellResult measure(const DataSet& set, const Split& split, const Cell& cell,
                   const Execution& exec) {
  const auto start = std::chrono::steady_clock::now();
  CellResult result;
  result.cell = cell;
  // Criteria and truth draw their folds apart, as a user's pilot and a later training would.
  const Execution before = exec.with_seed(derive_seed(cell.seed, "criteria " + cell.set, cell.n));
  measure_truth(set, split, exec.with_seed(derive_seed(cell.seed, "truth " + cell.set, cell.n)),
                result);
  score_pilot(set, split, before, result);
  const Pair pair = pair_of(set, cell, labelled_rows(split, cell));
  const Probe t = linear_probe(pair.teacher, pair.labels, pair.groups, {}, before);
  const Probe s = linear_probe(pair.student, pair.labels, pair.groups, {}, before);
  score_predictions(pair, t, s, before, result);
  score_rivals(pair, t, s, before, result);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace cch::bench
