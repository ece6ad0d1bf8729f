#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "cch/core/random.hpp"
#include "cch/criterion/feasibility_checks.hpp"
#include "cch/estimators/label_bound.hpp"
#include "estimators/criterion/gather.hpp"
#include "estimators/planting.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

constexpr std::size_t kMostRows = 1500;
constexpr double kDuplicateShare = 0.01;
constexpr double kErrors = 3.0;
constexpr double kShareOfEntropy = 0.1;

struct Sides {
  Rows training;
  Rows held_out;
};

Sides sides_of(const std::vector<bool>& held_out) {
  Sides out;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    (held_out[i] ? out.held_out : out.training).push_back(i);
  }
  return out;
}

bool less(const RankInput& input, std::size_t a, std::size_t b) {
  const auto row_less = [&](const Samples& x) {
    return std::ranges::lexicographical_compare(x.view().row(a), x.view().row(b));
  };
  const auto row_equal = [&](const Samples& x) {
    return std::ranges::equal(x.view().row(a), x.view().row(b));
  };
  if (!row_equal(input.student.features)) return row_less(input.student.features);
  for (const Modality& teacher : input.teachers) {
    if (!row_equal(teacher.features)) return row_less(teacher.features);
  }
  return false;
}

LeakCheck duplicates(const RankInput& input, const std::vector<bool>& held_out,
                     const Sides& sides) {
  Rows order(held_out.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return less(input, a, b); });
  std::size_t copies = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && !less(input, order[begin], order[end])) ++end;
    std::size_t out = 0;
    for (std::size_t i = begin; i < end; ++i) out += held_out[order[i]] ? 1 : 0;
    if (out > 0 && out < end - begin) copies += out;
    begin = end;
  }
  const double limit = kDuplicateShare * static_cast<double>(sides.held_out.size());
  const auto value = static_cast<double>(copies);
  return {"duplicates-across-splits",
          {},
          value > limit,
          value,
          limit,
          std::to_string(copies) + " of " + std::to_string(sides.held_out.size()) +
              " held-out rows equal a training row in every modality."};
}

LeakCheck groups_across(const Groups& groups, const std::vector<bool>& held_out) {
  std::size_t across = 0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    const auto members = groups.members(g);
    const auto out =
        std::count_if(members.begin(), members.end(), [&](std::size_t i) { return held_out[i]; });
    across += out > 0 && static_cast<std::size_t>(out) < members.size() ? 1 : 0;
  }
  return {"groups-across-splits",
          {},
          across > 0,
          static_cast<double>(across),
          0.0,
          std::to_string(across) + " of " + std::to_string(groups.count()) +
              " groups have training rows and held-out rows."};
}

// So many rows of one side, whole groups at random.
Rows part_of(const Rows& side, const Groups& groups, std::size_t most, std::uint64_t seed) {
  const Groups own = groups.select(side);
  Rows out;
  for (const std::size_t i : detail::rows_of_whole_groups(own, most, seed)) out.push_back(side[i]);
  return out;
}

Estimate bound_on(const Samples& x, const ClassLabels& labels, const Groups& groups,
                  const Rows& rows, const Execution& exec) {
  // Classes that a side lacks do not count on it.
  const Measurement measured(LabelBoundOptions{}, x.select(rows), labels.select(rows),
                             groups.select(rows), exec);
  return with_error_bar(measured, exec);
}

LeakCheck fitted(const Modality& modality, const ClassLabels& labels, const Groups& groups,
                 const Sides& sides, const Execution& exec) {
  const std::size_t most = std::min({sides.training.size(), sides.held_out.size(), kMostRows});
  const std::uint64_t seed = derive_seed(exec.seed, "leak-rows");
  std::vector<Warning> ignored;
  const Samples x = scaled(modality.features, Scale::rank, ignored, exec);
  const Estimate training =
      bound_on(x, labels, groups, part_of(sides.training, groups, most, seed), exec);
  const Estimate held_out =
      bound_on(x, labels, groups, part_of(sides.held_out, groups, most, seed), exec);
  const double error =
      std::hypot(training.standard_error.value_or(0.0), held_out.standard_error.value_or(0.0));
  const double gap = training.nats - held_out.nats;
  const double limit = std::max(kErrors * error, kShareOfEntropy * labels.entropy_nats());
  return {"fitted-on-labels",
          modality.name,
          gap > limit,
          gap,
          limit,
          "Training rows hold " + detail::nats_text(training.nats) +
              " nats about their labels, as many held-out rows " +
              detail::nats_text(held_out.nats) + "."};
}

}  // namespace

LeakReport leak_checks(const RankInput& input, const std::vector<bool>& held_out, bool groups_given,
                       const Execution& exec) {
  Execution quiet = exec;
  quiet.sink = nullptr;  // the steps inside one bound would hide how far the checks are
  const Sides sides = sides_of(held_out);
  if (sides.training.empty() || sides.held_out.empty()) {
    refuse_data("split-without-sides", "the split has rows on one side only", {},
                "what was fitted on some rows shows on others alone",
                "Give a split with training rows and held-out rows");
  }
  LeakReport report;
  report.checks.push_back(duplicates(input, held_out, sides));
  if (groups_given) {
    report.checks.push_back(groups_across(input.groups, held_out));
  } else {
    report.warnings.push_back(
        {"no-groups-across-splits", "without --groups nothing is known of groups across splits"});
  }
  const auto* classes = std::get_if<ClassLabels>(&input.labels);
  if (classes == nullptr) {
    report.warnings.push_back(
        {"no-fitted-on-labels",
         "whether features were fitted on real-valued labels is not checked"});
    return report;
  }
  std::vector<const Modality*> modalities{&input.student};
  for (const Modality& teacher : input.teachers) modalities.push_back(&teacher);
  for (std::size_t m = 0; m < modalities.size(); ++m) {
    auto check = detail::attempt("fitted-on-labels", report.warnings, [&] {
      return fitted(*modalities[m], *classes, input.groups, sides, quiet);
    });
    if (check) report.checks.push_back(std::move(*check));
    exec.progress("leaks", m + 1, modalities.size());
  }
  return report;
}

}  // namespace cch
