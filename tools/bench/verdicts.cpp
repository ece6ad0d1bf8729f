// How often verdicts are right: simulated problems whose true gains and margins are known. Writes
// one JSON line a finished part of a problem, goes on where it stopped, prints the score.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "cch/core/random.hpp"
#include "cch/criterion/decide.hpp"
#include "cch/criterion/levels.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/criterion/prediction_level.hpp"
#include "cch/experiments/runner.hpp"
#include "estimators/criterion/ranked_pilot.hpp"
#include "records.hpp"
#include "verdicts_problem.hpp"
#include "verdicts_score.hpp"
#include "verdicts_truth.hpp"

namespace {

using namespace cch;
using bench::Problem;
using nlohmann::json;

struct Choices {
  std::size_t problems = 300;
  std::string out = "verdicts.jsonl";
  std::uint64_t seed = 1;
  bench::TruthOptions truth;
  unsigned threads = 0;
  bool score_only = false;
};

/// Representations are compared where a neighbour or canonical estimate takes about a second.
constexpr std::size_t kMostJointColumns = 12;
constexpr std::size_t kMostRows = 2000;

bool has_known_margin(const Problem& p) {
  const auto joint = static_cast<std::size_t>(p.student.a.rows() + p.teachers[0].a.rows());
  return p.classes == 0 && joint <= kMostJointColumns && p.rows <= kMostRows;
}

json pilot_json(const PilotGain& gain) {
  return {{"gain", gain.value},
          {"se", gain.standard_error},
          {"se_training", gain.standard_error_training},
          {"lo", gain.interval95.lo},
          {"hi", gain.interval95.hi}};
}

json truth_json(const bench::TrueGain& gain) {
  return {{"gain", gain.nats}, {"se", gain.standard_error}, {"spread", gain.spread}};
}

/// Outcome of the hypothesis on predictions for every teacher.
std::vector<CchOutcome> on_predictions(const Problem& p, const PilotInput& input,
                                       const Execution& exec) {
  const Probe student = linear_probe(input.student, input.labels, input.groups, {}, exec);
  PredictionLevelOptions options;
  options.lambda = p.lambda;
  options.other_estimators = false;
  std::vector<CchOutcome> out;
  for (const Samples& teacher : input.teachers) {
    const Probe probe = linear_probe(teacher, input.labels, input.groups, {}, exec);
    out.push_back(
        prediction_level(probe, student, input.student, input.labels, input.groups, options, exec)
            .outcome);
  }
  return out;
}

/// Gains over what uninformed soft labels give, the better of the student's own and of noise, on
/// the labelled rows alone: what `cch rank` asks of a teacher.
std::vector<PilotGain> over_uninformed(const PilotInput& input, const PilotResult& piloted,
                                       PilotOptions options, const Execution& exec) {
  constexpr std::size_t kClone = 3;
  constexpr std::size_t kNoise = 4;
  PilotTeacher self = piloted.teachers[kClone];
  PilotTeacher noise = piloted.teachers[kNoise];
  if (options.scenario == Scenario::more_labels) {
    options.scenario = Scenario::same_rows;
    const PilotInput own{
        input.student, {input.student, input.teachers[kNoise]}, input.labels, input.groups, {}};
    const auto references = pilot(own, options, exec).teachers;
    self = references[0];
    noise = references[1];
  }
  const PilotTeacher& better = self.gain.value >= noise.gain.value ? self : noise;
  std::vector<PilotGain> out;
  for (const PilotTeacher& teacher : piloted.teachers) {
    out.push_back(detail::gain_difference(teacher, better, input.groups.select(piloted.rows)));
  }
  return out;
}

Decision verdict(DecideBy by, const PilotTeacher& pilot, const PilotGain& over_uninformed,
                 CchOutcome prediction) {
  VerdictEvidence evidence;
  evidence.prediction = prediction;
  evidence.pilot_gain = pilot.gain.value;
  evidence.pilot_interval = pilot.gain.interval95;
  evidence.pilot_over_uninformed = over_uninformed.interval95;
  return decide(by, evidence);
}

json on_representations(const Problem& p, const PilotInput& input, const Execution& exec) {
  RankInput rank{{"student", input.student}, {}, input.labels, input.groups};
  for (std::size_t t = 0; t < bench::kTeachers; ++t) {
    rank.teachers.push_back({std::string(bench::to_string(bench::kRoles[t])), input.teachers[t]});
  }
  const JudgedRepresentations judged = judge_representations(rank, "auto", {}, exec);
  json out = json::array();
  for (std::size_t t = 0; t < bench::kTeachers; ++t) {
    const TeacherResult& teacher = judged.ranking.teachers[t];
    out.push_back({{"role", teacher.name},
                   {"true_margin", bench::true_margin(p, t)},
                   {"margin", teacher.margin.nats},
                   {"se", teacher.margin.standard_error.value_or(-1.0)},
                   {"verdict", std::string(to_string(teacher.cch.verdict))},
                   {"outcome", std::string(to_string(teacher.cch.outcome))}});
  }
  return out;
}

/// The seed is that of the problem: true gains and verdicts can be computed without each other.
json truth_of(const Problem& p, const Choices& choices, const Execution& exec) {
  const auto truth = bench::true_gains(p, p.rows, choices.truth, exec);
  json out = {{"rows", p.rows},         {"groups", p.rows / p.group_size},
              {"icc", p.icc},           {"classes", p.classes},
              {"lambda", p.lambda},     {"scenario", std::string(to_string(p.scenario))},
              {"design", p.description}};
  for (const bench::TrueGain& gain : truth) {
    out["teachers"].push_back({{"truth", truth_json(gain)}});
  }
  if (p.classes > 0) return out;
  // Students of the pilot's folds learn from four fifths of the rows; cheap where risks are exact.
  const std::size_t rows = std::min(p.rows, PilotOptions{}.max_rows) * 4 / 5;
  const auto at_fold = bench::true_gains(p, rows, choices.truth,
                                         exec.with_seed(derive_seed(exec.seed, "at-fold-size")));
  for (std::size_t t = 0; t < truth.size(); ++t) {
    out["teachers"][t]["truth_at_fold_size"] = truth_json(at_fold[t]);
  }
  return out;
}

json verdicts_of(const Problem& p, const Choices&, const Execution& exec) {
  const PilotInput input = bench::draw_problem(p, p.rows, derive_seed(exec.seed, "user"));
  PilotOptions options;
  options.lambda = p.lambda;
  options.scenario = p.scenario;
  const PilotResult piloted = pilot(input, options, exec);
  const auto prediction = on_predictions(p, input, exec);
  const auto beyond = over_uninformed(input, piloted, options, exec);
  json out;
  for (std::size_t t = 0; t < input.teachers.size(); ++t) {
    const PilotTeacher& teacher = piloted.teachers[t];
    auto by = [&](DecideBy mode) {
      return std::string(to_string(verdict(mode, teacher, beyond[t], prediction[t]).verdict));
    };
    out["teachers"].push_back({{"role", std::string(bench::to_string(bench::kRoles[t]))},
                               {"pilot", pilot_json(teacher.gain)},
                               {"over_uninformed", pilot_json(beyond[t])},
                               {"prediction", std::string(to_string(prediction[t]))},
                               {"combined", by(DecideBy::combined)},
                               {"by_pilot", by(DecideBy::pilot)}});
  }
  if (has_known_margin(p)) out["representations"] = on_representations(p, input, exec);
  return out;
}

/// Both parts of finished problems: "truth" and "verdicts".
using Store = std::map<std::size_t, std::map<std::string, json>>;

Store load(const LineStore& lines, std::uint64_t seed) {
  Store done;
  for (const std::string& text : lines.records()) {
    const json record = json::parse(text);
    if (record.at("seed") != seed) continue;
    done[record.at("problem")][record.at("part")] = record.at("result");
  }
  return done;
}

/// A part of a problem that can be run by itself.
struct Part {
  const char* name;
  json (*compute)(const Problem&, const Choices&, const Execution&);
};
constexpr Part kParts[] = {{"verdicts", verdicts_of}, {"truth", truth_of}};

void run_open(const Choices& choices, const LineStore& lines, Store& done) {
  std::vector<RunCell> cells;
  for (std::size_t i = 0; i < choices.problems; ++i) {
    for (const Part& part : kParts) cells.push_back({{}, done[i].contains(part.name)});
  }
  std::mutex mutex;
  CellWork work;
  work.run = [&](std::size_t cell, const Execution& inner) {
    const std::size_t i = cell / std::size(kParts);
    const Part& part = kParts[cell % std::size(kParts)];
    const Problem p = bench::problem(i, choices.seed);
    const json result = part.compute(
        p, choices, inner.with_seed(derive_seed(choices.seed, "verdict-run", p.index)));
    const std::scoped_lock hold(mutex);
    done[i][part.name] = result;
    lines.add(json{{"problem", i}, {"seed", choices.seed}, {"part", part.name}, {"result", result}}
                  .dump());
    return true;
  };
  Execution exec;
  exec.threads = choices.threads;
  run_cells(cells, work, {"", true}, exec);
}

void run(const Choices& choices) {
  const LineStore lines = bench::open_records(choices.out);
  Store done = load(lines, choices.seed);
  if (!choices.score_only) run_open(choices, lines, done);
  std::vector<json> finished;
  for (std::size_t i = 0; i < choices.problems; ++i) {
    auto& parts = done[i];
    if (parts.size() < std::size(kParts)) continue;
    json both = parts["truth"];
    both["problem"] = i;
    for (std::size_t t = 0; t < both["teachers"].size(); ++t) {
      both["teachers"][t].update(parts["verdicts"]["teachers"][t]);
    }
    if (parts["verdicts"].contains("representations")) {
      both["representations"] = parts["verdicts"]["representations"];
    }
    finished.push_back(std::move(both));
  }
  fmt::print("{}", bench::score(finished));
}

}  // namespace

int main(int argc, char** argv) {
  Choices choices;
  CLI::App app{"How often verdicts are right, by simulation"};
  app.add_option("--problems", choices.problems, "Problems of the design")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--out", choices.out, "File of finished problems; a run goes on from it")
      ->capture_default_str();
  app.add_option("--seed", choices.seed, "Seed")->capture_default_str();
  app.add_option("--trainings", choices.truth.trainings, "Fresh training sets for a true gain")
      ->check(CLI::Range(2, 100000))
      ->capture_default_str();
  app.add_option("--test-rows", choices.truth.test_rows, "Fresh test rows for each of them")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--threads", choices.threads, "Threads (0: all)")->capture_default_str();
  app.add_flag("--score-only", choices.score_only, "Score what is finished, run nothing");
  CLI11_PARSE(app, argc, argv);
  try {
    run(choices);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
  return 0;
}
