#include "tools/cch/train/counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "cch/experiments/median.hpp"
#include "tools/report/kit/fact.hpp"

namespace cch {
namespace {

using documents::RunDocument;
using report::TrainReport;

constexpr const char* kRoles[] = {"teacher", "student", "distilled", "control"};

void add_words(std::string& words, const std::string& more) {
  words += (words.empty() ? "" : ", ") + more;
}

void count_role(const std::vector<RunDocument>& runs, const char* role, TrainReport& out) {
  report::TrainCost cost{role, 0, 0.0};
  report::TrainWeights weights{role, {}, 0, 0, {}, {}};
  std::set<std::string> kinds;
  std::vector<double> stopped;
  std::vector<double> best;
  for (const RunDocument& run : runs) {
    if (run.role != role) continue;
    ++cost.runs;
    cost.seconds += run.seconds;
    if (!run.done()) continue;
    ++weights.runs;
    kinds.insert(run.weights.value_or("last"));  // before there was a choice
    if (run.stopped && *run.stopped) stopped.push_back(static_cast<double>(**run.stopped));
    if (run.best) best.push_back(static_cast<double>(run.best->step));
  }
  if (cost.runs > 0) out.costs.push_back(cost);
  if (weights.runs == 0) return;
  for (const std::string& kind : kinds) add_words(weights.count, kind);
  weights.stopped = stopped.size();
  weights.stopped_after = median_of(std::move(stopped));
  weights.best_after = median_of(std::move(best));
  out.weights.push_back(weights);
}

/// Of runs that had several weight decays, or several λ and T, to choose from.
void count_choices(const std::vector<RunDocument>& runs, TrainReport& out) {
  std::map<std::pair<std::string, std::string>, std::size_t> times;
  std::map<std::string, std::set<double>> decays;
  for (const RunDocument& run : runs) {
    if (run.weight_decay && *run.weight_decay) decays[run.role].insert(**run.weight_decay);
  }
  for (const RunDocument& run : runs) {
    if (!run.done()) continue;
    if (run.weight_decay && *run.weight_decay && decays[run.role].size() > 1) {
      ++times[{"weight decay of a " + run.role, fmt::format("{:g}", **run.weight_decay)}];
    }
    if (run.chosen && run.chosen->lambda && run.chosen->temperature) {
      ++times[{"λ and T of a " + run.role + ", by " + run.chosen->by,
               fmt::format("λ {:g}, T {:g}", *run.chosen->lambda, *run.chosen->temperature)}];
    }
  }
  for (const auto& [choice, runs_of] : times) {
    out.choices.push_back({choice.first, choice.second, runs_of});
  }
}

/// Whether a network that patience may stop was not stopped: its loss still fell near the end.
bool ended_early(const RunDocument& run) {
  if (run.weights != "best" || (run.stopped && *run.stopped)) return false;
  const auto patience = run.training.find("patience");
  return patience != run.training.end() && report::plain_value(patience->second) != "0";
}

/// Networks that are trained too little are compared by how fast they learn.
void look_at_steps(const std::vector<RunDocument>& runs, TrainReport& out) {
  std::size_t all = 0;
  std::size_t ended = 0;
  for (const RunDocument& run : runs) {
    if (!run.done() || run.role == "control") continue;
    ++all;
    ended += ended_early(run) ? 1 : 0;
  }
  if (4 * ended <= all) return;
  out.warnings.push_back(
      {"still-improving",
       fmt::format("{} of {} networks ended before 'patience' stopped them: their validation loss "
                   "still fell in the last part of their steps, so that gains may say who learns "
                   "faster. Give more 'epochs', or a higher 'learning-rate'",
                   ended, all)});
}

/// The reason without its step, which differs from run to run.
std::string reason_of(const RunDocument& run) {
  const std::string reason = run.failure.value_or("no reason given");
  return reason.substr(0, reason.find(" at step "));
}

}  // namespace

void count_over_runs(const std::vector<RunDocument>& runs, TrainReport& out) {
  std::set<std::uint64_t> seeds;
  std::set<std::size_t> rows;
  for (const char* role : kRoles) count_role(runs, role, out);
  count_choices(runs, out);
  look_at_steps(runs, out);
  for (const RunDocument& run : runs) {
    seeds.insert(run.unit.seed);
    if (run.done()) {
      ++out.done;
      rows.insert(run.metrics.rows);
    } else {
      ++out.failed;
      ++out.failures[reason_of(run)];
    }
  }
  out.seeds = seeds.size();
  if (!rows.empty()) out.least_rows = *rows.begin();
  if (rows.size() == 1) out.rows = *rows.begin();
}

}  // namespace cch
