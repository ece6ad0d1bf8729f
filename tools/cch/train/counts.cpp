#include "tools/cch/train/counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "tools/report/kit/fact.hpp"

namespace cch {
namespace {

using documents::RunDocument;
using report::TrainReport;

constexpr const char* kRoles[] = {"teacher", "student", "distilled", "control"};

void add_words(std::string& words, const std::string& more) {
  words += (words.empty() ? "" : ", ") + more;
}

/// The median of numbers that are counted.
std::optional<double> median_of_counted(const std::map<std::size_t, std::size_t>& times) {
  std::size_t all = 0;
  for (const auto& [value, n] : times) all += n;
  if (all == 0) return std::nullopt;
  const auto at = [&](std::size_t place) {
    std::size_t seen = 0;
    for (const auto& [value, n] : times) {
      seen += n;
      if (place < seen) return static_cast<double>(value);
    }
    return 0.0;
  };
  return 0.5 * (at((all - 1) / 2) + at(all / 2));
}

/// Whether a network that patience may stop was not stopped: its loss still fell near the end.
bool ended_early(const RunDocument& run) {
  if (run.weights != "best" || (run.stopped && *run.stopped)) return false;
  const auto patience = run.training.find("patience");
  return patience != run.training.end() && report::plain_value(patience->second) != "0";
}

/// The reason without its step, which differs from run to run.
std::string reason_of(const RunDocument& run) {
  const std::string reason = run.failure.value_or("no reason given");
  return reason.substr(0, reason.find(" at step "));
}

}  // namespace

void RunTotals::add(const RunDocument& run) {
  add_to_role(run, roles_[run.role]);
  add_choices(run);
  seeds_.insert(run.unit.seed);
  if (!run.done()) {
    ++failed_;
    ++failures_[reason_of(run)];
    return;
  }
  ++done_;
  rows_.insert(run.metrics.rows);
  if (run.role == "control") return;
  ++networks_;
  ended_ += ended_early(run) ? 1 : 0;
}

void RunTotals::add_to_role(const RunDocument& run, Role& role) {
  ++role.runs;
  role.seconds += run.seconds;
  if (!run.done()) return;
  ++role.done;
  role.kinds.insert(run.weights.value_or("last"));  // before there was a choice
  if (run.stopped && *run.stopped) ++role.stopped[**run.stopped];
  if (run.best) ++role.best[run.best->step];
}

void RunTotals::add_choices(const RunDocument& run) {
  if (run.weight_decay && *run.weight_decay) {
    // Of the runs that are done; a decay of a failed one alone shows that there were several.
    roles_[run.role].decays[**run.weight_decay] += run.done() ? 1 : 0;
  }
  if (!run.done() || !run.chosen || !run.chosen->lambda || !run.chosen->temperature) return;
  ++losses_[{"λ and T of a " + run.role + ", by " + run.chosen->by,
             fmt::format("λ {:g}, T {:g}", *run.chosen->lambda, *run.chosen->temperature)}];
}

void RunTotals::put_role(const std::string& name, TrainReport& out) const {
  const auto found = roles_.find(name);
  if (found == roles_.end()) return;
  const Role& role = found->second;
  out.costs.push_back({name, role.runs, role.seconds});
  if (role.done == 0) return;
  report::TrainWeights weights{name, {}, role.done, 0, {}, {}};
  for (const std::string& kind : role.kinds) add_words(weights.count, kind);
  for (const auto& [steps, times] : role.stopped) weights.stopped += times;
  weights.stopped_after = median_of_counted(role.stopped);
  weights.best_after = median_of_counted(role.best);
  out.weights.push_back(weights);
}

/// Of runs that had several weight decays, or several λ and T, to choose from.
void RunTotals::put_choices(TrainReport& out) const {
  std::map<std::pair<std::string, std::string>, std::size_t> times = losses_;
  for (const auto& [name, role] : roles_) {
    if (role.decays.size() < 2) continue;
    for (const auto& [decay, runs] : role.decays) {
      if (runs > 0) times[{"weight decay of a " + name, fmt::format("{:g}", decay)}] += runs;
    }
  }
  for (const auto& [choice, runs] : times) {
    out.choices.push_back({choice.first, choice.second, runs});
  }
}

void RunTotals::put(TrainReport& out) const {
  for (const char* role : kRoles) put_role(role, out);
  put_choices(out);
  // Networks that are trained too little are compared by how fast they learn.
  if (4 * ended_ > networks_) {
    out.warnings.push_back(
        {"still-improving",
         fmt::format(
             "{} of {} networks ended before 'patience' stopped them: their validation loss "
             "still fell in the last part of their steps, so that gains may say who learns "
             "faster. Give more 'epochs', or a higher 'learning-rate'",
             ended_, networks_)});
  }
  out.done = done_;
  out.failed = failed_;
  out.failures = failures_;
  out.seeds = seeds_.size();
  if (!rows_.empty()) out.least_rows = *rows_.begin();
  if (rows_.size() == 1) out.rows = *rows_.begin();
}

}  // namespace cch
