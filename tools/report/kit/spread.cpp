#include "tools/report/kit/spread.hpp"

#include <algorithm>
#include <cmath>

namespace cch::report {

std::vector<std::size_t> spread(std::size_t count, std::size_t most) {
  std::vector<std::size_t> places;
  const std::size_t shown = std::min(count, most);
  for (std::size_t i = 0; i < shown; ++i) {
    // The middle one where there is room for one alone.
    places.push_back(shown == 1 ? (count - 1) / 2
                                : (i * (count - 1) + (shown - 1) / 2) / (shown - 1));
  }
  return places;
}

std::vector<std::size_t> spread_with(std::size_t count, std::size_t most, std::size_t wanted) {
  std::vector<std::size_t> places = spread(count, most);
  const auto away = [&](std::size_t place) {
    return place > wanted ? place - wanted : wanted - place;
  };
  const auto nearest = std::min_element(places.begin(), places.end(),
                                        [&](auto a, auto b) { return away(a) < away(b); });
  if (nearest != places.end()) *nearest = wanted;
  return places;
}

std::vector<std::size_t> thinned(std::size_t count, std::size_t most) {
  constexpr double kGoldenRatio = 0.6180339887498949;
  const double share = static_cast<double>(most) / static_cast<double>(std::max(count, most));
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) {
    const double at = kGoldenRatio * static_cast<double>(i);
    if (at - std::floor(at) < share) places.push_back(i);
  }
  return places;
}

}  // namespace cch::report
