#include "estimators/criterion/linear/zones.hpp"

#include "cch/core/random.hpp"
#include "estimators/classifiers/folds.hpp"

namespace cch::detail {

std::vector<std::size_t> zones_for(const std::vector<std::size_t>& fold, std::size_t test,
                                   const std::vector<int>& codes, std::size_t classes,
                                   const Groups& groups, std::uint64_t seed) {
  std::vector<std::size_t> rows;
  std::vector<int> kept;
  for (std::size_t i = 0; i < fold.size(); ++i) {
    if (fold[i] == test) continue;
    rows.push_back(i);
    kept.push_back(codes[i]);
  }
  const auto parts = stratified_folds(kept, classes, groups.select(rows), kParts,
                                      derive_seed(seed, "inner-parts", test));
  std::vector<std::size_t> zone(fold.size(), kTest);
  for (std::size_t j = 0; j < rows.size(); ++j) zone[rows[j]] = parts[j];
  return zone;
}

std::vector<std::size_t> rows_inside(const std::vector<std::size_t>& zone, ZoneSet set,
                                     const std::vector<char>& usable) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < zone.size(); ++i) {
    if (usable[i] && (zone_bit(zone[i]) & set) != 0) rows.push_back(i);
  }
  return rows;
}

}  // namespace cch::detail
