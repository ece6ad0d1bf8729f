// What fitting does to the readings of the ladder.

#include <numbers>
#include <numeric>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/cca/ladder.hpp"
#include "estimators/cca/pair_readings.hpp"
#include "estimators/cca/splits.hpp"

namespace cch::detail {
namespace {

using Eigen::MatrixXd;

constexpr std::size_t kMostBlocks = 20;

}  // namespace

// Unlike directions, which both halves tell alike, the two halves are independent here.
std::vector<double> CcaLadder::total_replicates(const Rung& rung, std::size_t direction,
                                                const Execution& exec) const {
  const std::vector<Rung> own{rung};
  const TotalReading total =
      total_of(*features_of(rung, kept_in(rung, direction), exec), direction, &own);
  const Groups groups = groups_.select(halves(direction).held_out);
  std::vector<std::size_t> rows(groups.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const auto blocks =
      deal_groups(groups, rows, kMostBlocks, derive_seed(exec.seed, "cca-fit-blocks"));
  std::vector<std::vector<std::size_t>> left;
  for (const auto& block : blocks) left.push_back(without_block(rows, block));
  std::vector<double> without = total.fit_excess(left, rung.pairs, exec);
  for (double& value : without) value /= std::numbers::sqrt2;
  return without;
}

std::vector<double> CcaLadder::fit_replicates(const Rung& rung, std::size_t direction,
                                              const Execution& exec) const {
  if (rung.reading == Reading::total) return total_replicates(rung, direction, exec);
  const SharedFeatures shared = features_of(rung, kept_in(rung, direction), exec);
  const FeatureSet& features = *shared;
  const Halves split = halves(direction);
  const MatrixXd x = rows_of(features.x, split.held_out);
  const MatrixXd y = rows_of(features.y, split.held_out);
  const auto blocks =
      deal_groups(groups_, split.fitted, kMostBlocks, derive_seed(exec.seed, "cca-fit-blocks"));
  std::vector<double> without(blocks.size());
  parallel_for(blocks.size(), exec, [&](std::size_t b) {
    const auto rows = without_block(split.fitted, blocks[b]);
    const CanonicalPairs pairs =
        fit_canonical_pairs(rows_of(features.x, rows), rows_of(features.y, rows), features.ridge);
    without[b] = gaussian_reading(pairs.project_x(x), pairs.project_y(y), rung.pairs);
  });
  return without;
}

}  // namespace cch::detail
