#include "estimators/cca/feature_sets.hpp"

#include <algorithm>

#include "cch/core/random.hpp"
#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/cca/features.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;

/// Cosines and sines of the waves; they take what is left of the rows' means, a twentieth of those
/// fitted, and are much alike, so that their directions need a ridge.
constexpr std::size_t kMostWaves = 200;
constexpr double kWaveRidge = 1e-3;

// More components than a twentieth of the rows fitted are learned badly: what they lose is made up
// for by learning_loss, up to a fifth of these rows.
std::size_t affordable(std::size_t rows) {
  return std::max<std::size_t>(1, rows / 40);
}

}  // namespace

std::size_t most_components(const CcaKsgOptions& options, std::size_t rows) {
  return std::min(options.most_components, std::max<std::size_t>(1, rows / 10));
}

std::vector<FeatureSet> feature_sets(const Scores& scores, Columns columns,
                                     const CcaKsgOptions& options, std::uint64_t seed) {
  const auto rows = static_cast<std::size_t>(scores[0].rows());
  const std::size_t most = std::min(options.most_components, affordable(rows));
  const std::size_t crowd = most_components(options, rows);
  auto leading = [&](std::size_t side, std::size_t q) {
    return scores[side].leftCols(std::min(static_cast<Index>(q), scores[side].cols()));
  };
  const auto widest = static_cast<std::size_t>(std::max(scores[0].cols(), scores[1].cols()));
  const std::size_t few = std::min(options.components, most);
  std::vector<FeatureSet> sets;
  auto add_plain = [&](std::size_t q) {
    sets.push_back({columns, q, Features::plain, leading(0, q), leading(1, q), kLeastRidge});
  };
  add_plain(few);
  if (widest > few && most > few) add_plain(most);
  if (widest > most && crowd > most) add_plain(crowd);
  sets.back().widest = true;
  const std::size_t squared = std::min(2 * options.components, most);
  sets.push_back({columns, squared, Features::squares, with_squares(leading(0, squared)),
                  with_squares(leading(1, squared)), kLeastRidge});
  const auto waves = static_cast<Index>(std::min(kMostWaves, affordable(rows)));
  if (waves < 2 * std::max(leading(0, few).cols(), leading(1, few).cols())) return sets;
  auto bent = [&](std::size_t side) {
    return with_waves(leading(side, few), waves, derive_seed(seed, "cca-waves", side));
  };
  sets.push_back({columns, few, Features::waves, bent(0), bent(1), kWaveRidge});
  return sets;
}

}  // namespace cch::detail
