#include "experiments/unit_rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "cch/core/error.hpp"
#include "cch/core/random.hpp"
#include "cch/criterion/pilot.hpp"

namespace cch::detail {

UnitRows unit_rows(const Study& study, const StudyUnit& unit, const StudyDraw& draw) {
  const std::size_t all = draw.train.size();
  const std::size_t n = unit.labelled == 0 ? all : unit.labelled;
  const bool extra = parse_scenario(unit.scenario) != Scenario::same_rows;
  const std::size_t needed = n + (extra ? 1 : 0);
  if (needed > all) {
    refuse_data("too-few-rows", fmt::format("the study asks for {} labelled rows", n),
                fmt::format("seed {}: there are {} training rows", unit.seed, all),
                extra ? "the scenario needs further rows beside them" : "",
                "Lower 'labelled', or give the task more rows");
  }
  UnitRows out;
  const auto begin = draw.train.begin();
  out.labelled.assign(begin, begin + static_cast<std::ptrdiff_t>(n));
  if (!extra) return out;
  const std::size_t last = study.most_extra == 0 ? all : std::min(all, n + study.most_extra);
  out.extra.assign(begin + static_cast<std::ptrdiff_t>(n),
                   begin + static_cast<std::ptrdiff_t>(last));
  return out;
}

HeldOutRows hold_out(const Groups& groups, const std::vector<std::size_t>& rows, double share,
                     std::uint64_t seed) {
  HeldOutRows out;
  if (share == 0.0) {
    out.fitted = rows;
    return out;
  }
  // A group's place in the order does not depend on which others are there, so that networks that
  // share rows hold out the same ones.
  const Groups own = groups.select(rows);
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t g = 0; g < own.count(); ++g) {
    const std::size_t any = own.members(g).front();
    order.emplace_back(derive_seed(seed, "validation", groups.of(rows[any])), g);
  }
  std::sort(order.begin(), order.end());
  const auto wanted = share * static_cast<double>(rows.size());
  std::vector<bool> held(rows.size());
  std::size_t count = 0;
  for (const auto& [key, g] : order) {
    if (static_cast<double>(count) >= wanted) break;
    for (const std::size_t i : own.members(g)) held[i] = true;
    count += own.members(g).size();
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    (held[i] ? out.validation : out.fitted).push_back(rows[i]);
  }
  if (out.fitted.empty()) {
    refuse_data(
        "too-few-rows", "no labelled row is left to fit on",
        fmt::format("{} rows, {:g} of them for validation, whole groups", rows.size(), share),
        "the weights would be chosen on rows and fitted on none",
        "Lower 'validation', or give more labelled rows");
  }
  return out;
}

std::vector<std::size_t> folds_of(const Groups& groups, const std::vector<std::size_t>& rows,
                                  std::size_t folds, std::uint64_t seed, std::string_view stream) {
  const Groups own = groups.select(rows);
  Random random(derive_seed(seed, stream));
  std::vector<std::size_t> size(folds, 0);
  std::vector<std::size_t> fold(rows.size());
  for (const std::size_t g : random.permutation(own.count())) {
    const auto least = std::min_element(size.begin(), size.end()) - size.begin();
    for (const std::size_t i : own.members(g)) fold[i] = static_cast<std::size_t>(least);
    size[static_cast<std::size_t>(least)] += own.members(g).size();
  }
  return fold;
}

std::string why_at_chance(const StudyDraw& draw, const std::vector<std::size_t>& test,
                          const Metrics& m) {
  const auto n = static_cast<double>(test.size());
  if (draw.classes > 0) {
    std::vector<double> count(draw.classes);
    for (const std::size_t i : test) ++count[static_cast<std::size_t>(draw.y[i])];
    const double most = *std::max_element(count.begin(), count.end()) / n;
    const double limit = most + 1.645 * std::sqrt(most * (1.0 - most) / n);
    if (*m.accuracy > limit) return {};
    return fmt::format(
        "the teacher is at chance: its accuracy is {:.3f}, the commonest class has {:.3f} of the "
        "test rows",
        *m.accuracy, most);
  }
  double variance = 0.0;
  for (std::size_t c = 0; c < draw.targets.cols(); ++c) {
    double mean = 0.0;
    for (const std::size_t i : test) mean += draw.targets(i, c) / n;
    for (const std::size_t i : test) {
      variance += (draw.targets(i, c) - mean) * (draw.targets(i, c) - mean) / n;
    }
  }
  if (*m.mse < variance) return {};
  return fmt::format(
      "the teacher is at chance: its square error is {:.4g}, the mean label's {:.4g}", *m.mse,
      variance);
}

}  // namespace cch::detail
