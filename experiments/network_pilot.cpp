#include "cch/experiments/network_pilot.hpp"

#include <atomic>
#include <iterator>
#include <numeric>
#include <set>

#include "cch/core/error.hpp"
#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "experiments/network_pilot_parts.hpp"

namespace cch {
namespace {

using namespace detail;
using Rows = std::vector<std::size_t>;

/// Rows whose groups have no row in the fold.
Rows outside(const Groups& groups, const Rows& rows, const std::set<std::size_t>& held) {
  Rows out;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(out),
               [&](std::size_t row) { return !held.contains(groups.of(row)); });
  return out;
}

void check(const NetworkPilotRows& rows, const NetworkPilotOptions& options) {
  for (const Scenario scenario : options.scenarios) {
    const bool lacks = (scenario == Scenario::unlabelled_pairs && rows.unlabelled.empty()) ||
                       (scenario == Scenario::more_labels && rows.further.empty());
    if (!lacks) continue;
    refuse_usage("no-extra-rows", std::string(to_string(scenario)) + " has no further rows",
                 "they are what it is about", "Give such rows, or leave the scenario out");
  }
}

}  // namespace

struct NetworkPilotRun::Parts {
  const StudyDraw& draw;
  NetworkPilotRows rows;
  NetworkPilotOptions options;
  Study study;
  std::vector<PartedFolds> repeats;
  double seconds = 0.0;
};

NetworkPilotRun::NetworkPilotRun(const StudyDraw& draw, NetworkPilotRows rows,
                                 NetworkPilotOptions options) {
  check(rows, options);
  Study study = pilot_study(options);
  parts_ = std::make_unique<Parts>(
      Parts{draw, std::move(rows), std::move(options), std::move(study), {}, 0.0});
}
NetworkPilotRun::~NetworkPilotRun() = default;
NetworkPilotRun::NetworkPilotRun(NetworkPilotRun&&) noexcept = default;
NetworkPilotRun& NetworkPilotRun::operator=(NetworkPilotRun&&) noexcept = default;

namespace {

/// Some teachers of a draw, and the student as one.
StudyDraw with_teachers(const StudyDraw& from, const Rows& teachers) {
  StudyDraw out = from;
  out.teachers.clear();
  for (const std::size_t t : teachers) out.teachers.push_back(from.teachers[t]);
  out.teachers.push_back({"the student itself", {}, from.x, from.shape, {}, {}});
  return out;
}

}  // namespace

void NetworkPilotRun::repeat(const std::vector<std::size_t>& teachers, const Execution& exec) {
  const auto start = std::chrono::steady_clock::now();
  const NetworkPilotRows& rows = parts_->rows;
  const NetworkPilotOptions& options = parts_->options;
  const std::size_t r = parts_->repeats.size();
  const StudyDraw draw = with_teachers(parts_->draw, teachers);
  PartedFolds out{teachers,
                  folds_of(draw.groups, rows.labelled, options.folds,
                           derive_seed(exec.seed, "pilot repeat", r), "pilot folds"),
                  std::vector<PilotFoldResult>(options.folds)};
  std::atomic<std::size_t> done{0};
  Execution folds = exec;
  if (options.student.own || options.teacher.own) folds.threads = 1;  // the caller's, in one order
  parallel_for(options.folds, folds, [&](std::size_t f) {
    Rows test;
    NetworkPilotRows others;
    std::set<std::size_t> held;
    for (std::size_t k = 0; k < out.fold.size(); ++k) {
      const bool is_test = out.fold[k] == f;
      (is_test ? test : others.labelled).push_back(rows.labelled[k]);
      if (is_test) held.insert(draw.groups.of(rows.labelled[k]));
    }
    if (test.empty()) {
      refuse_data("too-few-rows", "a pilot of networks needs a row or group in every fold",
                  std::to_string(options.folds) + " folds", "",
                  "Give more labelled rows or groups");
    }
    others.unlabelled = outside(draw.groups, rows.unlabelled, held);
    others.further = outside(draw.groups, rows.further, held);
    out.results[f] =
        train_fold(draw, options, parts_->study, std::move(others), std::move(test),
                   derive_seed(exec.seed, "pilot fold", r * options.folds + f), exec.serial());
    exec.progress("network pilot", ++done, options.folds);
  });
  parts_->repeats.push_back(std::move(out));
  parts_->seconds += seconds_since(start);
}

NetworkPilot NetworkPilotRun::result() const {
  NetworkPilot out;
  out.repeats = parts_->repeats.size();
  out.seconds = parts_->seconds;
  judge_folds(parts_->draw, parts_->rows.labelled, parts_->options, parts_->draw.teachers.size(),
              parts_->repeats, out);
  return out;
}

NetworkPilot network_pilot(const StudyDraw& draw, const NetworkPilotRows& rows,
                           const NetworkPilotOptions& options, const Execution& exec) {
  NetworkPilotRun run(draw, rows, options);
  Rows all(draw.teachers.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (std::size_t r = 0; r < options.repeats; ++r) run.repeat(all, exec);
  return run.result();
}

}  // namespace cch
