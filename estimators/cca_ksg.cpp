#include "cch/estimators/cca_ksg.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "estimators/cca/ladder.hpp"
#include "estimators/cca_ksg_run.hpp"
#include "estimators/kNN/common.hpp"
#include "estimators/repeated_values.hpp"

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

// What learning directions can cost, as a share of what was read: a fifth, and more where
// components are many for the rows. A larger loss does not fall like 1/n: on curved surfaces it
// overshoots.
double most_loss(const std::vector<Rung>& chosen, std::size_t rows) {
  std::size_t components = 0;
  for (const Rung& rung : chosen) components = std::max(components, rung.components);
  return 0.2 + 5.0 * static_cast<double>(components) / (static_cast<double>(rows) / 2.0);
}

// The mean of every rung over the directions in which it could be read.
void record(const std::vector<std::vector<RungValue>>& directions, Estimate& estimate) {
  std::map<std::string, std::pair<double, double>> sums;
  for (const auto& values : directions) {
    for (const RungValue& value : values) {
      auto& [sum, count] = sums[value.rung.name()];
      sum += value.nats;
      count += 1.0;
    }
  }
  for (const auto& [name, sum] : sums) estimate.diagnostics.set(name, sum.first / sum.second);
}

// The side that the ladder takes first whichever way round the two are given, so that exchanging
// them changes nothing: that of fewer columns, or of smaller values in the first row that differs.
const Samples& first_of(const Samples& x, const Samples& y) {
  if (x.dim() != y.dim()) return x.dim() < y.dim() ? x : y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) {
      if (x(i, j) != y(i, j)) return x(i, j) < y(i, j) ? x : y;
    }
  }
  return x;
}

// Whether every row has k rows outside its own group.
bool has_neighbours(const Groups& groups, std::size_t k) {
  std::size_t largest = 0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    largest = std::max(largest, groups.members(g).size());
  }
  return groups.rows() >= largest + k && groups.rows() > 0;
}

}  // namespace

CcaKsgRun::CcaKsgRun(const Samples& x, const Samples& y, const Groups& all_groups,
                     const CcaKsgOptions& options, const Execution& exec)
    : k(options.k),
      groups((check_ladder_input(x, y, all_groups, options), all_groups)),
      ladder(first_of(x, y), &first_of(x, y) == &x ? y : x, all_groups, options, exec) {
  const auto directions = ladder.climb(exec);
  estimate.method = "cca-ksg";
  estimate.n = x.size();
  estimate.dim_x = x.dim();
  estimate.dim_y = y.dim();
  for (const Samples* side : {&x, &y}) {
    const double share = repeated_rows_share(*side);
    if (share > kRepeatedShare && !all_rows_equal(*side)) {
      estimate.warnings.push_back(tie_warning(side->name(), share, 1));
    }
  }
  if (directions[0].empty()) {  // a side without any variance
    estimate.warnings.push_back({"constant-input", "one side is constant: the information is 0"});
    return;
  }
  const std::vector<Rung> chosen = choose_rungs(directions);
  for (std::size_t direction = 0; direction < directions.size(); ++direction) {
    for (const RungValue& value : directions[direction]) {
      if (value.rung != chosen[direction]) continue;
      estimate.nats += value.nats / static_cast<double>(directions.size());
    }
    readings.push_back({chosen[direction], ladder.pairs_of(chosen[direction], direction, exec)});
    estimate.diagnostics.note("rung_" + std::to_string(direction + 1), chosen[direction].name());
  }
  loss = std::min(ladder.learning_loss(chosen, directions, exec),
                  most_loss(chosen, x.size()) * std::max(0.0, estimate.nats));
  ladder.keep_only(chosen);
  estimate.nats += loss;
  estimate.diagnostics.set("learning_loss", loss);
  estimate.diagnostics.set("k", static_cast<double>(options.k));
  estimate.diagnostics.set("splits", static_cast<double>(directions.size() / 2));
  record(directions, estimate);
}

std::vector<std::vector<double>> CcaKsgRun::fit_replicates(const Execution& exec) const {
  if (readings.empty()) return {};
  return {ladder.fit_replicates(readings[0].rung, 0, exec),
          ladder.fit_replicates(readings[1].rung, 1, exec)};
}

double CcaKsgRun::value_on(std::span<const std::size_t> rows, const Execution& exec) const {
  std::vector<char> wanted(groups.rows(), 0);
  for (const std::size_t row : rows) wanted[row] = 1;
  double sum = 0.0;
  double weight = 0.0;
  for (const Held& reading : readings) {
    std::vector<std::size_t> places;
    std::vector<std::size_t> data_rows;
    for (std::size_t i = 0; i < reading.pairs.rows.size(); ++i) {
      if (!wanted[reading.pairs.rows[i]]) continue;
      places.push_back(i);
      data_rows.push_back(reading.pairs.rows[i]);
    }
    const auto n = static_cast<double>(places.size());
    const Reading how = reading.rung.reading;
    if (how == Reading::total) {
      weight += n;
      for (const std::size_t place : places) sum += reading.pairs.terms[place];
      continue;
    }
    const Groups own = groups.select(data_rows);
    if (!has_neighbours(own, k)) continue;
    weight += n;
    sum += n * read_rung(reading.rung, reading.pairs.u_of(how).select(places),
                         reading.pairs.v_of(how).select(places), own, k, exec);
  }
  if (!readings.empty() && weight == 0.0) {
    refuse_data("too-few-rows", "a part of the rows has too few that were held out", {},
                "cca-ksg reads on rows that its directions were not fitted on", "Give more groups");
  }
  return readings.empty() ? 0.0 : sum / weight + loss;
}

}  // namespace detail

Estimate cca_ksg(const Samples& x, const Samples& y, const Groups& groups,
                 const CcaKsgOptions& options, const Execution& exec) {
  return detail::CcaKsgRun(x, y, groups, options, exec).estimate;
}

}  // namespace cch
