#include "cch/experiments/network_pilot.hpp"

#include <atomic>
#include <iterator>
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

NetworkPilot network_pilot(const StudyDraw& given, const NetworkPilotRows& rows,
                           const NetworkPilotOptions& options, const Execution& exec) {
  check(rows, options);
  StudyDraw draw = given;
  draw.teachers.push_back({"the student itself", {}, given.x, given.shape, {}, {}});
  const auto start = std::chrono::steady_clock::now();
  const Study study = pilot_study(options);
  std::vector<Rows> fold_of;
  for (std::size_t r = 0; r < options.repeats; ++r) {
    fold_of.push_back(folds_of(draw.groups, rows.labelled, options.folds,
                               derive_seed(exec.seed, "pilot repeat", r), "pilot folds"));
  }
  const std::size_t total = options.repeats * options.folds;
  std::vector<PilotFoldResult> folds(total);
  std::atomic<std::size_t> done{0};
  parallel_for(total, exec, [&](std::size_t i) {
    const Rows& fold = fold_of[i / options.folds];
    Rows test;
    NetworkPilotRows others;
    std::set<std::size_t> held;
    for (std::size_t k = 0; k < fold.size(); ++k) {
      const bool is_test = fold[k] == i % options.folds;
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
    folds[i] = train_fold(draw, options, study, std::move(others), std::move(test),
                          derive_seed(exec.seed, "pilot fold", i), exec.serial());
    exec.progress("network pilot", ++done, total);
  });
  NetworkPilot out;
  out.repeats = options.repeats;
  std::vector<PartedFolds> repeats;
  for (std::size_t r = 0; r < options.repeats; ++r) {
    const auto first = folds.begin() + static_cast<std::ptrdiff_t>(r * options.folds);
    repeats.push_back(
        {std::move(fold_of[r]),
         {std::make_move_iterator(first),
          std::make_move_iterator(first + static_cast<std::ptrdiff_t>(options.folds))}});
  }
  judge_folds(draw, rows.labelled, options, given.teachers.size(), std::move(repeats), out);
  out.seconds = seconds_since(start);
  return out;
}

}  // namespace cch
