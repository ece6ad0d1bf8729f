#include <fmt/core.h>

#include <algorithm>

#include "cch/core/error.hpp"
#include "experiments/unit_training.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kInnerFolds = 3;

using Losses = std::vector<std::vector<std::optional<double>>>;

/// Of a row, on average.
double loss_of(const Metrics& m) {
  if (m.mse) return *m.mse;
  return m.calibrated_cross_entropy ? *m.calibrated_cross_entropy : *m.cross_entropy;
}

/// Rows of all folds but one are learned from, the fold's are measured.
UnitPart without_fold(const UnitPart& whole, const std::vector<std::size_t>& fold, std::size_t f) {
  UnitPart out{{{}, whole.rows.extra}, {}, true};
  for (std::size_t i = 0; i < fold.size(); ++i) {
    (fold[i] == f ? out.test : out.rows.labelled).push_back(whole.rows.labelled[i]);
  }
  if (out.test.empty() || out.rows.labelled.empty()) {
    refuse_data("too-few-rows", "λ and T cannot be chosen on inner folds",
                fmt::format("{} labelled rows in whole groups make fewer than {} folds",
                            fold.size(), kInnerFolds),
                "a fold without rows tells nothing", "Give more labelled rows or groups");
  }
  return out;
}

/// Adds the fold's loss, weighted by its share of the rows; nothing stays nothing.
void add_fold(const std::vector<RunSpec>& specs, const std::vector<RunResult>& trained,
              double share, Losses& to) {
  std::size_t next = 0;
  for (std::size_t s = 0; s < specs.size(); ++s) {
    if (specs[s].candidates.empty()) ++next;
    for (std::size_t c = 0; c < specs[s].candidates.size(); ++c) {
      const RunResult& result = trained[next++];
      if (!result.failure.empty()) {
        to[s][c].reset();
      } else if (to[s][c]) {
        *to[s][c] += share * loss_of(result.metrics);
      }
    }
  }
}

}  // namespace

std::vector<RunSpec> every_candidate(const std::vector<RunSpec>& specs) {
  std::vector<RunSpec> out;
  for (const RunSpec& spec : specs) {
    if (spec.candidates.empty()) out.push_back(spec);
    for (const DistilLoss& loss : spec.candidates) {
      out.push_back({spec.role, spec.control, spec.teacher, loss, {}});
    }
  }
  return out;
}

Losses inner_losses(const UnitContext& of, const std::vector<RunSpec>& specs) {
  Losses out;
  for (const RunSpec& spec : specs) out.emplace_back(spec.candidates.size(), 0.0);
  const auto& labelled = of.part.rows.labelled;
  const auto fold = folds_of(of.draw.groups, labelled, kInnerFolds, of.unit.seed, "inner folds");
  const std::vector<RunSpec> all = every_candidate(specs);
  for (std::size_t f = 0; f < kInnerFolds; ++f) {
    const UnitPart part = without_fold(of.part, fold, f);
    const UnitContext inner{of.study, of.unit, of.draw, part, of.exec};
    const double share =
        static_cast<double>(part.test.size()) / static_cast<double>(labelled.size());
    add_fold(specs, train_part(inner, all), share, out);
  }
  return out;
}

}  // namespace cch::detail
