#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cch::bench {

/// Markdown tables of finished problems (the lines that cch-verdicts writes). A teacher's verdict
/// is firm if it is distil or do not distil; wrong if it is distil and the true gain lies more than
/// two of its standard errors below 0, or do not distil and it lies as far above .001 nats. A case
/// is clear if the true gain lies beyond three of the pilot's standard errors and beyond ±.001
/// nats.
std::string score(const std::vector<nlohmann::json>& problems);

}  // namespace cch::bench
