#include <algorithm>
#include <array>
#include <numeric>

#include "estimators/cca/ladder.hpp"
#include "estimators/cca/pair_readings.hpp"

namespace cch::detail {
namespace {

// What a rung counts for when one is chosen. In heavy tails waves can come out well in one half and
// badly in the other, so they have to be better by more than that. Total readings scatter with
// their size even where there is nothing.
double worth(const RungValue& value) {
  constexpr double kWavesCount = 0.9;
  constexpr double kSpreadsBetter = 1.0;
  if (value.rung.features == Features::waves) return kWavesCount * value.nats;
  return value.nats - kSpreadsBetter * value.spread;
}

}  // namespace

std::string Rung::name() const {
  constexpr std::array<const char*, 3> more{"", "+squares", "+waves"};
  constexpr std::array<const char*, 4> how{"joint ", "sum ", "normal ", "total "};
  return prefix_of(columns) + ("pca" + std::to_string(components)) +
         more[static_cast<std::size_t>(features)] + " cca " +
         how[static_cast<std::size_t>(reading)] + std::to_string(pairs);
}

double read_rung(const Rung& rung, const Samples& u, const Samples& v, const Groups& groups,
                 std::size_t k, const Execution& exec) {
  if (rung.reading == Reading::joint) {
    return pair_information(u, v, 0, rung.pairs, groups, k, exec);
  }
  double sum = 0.0;
  if (rung.reading == Reading::normal) {
    const auto normal = normal_readings(u, v, rung.pairs);
    sum = std::accumulate(normal.begin(), normal.end(), 0.0);
  } else {
    for (std::size_t i = 0; i < rung.pairs; ++i) {
      sum += pair_information(u, v, i, 1, groups, k, exec);
    }
  }
  return sum - counted_twice(u, v, rung.pairs).back();
}

std::vector<Rung> choose_rungs(const std::vector<std::vector<RungValue>>& directions) {
  std::vector<Rung> chosen;
  for (std::size_t direction = 0; direction < directions.size(); ++direction) {
    const RungValue* best = nullptr;
    for (const RungValue& candidate : directions[direction ^ 1U]) {
      const auto& own = directions[direction];
      const bool there = std::any_of(own.begin(), own.end(), [&](const RungValue& value) {
        return value.rung == candidate.rung;
      });
      if (!there) continue;
      if (best == nullptr || worth(candidate) > worth(*best)) best = &candidate;
    }
    chosen.push_back(best->rung);
  }
  return chosen;
}

}  // namespace cch::detail
