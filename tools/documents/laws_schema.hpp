#pragma once

#include "cch/gaussian/laws.hpp"
#include "cch/gaussian/simulate_risk.hpp"
#include "tools/documents/schema.hpp"

namespace cch {

template <class V>
void describe(V& v, documents::Of<SimulatedValue> auto& x) {
  v("mean", x.mean, "standard_error", x.standard_error);
}

}  // namespace cch

namespace cch::documents {

template <>
inline constexpr auto kWords<Effect> = std::array{Effect::helps, Effect::harms, Effect::neither};

}  // namespace cch::documents
