#include "cch/estimators/cca_ksg.hpp"

#include <string>

#include "estimators/cca/ladder.hpp"
#include "estimators/cca_ksg_run.hpp"
#include "estimators/kNN/common.hpp"

namespace cch {
namespace detail {
namespace {

void check_ladder_input(const Samples& x, const Samples& y, const Groups& groups,
                        const CcaKsgOptions& options) {
  check_rows({{x.view(), y.view()}, {}, &groups});
  if (options.k == 0 || options.joint_pairs == 0 || options.components == 0) {
    refuse_usage("option-out-of-range", "k, joint pairs and components must be at least 1", {},
                 "Use the defaults");
  }
  if (x.size() < 40 || groups.count() < 4) {
    refuse_data("too-few-rows",
                "cca-ksg has " + std::to_string(x.size()) + " rows in " +
                    std::to_string(groups.count()) + " groups",
                {}, "it fits on one half of the groups and reads on the other",
                "Give at least 40 rows in 4 groups");
  }
}

void record(const std::vector<std::vector<RungValue>>& directions, Estimate& estimate) {
  for (const RungValue& value : directions[0]) {
    for (const RungValue& other : directions[1]) {
      if (other.rung != value.rung) continue;
      estimate.diagnostics.set(value.rung.name(), (value.nats + other.nats) / 2.0);
    }
  }
}

}  // namespace

CcaKsgRun::CcaKsgRun(const Samples& x, const Samples& y, const Groups& groups,
                     const CcaKsgOptions& options, const Execution& exec)
    : ladder((check_ladder_input(x, y, groups, options), x), y, groups, options, exec) {
  const auto directions = ladder.climb(exec);
  estimate.method = "cca-ksg";
  estimate.n = x.size();
  estimate.dim_x = x.dim();
  estimate.dim_y = y.dim();
  if (directions[0].empty()) {  // a side without any variance
    estimate.warnings.push_back({"constant-input", "one side is constant: the information is 0"});
    return;
  }
  chosen = choose_rungs(directions);
  for (std::size_t direction = 0; direction < 2; ++direction) {
    for (const RungValue& value : directions[direction]) {
      if (value.rung == chosen[direction]) estimate.nats += value.nats / 2.0;
    }
    estimate.diagnostics.note("rung_" + std::to_string(direction + 1), chosen[direction].name());
  }
  estimate.diagnostics.set("k", static_cast<double>(options.k));
  record(directions, estimate);
}

}  // namespace detail

Estimate cca_ksg(const Samples& x, const Samples& y, const Groups& groups,
                 const CcaKsgOptions& options, const Execution& exec) {
  return detail::CcaKsgRun(x, y, groups, options, exec).estimate;
}

}  // namespace cch
